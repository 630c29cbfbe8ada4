"""The store's own API: whole walks, changes, single objects, calls, while the store goes on changing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from commerce.rules.events import Deleted, Saved, Unclear
from commerce.rules.orders import OrderFacts
from commerce.rules.products import CategoryFacts, ProductFacts, VariantFacts
from integrations import registry
from integrations.errors import Permanent
from integrations.platforms.woocommerce import client as clients
from integrations.platforms.woocommerce.listings import ALL, CHANGED, FIELDS, LATE_CRON, OVERLAP
from integrations.platforms.woocommerce.registered import WOOCOMMERCE
from integrations.protocols import Delivered
from tests.integrations.platforms.woocommerce.opened import Opened, changes_of, ids_of, opened
from tests.peers.woocommerce import shapes
from tests.peers.woocommerce.peer import Peer
from tests.peers.woocommerce.store import Store, stocked

HOUR = timedelta(hours=1)


@pytest.fixture
def here() -> Iterator[Opened]:
    with opened() as found:
        yield found


@pytest.fixture
def aged() -> Iterator[Opened]:
    """A store that has been there for a day; `since` an hour ago nothing changed."""
    store = Store()
    store.ahead = -timedelta(days=2)
    stocked(8, 4, make=lambda: store)
    store.ahead = timedelta()
    with opened(store) as found:
        yield found


def hour_ago() -> datetime:
    return datetime.now(UTC) - HOUR


def numbers(*found: Any) -> set[str]:
    return {str(number) for rows in found for number in rows}


class TestOpenApi:
    def test_is_what_the_registry_opens(self, here: Opened) -> None:
        assert type(registry.shop_api("woocommerce", here.access)) is type(here.api)

    def test_asks_a_stand_in_where_the_access_names_one(self, here: Opened) -> None:
        api = registry.shop_api("woocommerce", replace(here.access, domain="https://x.example", origin=here.peer.url))
        assert api is not None
        assert api.about().name == "Peer & Sons"


class TestAbout:
    def test_tells_name_currency_and_time_zone(self, here: Opened) -> None:
        about = here.api.about()
        assert (about.name, about.currency, about.timezone) == ("Peer & Sons", "EUR", "Europe/Zurich")

    def test_tells_the_offset_where_the_zone_has_no_name(self, here: Opened) -> None:
        here.store.timezone, here.store.offset = "", -timedelta(hours=3, minutes=30)
        assert here.api.about().timezone == "-03:30"

    def test_finds_the_currency_where_settings_may_not_be_read(self, here: Opened) -> None:
        html = {"Content-Type": "text/html"}
        answers = here.peer.next_answers

        def refuse(asked: Any) -> None:
            if "settings" in asked.path:
                answers.append((403, html, b"<html>no</html>"))

        here.peer.before_answer = refuse
        assert here.api.about().currency == "EUR"


class TestListings:
    def test_have_variations_behind_their_products(self, here: Opened) -> None:
        for changes in (False, True):
            names = [listing.name for listing in here.api.listings(changes=changes)]
            products = [place for place, name in enumerate(names) if "products" in name]
            assert max(products) < next(place for place, name in enumerate(names) if "variations" in name)

    def test_that_there_are_not_are_refused(self, here: Opened) -> None:
        with pytest.raises(Permanent, match="reviews"):
            here.api.page("reviews", "", since=None)

    @pytest.mark.parametrize("walk", [*ALL, *CHANGED], ids=lambda walk: walk.name)
    def test_ask_for_the_fields_that_the_readers_use(self, walk: Any) -> None:
        """A reading of the asked fields is that of the whole object."""
        store = stocked(8, 4)
        making = {
            "products": (shapes.product, store.products),
            "variations": (shapes.variation, store.variations),
            "orders": (shapes.order, store.orders),
            "customers": (shapes.customer, store.customers),
        }
        if walk.path not in making:
            return
        make, rows = making[walk.path]
        for row in rows.values():
            whole = make(store, row)
            asked = {name: value for name, value in whole.items() if name in FIELDS[walk.path].split(",")}
            assert read_as(walk.kind, asked) == read_as(walk.kind, whole)


def read_as(kind: str, payload: dict[str, Any]) -> Any:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    return WOOCOMMERCE.read(Delivered(topic=f"{kind}.updated", payload=payload, received_at=now, currency="EUR"))


class TestAWalkThroughEverything:
    def test_tells_each_object_once(self) -> None:
        with opened(stocked(250, 30)) as here:
            store = here.store
            pages = here.walk("products")
            assert sorted(ids_of(pages), key=int) == sorted(numbers(store.products), key=int)
            assert (len(pages), {page.total for page in pages}) == (3, {250})
            assert sorted(here.ids("variations"), key=int) == sorted(numbers(store.variations), key=int)
            assert set(here.ids("categories")) == numbers(store.categories)
            assert set(here.ids("customers")) == numbers(store.customers)
            assert set(here.ids("orders")) == numbers(store.orders)

    def test_tells_facts(self, here: Opened) -> None:
        section = here.store.create_category("Söfas & Co", description="Soft")
        simple = here.store.create_product("A & B", price="9.90", categories=[section], description="<p>x</p>")
        parent = here.store.create_product("Shirt", type="variable")
        image = {"id": 5, "src": "https://x.example/a.jpg", "alt": ""}
        red = here.store.create_variation(parent, options={"Colour": "Red", "Size": "M"}, price="12", image=image)
        guest = here.store.checkout([(red, 2)], email="guest@example.com")
        walked = {walk.name: changes_of(here.api.page(walk.name, "", since=None).readings) for walk in ALL}
        sections = here.api.page("categories", "", since=None)
        assert changes_of(sections.readings)[str(section)].facts == CategoryFacts(
            id=str(section), handle="s-fas-co", title="Söfas & Co", description="Soft", updated_at=sections.read_at
        )
        told = walked["products"] | walked["variations"] | walked["orders"]
        product, variation, order = (told[str(number)].facts for number in (simple, red, guest))
        assert isinstance(product, ProductFacts)
        assert (product.title, product.price, product.description) == ("A & B", 990, "<p>x</p>")
        assert isinstance(variation, VariantFacts)
        assert (variation.product_id, variation.title, variation.price) == (str(parent), "Red, M", 1200)
        assert variation.image == "https://x.example/a.jpg"
        assert isinstance(order, OrderFacts)
        assert (order.customer_id, order.email, order.total) == ("", "guest@example.com", 2400)

    def test_tells_the_same_facts_as_webhooks_do(self) -> None:
        store = stocked(8, 4)
        with opened(store) as here:
            for listing, kind, make, rows in (
                ("products", "product", shapes.product, store.products),
                ("variations", "product", shapes.variation_as_product, store.variations),
                ("orders", "order", shapes.order, store.orders),
                ("customers", "customer", shapes.customer, store.customers),
            ):
                told = changes_of(tuple(r for page in here.walk(listing) for r in page.readings))
                assert {number: change.facts for number, change in told.items()} == {
                    str(number): read_as(kind, make(store, row)).changes[0].facts for number, row in rows.items()
                }

    def test_leaves_out_the_bin_and_unfinished_checkouts(self, here: Opened) -> None:
        kept, binned, draft, private = (
            here.store.create_product(status=s) for s in ("publish", "publish", "draft", "private")
        )
        here.store.trash(binned)
        here.store.start_checkout([(kept, 1)])
        placed = here.store.checkout([(kept, 1)])
        assert set(here.ids("products")) == numbers([kept, draft, private])
        readings = [reading for page in here.walk("orders") for reading in page.readings if reading.changes]
        assert [reading.object_id for reading in readings] == [str(placed)]

    def test_tells_no_users_who_are_no_customers(self, here: Opened) -> None:
        shopper = here.store.create_customer()
        here.store.create_customer(role="editor")
        assert here.ids("customers") == [str(shopper)]

    def test_goes_on_in_another_process(self) -> None:
        with opened(stocked(150, 0)) as here:
            first = here.api.page("products", "", since=None)
            other = registry.shop_api("woocommerce", here.access)
            assert other is not None
            rest = other.page("products", first.place, since=None)
            assert set(ids_of([first, rest])) == numbers(here.store.products)

    @pytest.mark.parametrize("deleted", [1, 2, 30, 99, 100])
    def test_misses_nothing_when_objects_are_deleted_meanwhile(self, deleted: int) -> None:
        with opened(stocked(0, 0)) as here:
            made = [here.store.create_product() for _ in range(350)]
            told = [here.api.page("products", "", since=None)]
            for number in made[:deleted]:
                here.store.delete(number)
            while told[-1].place:
                told.append(here.api.page("products", told[-1].place, since=None))
                here.store.delete(made[deleted + len(told)])
            assert set(ids_of(told)) >= numbers(here.store.products)
            assert len(ids_of(told)) <= 350

    def test_misses_nothing_when_the_last_page_is_deleted_meanwhile(self) -> None:
        with opened(stocked(0, 0)) as here:
            made = [here.store.create_product() for _ in range(120)]
            first = here.api.page("products", "", since=None)
            for number in made[:110]:
                here.store.trash(number)
            assert set(ids_of([first, here.api.page("products", first.place, since=None)])) >= numbers(made[110:])

    def test_finds_those_that_are_made_or_come_back_meanwhile_without_losing_others(self) -> None:
        with opened(stocked(0, 0)) as here:
            made = [here.store.create_product() for _ in range(260)]
            for number in made[:60]:
                here.store.trash(number)
            pages = [here.api.page("products", "", since=None)]
            for number in made[:60]:
                here.store.untrash(number)
            new = here.store.create_product()
            while pages[-1].place:
                pages.append(here.api.page("products", pages[-1].place, since=None))
            assert set(ids_of(pages)) >= numbers(made[60:], [new])

    def test_goes_on_over_what_cannot_be_read(self, here: Opened) -> None:
        made = [here.store.create_product() for _ in range(3)]
        here.store.products[made[1]]["menu_order"] = "third"
        here.store.products[made[1]]["categories"] = "none"
        here.store.products[made[1]]["price"] = "a lot"
        with structlog.testing.capture_logs() as logs:
            assert here.ids("products") == [str(made[0]), str(made[2])]
        (line,) = [entry for entry in logs if entry["event"] == "woocommerce.unreadable"]
        assert (line["kind"], line["id"]) == ("product", str(made[1]))

    @pytest.mark.parametrize(("ignored", "said"), [("order", "by number"), ("offset", "same part")])
    def test_does_not_end_early_or_never_where_a_plug_in_disturbs_it(
        self, monkeypatch: pytest.MonkeyPatch, ignored: str, said: str
    ) -> None:
        real = clients.Client.rows

        def rows(client: clients.Client, call: str, path: str, params: clients.Params) -> clients.Rows:
            asked = {name: value for name, value in params.items() if name != "offset" or ignored != "offset"}
            return real(client, call, path, asked | ({"order": "desc"} if ignored == "order" else {}))

        monkeypatch.setattr(clients.Client, "rows", rows)
        with opened(stocked(230, 0)) as here, pytest.raises(Permanent, match=said):
            here.walk("products")

    def test_of_an_older_store_finds_variations_by_their_products(self) -> None:
        with opened(stocked(60, 0)) as here:
            new = {r.object_id: r for page in here.walk("variations") for r in page.readings}
            here.peer.rest.old = True
            old = {r.object_id: r for page in here.walk("variations") for r in page.readings}
            assert old == new
            assert len(old) == len(here.store.variations) == 45


class TestChanges:
    def test_are_none_where_nothing_changed(self, aged: Opened) -> None:
        told = aged.changed(hour_ago())
        assert told.pop("category") == numbers(aged.store.categories)  # always all of them
        assert told == {"product": set(), "order": set(), "customer": set()}

    def test_name_what_was_made_edited_and_trashed(self, aged: Opened) -> None:
        store = aged.store
        simple = [number for number, row in store.products.items() if row["type"] == "simple"]
        store.edit(simple[0], price="77")
        store.trash(simple[1])
        made = store.create_product()
        order = next(iter(store.orders))
        store.refund(order, "1.00")
        store.trash_order(max(store.orders))
        shopper = store.create_customer()
        told = aged.changed(hour_ago())
        assert told["product"] == numbers([simple[0], simple[1], made])
        assert told["order"] == numbers([order, max(store.orders)])
        assert told["customer"] == numbers([shopper])
        deleted = changes_of(aged.api.page("trashed products", "", since=hour_ago()).readings)
        assert isinstance(deleted[str(simple[1])], Deleted)

    @pytest.mark.parametrize("old", [False, True])
    def test_name_variations(self, aged: Opened, old: bool) -> None:
        aged.peer.rest.old = old
        one = min(aged.store.variations)
        aged.store.edit(one, price="99")
        found = aged.ids("changed variations", hour_ago())
        family = {
            n for n, row in aged.store.variations.items() if row["parent_id"] == aged.store.variations[one]["parent_id"]
        }
        assert set(found) == (numbers(family) if old else {str(one)})

    def test_name_a_category_that_was_renamed(self, aged: Opened) -> None:
        aged.store.edit_category(max(aged.store.categories), name="Renamed & new")
        told = changes_of(aged.api.page("categories", "", since=hour_ago()).readings)
        assert told[str(max(aged.store.categories))].facts.title == "Renamed & new"

    @pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(hours=6)], ids=["in time", "late cron"])
    def test_name_a_product_that_went_live_as_planned(self, aged: Opened, late: timedelta) -> None:
        """Nothing fires then, and its date_modified is the planned day."""
        at = datetime.now(UTC) - late
        number = aged.store.schedule("Tomorrow", at)
        since = datetime.now(UTC) - timedelta(seconds=30)
        assert str(number) not in aged.ids("published products", since)
        assert aged.store.publish_due() == [number]
        assert str(number) in aged.ids("published products", since)
        assert late < LATE_CRON

    @pytest.mark.parametrize("offset", [timedelta(hours=1), -timedelta(hours=8), timedelta(hours=13)])
    def test_do_not_depend_on_the_stores_time_zone(self, offset: timedelta) -> None:
        store = Store(offset=offset)
        store.ahead = -HOUR * 3
        before = store.create_product()
        store.ahead = timedelta()
        now = store.create_product()
        with opened(store) as here:
            since = datetime.now(UTC) - HOUR
            assert here.ids("changed products", since) == [str(now)]
            assert here.ids("changed products", since.astimezone().replace(microsecond=5)) == [str(now)]
            assert set(here.ids("changed products", since - HOUR * 3)) == numbers([before, now])

    def test_look_back_a_little_as_clocks_differ(self, here: Opened) -> None:
        here.store.ahead = -OVERLAP + timedelta(seconds=5)
        made, order, shopper = here.store.create_product(), 0, here.store.create_customer()
        order = here.store.checkout([(made, 1)])
        told = here.changed(datetime.now(UTC))
        assert told["product"] == {str(made)}
        assert told["order"] == {str(order)}
        assert told["customer"] == {str(shopper)}

    def test_of_customers_end_where_they_are_old(self, here: Opened) -> None:
        here.store.ahead = -HOUR * 5
        for _ in range(150):
            here.store.create_customer()
        here.store.ahead = timedelta()
        new = [here.store.create_customer() for _ in range(120)]
        pages = here.walk("newest customers", hour_ago())
        assert set(ids_of(pages)) == numbers(new)
        assert len(pages) == 2

    def test_miss_nothing_when_rows_move_meanwhile(self, here: Opened) -> None:
        made = [here.store.create_product() for _ in range(220)]
        pages = [here.api.page("changed products", "", since=hour_ago())]
        for number in made[:40]:
            here.store.trash(number)
        while pages[-1].place:
            pages.append(here.api.page("changed products", pages[-1].place, since=hour_ago()))
        assert set(ids_of(pages)) >= numbers(made[40:])


class TestRead:
    @pytest.mark.parametrize("old", [False, True])
    @pytest.mark.parametrize("many", [False, True])
    def test_finds_products_and_variations_and_what_is_gone(self, many: bool, old: bool) -> None:
        with opened(stocked(40, 0)) as here:
            here.peer.rest.old = old
            store = here.store
            simple = [number for number, row in store.products.items() if row["type"] == "simple"]
            variation = min(store.variations)
            store.trash(simple[0])
            store.delete(simple[1])
            more = simple[3:9] if many else []
            wanted = [str(n) for n in (variation, simple[0], simple[1], simple[2], *more)]
            parts = [wanted] if many else [[one] for one in wanted]
            readings = tuple(reading for part in parts for reading in here.api.read("product", part).readings)
            told = changes_of(readings)
            assert [reading.object_id for reading in readings] == wanted
            assert isinstance(told[wanted[0]].facts, VariantFacts)
            assert (told[wanted[1]].id, told[wanted[1]].final) == (wanted[1], False)
            assert told[wanted[2]] == Deleted(kind="product", id=wanted[2], final=True)
            assert told[wanted[3]].facts.id == wanted[3]

    def test_tells_the_same_as_a_walk(self) -> None:
        with opened(stocked(12, 6)) as here:
            for listing in here.api.listings(changes=False):
                walked = {r.object_id: undated(r) for page in here.walk(listing.name) for r in page.readings}
                for ids in (list(walked), list(walked)[:1]):
                    for reading in here.api.read(listing.kind, ids).readings:
                        assert undated(reading) == walked[reading.object_id]

    def test_takes_more_than_a_page(self) -> None:
        with opened(stocked(230, 0)) as here:
            wanted = [str(number) for number in (*here.store.products, *here.store.variations)]
            page = here.api.read("product", wanted)
            assert [reading.object_id for reading in page.readings] == wanted
            assert len(here.calls) < 15

    def test_finds_orders_in_the_bin_and_names_those_that_are_gone(self) -> None:
        with opened(stocked(4, 8)) as here:
            orders = sorted(here.store.orders)
            here.store.trash_order(orders[0])
            here.store.delete_order(orders[1])
            for each in ([orders], [[number] for number in orders]):
                told = changes_of(
                    tuple(r for ids in each for r in here.api.read("order", [str(n) for n in ids]).readings)
                )
                assert told[str(orders[0])].final is False
                assert told[str(orders[1])] == Deleted(kind="order", id=str(orders[1]), final=True)
                assert isinstance(told[str(orders[2])], Saved)

    def test_of_a_user_who_is_no_customer_any_more_is_a_deletion_that_can_be_undone(self, here: Opened) -> None:
        shopper = here.store.create_customer()
        here.store.edit_customer(shopper, role="editor")
        (reading,) = here.api.read("customer", [str(shopper)]).readings
        assert reading.changes == (Deleted(kind="customer", id=str(shopper), final=False),)

    def test_names_customers_and_categories_that_are_gone(self, here: Opened) -> None:
        for kind in ("customer", "category"):
            for ids in (["7777"], ["7777", "7778", "7779", "7780"]):
                for reading in here.api.read(kind, ids).readings:
                    assert reading.changes == (Deleted(kind=kind, id=reading.object_id, final=True),)

    def test_gives_one_reading_for_each_id_whatever_it_is(self, here: Opened) -> None:
        odd = ["x", "-1", "0", "1.5", "9" * 30, "", "1/2"]
        page = here.api.read("product", [*odd, "x"])
        assert [reading.object_id for reading in page.readings] == odd
        assert here.calls == []

    def test_of_what_no_reader_understands_is_unclear(self, here: Opened) -> None:
        number = here.store.create_product(price="a lot")
        (reading,) = here.api.read("product", [str(number)]).readings
        assert isinstance(reading.changes[0], Unclear)

    def test_of_a_store_whose_api_is_gone_deletes_nothing(self, here: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clients, "PAUSES", ())
        number = here.store.create_product()
        here.peer.rest.without_shop = True
        with pytest.raises(Permanent, match="WooCommerce active"):
            here.api.read("product", [str(number)])
        here.peer.plain_permalinks = True
        with pytest.raises(Permanent):
            here.api.read("product", [str(number)])

    def test_of_a_kind_that_there_is_not_is_refused(self, here: Opened) -> None:
        with pytest.raises(Permanent, match="shipment"):
            here.api.read("shipment", ["1"])


def undated(reading: Any) -> Any:
    """Categories are dated with the moment at which they are read."""
    if reading.kind != "category":
        return reading
    return replace(reading.changes[0].facts, updated_at=None)


class TestCarryOut:
    def test_adds_a_note_once(self, here: Opened) -> None:
        order = here.store.checkout([(here.store.create_product(price="1"), 1)])
        detail = {"order_id": str(order), "note": "Packed & sent <soon>", "customer_note": True}
        assert "added" in here.api.carry_out("order.note", detail, key="1")
        assert "already" in here.api.carry_out("order.note", detail, key="1")
        ((only),) = here.store.notes[order]
        assert (only["note"], only["customer_note"]) == ("Packed & sent <soon>", True)

    def test_adds_the_same_note_again_on_another_day(self, here: Opened) -> None:
        order = here.store.checkout([(here.store.create_product(price="1"), 1)])
        detail = {"order_id": str(order), "note": "Packed"}
        here.api.carry_out("order.note", detail, key="1")
        here.store.notes[order][0]["_created"] -= timedelta(days=1)
        here.api.carry_out("order.note", detail, key="2")
        assert len(here.store.notes[order]) == 2

    def test_sets_stock_to_a_number(self, here: Opened) -> None:
        simple = here.store.create_product(price="1")
        parent = here.store.create_product(type="variable")
        variation = here.store.create_variation(parent, options={"Size": "M"}, price="1")
        for detail in (
            {"product_id": str(simple), "stock": 4},
            {"product_id": str(simple), "variant_id": str(simple), "stock": 5},
            {"product_id": str(parent), "variant_id": str(variation), "stock": 6},
        ):
            here.api.carry_out("stock.set", detail, key="1")
        assert [here.store.post(n)["stock_quantity"] for n in (simple, variation)] == [5, 6]
        assert here.store.post(variation)["manage_stock"] is True

    def test_sets_metadata(self, here: Opened) -> None:
        product, shopper = here.store.create_product(price="1"), here.store.create_customer()
        order = here.store.checkout([(product, 1)])
        for kind, number, rows in (
            ("order", order, here.store.orders),
            ("product", product, here.store.products),
            ("customer", shopper, here.store.customers),
        ):
            for value in ("1", {"a": [1]}):
                here.api.carry_out("meta.set", {"kind": kind, "id": str(number), "key": "_b", "value": value}, key="1")
            assert [(meta["key"], meta["value"]) for meta in rows[number]["meta_data"]] == [("_b", {"a": [1]})]

    @pytest.mark.parametrize(
        ("call", "detail", "says"),
        [
            ("order.paint", {}, "order.paint"),
            ("order.note", {"order_id": "1"}, "note"),
            ("stock.set", {"product_id": "1", "stock": "many"}, "number"),
            ("meta.set", {"kind": "shipment", "id": "1", "key": "a", "value": 1}, "shipment"),
            ("stock.set", {"product_id": "4242", "stock": 1}, "Invalid ID"),
        ],
    )
    def test_says_what_is_wrong(self, here: Opened, call: str, detail: dict[str, Any], says: str) -> None:
        with pytest.raises(Permanent, match=says):
            here.api.carry_out(call, detail, key="1")


class TestCounts:
    def test_are_those_of_whole_walks(self) -> None:
        with opened(stocked(12, 5)) as here:
            counts = here.api.counts()  # type: ignore[attr-defined]
            assert counts == {walk.name: len(here.ids(walk.name)) for walk in ALL}


class TestAccess:
    def test_shows_no_keys(self, tmp_path: Path) -> None:
        with opened() as here:
            assert "ck_" not in repr(here.access)
            assert isinstance(here.peer, Peer)
