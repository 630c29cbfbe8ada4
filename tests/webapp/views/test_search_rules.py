"""Rules in the dashboard: the list, and the form that is filled in over several looks."""

from datetime import timedelta
from typing import Any

from commerce.rules.merchandising import CONTAINS, EXACT, ID, Add, Hide, Lift, Pin, Redirect, Rule, Target
from commerce.tables import search_rules, shops
from tests.webapp import stock
from tests.webapp.markup import token, words

PAGE = "/dashboard/search/rules"
ROW = ("do", "product", "position", "facet", "value", "strength", "url", "query")


def rules(shop: Any) -> tuple[Rule, ...]:
    with shop.here.database.read() as db:
        return search_rules.all_of(db, shop_id=shop.id)


def add(shop: Any, name: str, **changes: Any) -> str:
    told = {"applies_to": EXACT, "words": ("tent",), "actions": (Add(product="1"),)} | changes
    with shop.here.database.write() as db:
        return search_rules.add(db, shop_id=shop.id, rule=Rule(id="", name=name, **told), now=stock.NOW).id


def form(merchant: Any, *row: dict[str, str], **changes: Any) -> dict[str, Any]:
    told = {"csrf_token": token(merchant, f"{PAGE}/new"), "name": "Tents", "applies_to": EXACT, "words": "tent\nzelt"}
    columns = {f"row_{name}": [one.get(name, "") for one in row] for name in ROW}
    return told | {"enabled": "1", "act": "save"} | columns | changes


class TestForm:
    def test_keeps_everything_while_products_are_looked_for_and_picked(self, merchant: Any, shop: Any) -> None:
        shop.product("7", title="Red Tent")
        shop.index()
        page = merchant.post(f"{PAGE}/new", data=form(merchant, act="look", look_for="tent")).text
        assert 'value="pick:pin:7"' in page
        assert 'name="name" value="Tents"' in page
        pinned = {"do": "pin", "product": "9", "position": "1"}
        page = merchant.post(f"{PAGE}/new", data=form(merchant, pinned, act="pick:pin:7")).text
        assert 'name="row_position" value="2"' in page
        assert "Red Tent" in page
        assert "product 9" in words(page)
        page = merchant.post(f"{PAGE}/new", data=form(merchant, pinned, act="remove:0")).text
        assert 'name="row_position"' not in page
        assert rules(shop) == ()

    def test_offers_products_that_are_hidden_by_a_rule(self, merchant: Any, shop: Any) -> None:
        shop.product("7", title="Red Tent")
        shop.index()
        add(shop, "Hides", applies_to=CONTAINS, actions=(Hide(target=Target(facet=ID, value="7")),))
        assert (
            'value="pick:pin:7"' in merchant.post(f"{PAGE}/new", data=form(merchant, act="look", look_for="tent")).text
        )

    def test_stores_every_kind_of_line(self, merchant: Any, shop: Any) -> None:
        lines = [
            {"do": "pin", "product": "1", "position": "3"},
            {"do": "add", "product": "2"},
            {"do": "hide", "facet": "id", "value": "3"},
            {"do": "lift", "facet": "Brand", "value": "Nordvik", "strength": "-2"},
            {"do": "redirect", "url": "/pages/tents"},
        ]
        times = {"starts_at": "2026-05-01T10:00", "ends_at": "2026-06-01T10:00"}
        with shop.here.database.write() as db:
            shops.learn(db, shop.id, timezone="Europe/Berlin")
        assert merchant.post(f"{PAGE}/new", data=form(merchant, *lines, **times)).status_code == 302
        (rule,) = rules(shop)
        assert (rule.name, rule.words, rule.enabled) == ("Tents", ("tent", "zelt"), True)
        assert rule.starts_at is not None
        assert rule.starts_at.isoformat() == "2026-05-01T08:00:00+00:00", "as the clock in the shop shows it"
        assert rule.actions == (
            Pin(product="1", position=3),
            Add(product="2"),
            Hide(target=Target(facet=ID, value="3")),
            Lift(target=Target(facet="brand", value="Nordvik"), strength=-2),
            Redirect(url="/pages/tents"),
        )
        page = merchant.get(f"{PAGE}/{rule.id}").text
        assert 'value="2026-05-01T10:00"' in page
        assert 'name="row_url" value="/pages/tents"' in page
        again = form(merchant, *lines[:1], **times, name="Fewer")
        assert merchant.post(f"{PAGE}/{rule.id}", data=again).status_code == 302
        assert [(one.id, one.name, len(one.actions)) for one in rules(shop)] == [(rule.id, "Fewer", 1)]

    def test_says_beside_the_field_what_is_wrong(self, merchant: Any, shop: Any) -> None:
        for changes, lines, field in (
            ({"name": ""}, [{"do": "add", "product": "1"}], "name"),
            ({}, [], "actions"),
            ({"words": ""}, [{"do": "add", "product": "1"}], "words"),
            ({"starts_at": "soon"}, [{"do": "add", "product": "1"}], "starts_at"),
            ({}, [{"do": "pin", "product": "1", "position": "first"}], "actions[0].position"),
            ({}, [{"do": "redirect", "url": "javascript:x"}], "actions[0].url"),
        ):
            answer = merchant.post(f"{PAGE}/new", data=form(merchant, *lines, **changes))
            assert (answer.status_code, f'id="wrong-{field}"' in answer.text) == (400, True), field
        assert rules(shop) == ()

    def test_is_that_of_the_search_that_it_is_for(self, merchant: Any, shop: Any) -> None:
        assert ">red tent</textarea>" in merchant.get(f"{PAGE}/new?query=red+tent").text


class TestList:
    def test_says_which_rules_hold(self, merchant: Any, shop: Any) -> None:
        day = timedelta(days=1)
        add(shop, "Now")
        add(shop, "Later", starts_at=stock.NOW + day)
        add(shop, "Before", ends_at=stock.NOW - day)
        add(shop, "Never", enabled=False)
        text = words(merchant.get(PAGE).text)
        for name, state in (("Now", "Active"), ("Later", "Planned"), ("Before", "Ended"), ("Never", "Off")):
            assert state in text.partition(f"{name} tent")[2][:70]

    def test_moves_switches_and_removes(self, merchant: Any, shop: Any) -> None:
        one, two, three = (add(shop, name) for name in ("One", "Two", "Three"))
        csrf = {"csrf_token": token(merchant, PAGE)}
        merchant.post(f"{PAGE}/{three}/move", data=csrf | {"to": "up"})
        merchant.post(f"{PAGE}/{one}/move", data=csrf | {"to": "up"})
        assert [rule.id for rule in rules(shop)] == [one, three, two]
        merchant.post(f"{PAGE}/{one}/switch", data=csrf)
        assert [rule.enabled for rule in rules(shop)] == [False, True, True]
        merchant.post(f"{PAGE}/{two}/remove", data=csrf)
        assert [rule.id for rule in rules(shop)] == [one, three]

    def test_leaves_rules_of_another_shop_alone(self, merchant: Any, shop: Any, other: Any) -> None:
        foreign, csrf = add(other, "Foreign"), {"csrf_token": token(merchant, PAGE), "shop": shop.key}
        assert merchant.get(f"{PAGE}/{foreign}?shop={shop.key}").status_code == 404
        for act in ("switch", "move", "remove", ""):
            merchant.post(f"{PAGE}/{foreign}/{act}?shop={shop.key}".replace("/?", "?"), data=form(merchant) | csrf)
        assert [(rule.name, rule.enabled) for rule in rules(other)] == [("Foreign", True)]

    def test_of_none_says_what_rules_are_for(self, merchant: Any, shop: Any) -> None:
        assert "No rules yet." in merchant.get(PAGE).text
