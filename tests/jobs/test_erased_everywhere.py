"""No table is forgotten where a person is erased: each either holds nobody, or held them and does not any more."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, LargeBinary, Table, Text, insert, update

from commerce.mirror import erasing, merges, points_by_hand
from commerce.mirror.changes import Said, create
from commerce.rules.orders import Refund
from commerce.tables import effects, every, inbox, privacy
from commerce.tables.columns import Json, Moment
from commerce.tables.people import members, profiles
from tests.commerce.mirror.test_gate import Shop
from tests.conftest import Backroom
from tests.webapp.stock import Stock

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MARK = "marker@example.org"
# What the shop is and sells, counts, and what whoever works here sets: none of it is about a customer. Of shipments and
# lines of orders are the books: numbers and what was bought.
HOLD_NOBODY = {
    "alerts", "api_keys", "audit", "bought_together", "cards", "carrier_accounts", "carrier_health", "categories",
    "cdns", "clicked_products", "connections", "custom_fields", "drift", "erased_people", "install_attempts",
    "dismissals", "invitations", "job_runs", "leases", "memberships", "saved_views", "session_shops",
    "sign_in_attempts",
    "figure_progress", "loyalty_programmes", "notification_choices", "notification_templates", "order_contributions",
    "order_figures", "order_lines", "order_milestones", "order_settings", "order_step_runs",
    "outgoing_dispatches", "outgoing_endpoints", "outgoing_replays", "page_templates", "points_postings", "products",
    "pauses", "reindexes", "rejections",
    "retention", "search_clicks", "search_orders", "search_positions", "search_rules", "search_settings", "searches",
    "segment_members", "segments", "shelves", "shipments", "stock_bookings", "stock_items", "stock_levels",
    "stock_movements", "syncs", "tallies", "tracking_settings",
    "unknown_carrier_codes", "variants", "versions",
}  # fmt: skip
# Columns that say something of a person in somebody's words, beside what the scenario below fills by itself.
FREE = {
    "accesses": ("actor",),
    "consents": ("source", "detail"),
    "customers": ("first_name", "note", "tags"),
    "effects": ("detail", "error"),
    "happenings": ("title", "detail", "source_id"),
    "idempotent_answers": ("body",),
    "inbox": ("body", "headers", "error", "traceback"),
    "labels": ("asked", "reply", "file", "error"),
    "members": ("own", "attributes", "told"),
    "members_apart": ("said_by",),
    "merges": ("reason", "made_by"),
    "notifications": ("recipient", "subject", "html", "text", "detail", "reason", "reference"),
    "order_steps": ("outcome",),
    "order_tracking": ("signed_by", "to_postcode", "postcode", "city", "province"),
    "orders": ("note", "tags", "billing", "delivery", "phone"),
    "outgoing_announcements": ("body",),
    "outgoing_tries": ("answer", "answered", "error"),
    "points_transactions": ("reason", "made_by", "detail"),
    "privacy_requests": ("phone",),
    "stock_subscriptions": ("recipient",),
    "suppressions": ("detail",),
    "tracking_scans": ("text", "city", "postcode"),
}


def marked(table: Table, name: str) -> Any:
    """The mark, as a column takes it."""
    kind = table.c[name].type
    if isinstance(kind, LargeBinary):
        return f'{{"email": "{MARK}"}}'.encode()
    return kind_of_json(name) if isinstance(kind, type(Json)) else MARK


def kind_of_json(name: str) -> Any:
    return [MARK] if name == "tags" else {"value": {"value": MARK, "source": "", "at": NOW.isoformat()}}


def filled(table: Table, **values: Any) -> dict[str, Any]:
    """A row with something in each column that needs it."""
    empty = {Text: "", Integer: 0, Boolean: False, LargeBinary: b"", Moment: NOW}
    needed = [column for column in table.c if not column.nullable and column.default is None and column.name != "id"]
    told = {
        column.name: next((one for kind, one in empty.items() if isinstance(column.type, kind)), {})
        for column in needed
    }
    return told | values


def tables() -> dict[str, Table]:
    return {table.name: table for table in every.tables if "shop_id" in table.c}


def holding(shop: Shop) -> set[str]:
    """The tables that name the person in any column of any row."""
    found = {name: "".join(map(repr, shop.all(table))).lower() for name, table in tables().items()}
    return {name for name, told in found.items() if MARK in told}


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    """A shop with one person, whose name stands wherever one can stand."""
    sender = backroom.shops.shopify(currency="EUR")
    stock = Stock(backroom.parts, sender.id, sender.key, sender.api_key, sender.publishable_key)
    shop = Shop(backroom, sender.id)
    stock.customer("31", email=MARK)
    refund = Refund(id="r", amount=100, reason=MARK, created_at=NOW)
    stock.order("21", customer_id="31", email=MARK, refunds=(refund,))
    stock.order("22", customer_id="", email=MARK.title())
    for kind, key in (("customer", "31"), ("order", "21"), ("shop", "31"), ("", "")):
        stock.delivery(MARK.encode(), outcome={"kind": kind, "object_id": key, "state": inbox.SKIPPED})
    for about in ("customer", "loyalty"):
        stock.effect(kind=effects.CALL, state=effects.WAITING, object_kind=about, object_id="31", detail={"call": "x"})
    by_hand(shop)
    with shop.database.write() as db:
        for name, columns in FREE.items():
            table = tables()[name]
            values = {column: marked(table, column) for column in columns}
            db.execute(update(table).where(table.c.shop_id == shop.shop_id).values(values))
    return shop


def by_hand(shop: Shop) -> None:
    """What people and other systems add."""
    other = shop.act(create, Said(fields={"first_name": MARK}), made_by="Kim", now=NOW)
    undone = shop.act(merges.merge, primary="31", secondary=other, reason="", made_by="Kim", now=NOW)
    shop.act(merges.undo, merge_id=undone, undone_by="Kim", now=NOW)
    shop.act(merges.merge, primary="31", secondary=other, reason="", made_by="Kim", now=NOW)
    moved = {"points": 70, "reason": MARK, "by": "Kim", "key": MARK}
    shop.act(points_by_hand.adjust, member_id="31", **moved, now=NOW)
    shop.act(erasing.ask_export, "31", asked_by="Kim", now=NOW)
    told = tables()
    rows = [
        (told["accesses"], {"profile_id": "31"}),
        (told["consents"], {"member_id": "31"}),
        (told["happenings"], {"member_id": other, "source": "till"}),
        (told["idempotent_answers"], {"key": "k"}),
        (told["labels"], {"order_id": "21"}),
        (told["members_apart"], {"one": "31", "other": "c_somebody"}),
        (told["notifications"], {"order_id": "21", "recipient": MARK}),
        (told["stock_subscriptions"], {"recipient": MARK, "product_id": "1"}),
        (told["order_steps"], {"order_id": "21", "kind": "custom:risk", "lane": "outside"}),
        (told["order_tracking"], {"order_id": "21", "number": "N", "token": "t"}),
        (told["suppressions"], {"channel": "email", "address": MARK}),
    ]
    with shop.database.write() as db:
        for table, values in rows:
            db.execute(insert(table).values(filled(table, shop_id=shop.shop_id, **values)))
    (parcel,) = [row for row in shop.all(told["order_tracking"]) if row.order_id == "21"]
    with shop.database.write() as db:
        row = filled(told["tracking_scans"], shop_id=shop.shop_id, tracking_id=parcel.id, key="k")
        db.execute(insert(told["tracking_scans"]).values(row))
    sent_out(shop)


def sent_out(shop: Shop) -> None:
    """What other systems were told of the person, and what they answered."""
    told = tables()
    rows = [
        (told["outgoing_endpoints"], {"id": 1}),
        (told["outgoing_announcements"], {"id": 1, "occasion": "1", "order_id": "21"}),
        (told["outgoing_announcements"], {"id": 2, "occasion": "2", "person_id": "31"}),
        (told["outgoing_announcements"], {"id": 3, "occasion": "3", "object_kind": "customer", "object_id": "31"}),
        *((told["outgoing_dispatches"], {"id": one, "endpoint_id": 1, "announcement_id": one}) for one in (1, 2, 3)),
        *((told["outgoing_tries"], {"dispatch_id": one}) for one in (1, 2, 3)),
    ]
    with shop.database.write() as db:
        for table, values in rows:
            db.execute(insert(table).values(filled(table, shop_id=shop.shop_id, **values)))


class TestErasingAPerson:
    def test_leaves_no_table_out(self, shop: Shop) -> None:
        assert holding(shop) == tables().keys() - HOLD_NOBODY  # a new table belongs into the scenario, or to those
        shop.erase("31")
        assert holding(shop) == set()
        assert shop.all(members.members) == shop.all(profiles.profiles) == []

    def test_asked_by_the_platform_too(self, shop: Shop) -> None:
        asked = {"kind": privacy.ERASE_CUSTOMER, "customer_id": "31", "email": MARK, "phone": "", "order_ids": []}
        with shop.database.write() as db:
            db.execute(privacy.requests.insert().values(asked | {"shop_id": shop.shop_id, "received_at": NOW}))
            wanted = [effects.NewEffect(kind=effects.ERASE, object_kind="shop", object_id="")]
            effects.plan(db, shop_id=shop.shop_id, wanted=wanted, now=NOW)
        shop.finish()
        assert holding(shop) == set()

    def test_that_has_a_short_number_leaves_other_answers(self, shop: Shop) -> None:
        table = tables()["idempotent_answers"]
        with shop.database.write() as db:
            body = b'{"id": "319", "points": 31}'
            db.execute(insert(table).values(filled(table, shop_id=shop.shop_id, key="other", body=body)))
        shop.erase("31")
        assert [row.key for row in shop.all(table)] == ["other"]
