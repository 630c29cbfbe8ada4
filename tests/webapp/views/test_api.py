"""Read-back: shapes, paging, errors, and nothing of other shops."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from commerce.tables import inbox
from webapp import openapi

LISTS = ("products", "orders", "customers", "events", "effects")


class TestShapes:
    def test_product_is_as_described(self, api: Any, shop: Any) -> None:
        shop.product(key="9007199254740993")
        shape = api.get("/api/v1/products/9007199254740993").json
        assert _misfits(shape, "product") == []
        assert shape["id"] == "9007199254740993"
        assert shape["price"] == {"amount": 1999, "currency": "EUR"}
        assert shape["categories"] == ["Outdoor"]
        assert shape["options"] == [{"name": "Colour", "values": ["Navy", "Moss"]}]
        assert shape["attributes"] == {"Weight": ["1.9 kg"]}
        assert shape["variants"][1]["options"] == {"Colour": "Moss"}
        assert shape["updated_at"].endswith("Z")
        assert shape["reread"] is False

    def test_product_says_that_a_reread_waits(self, api: Any, shop: Any) -> None:
        shop.product()
        shop.effect()
        assert api.get("/api/v1/products/11").json["reread"] is True
        assert api.get("/api/v1/products").json["data"][0]["reread"] is True

    def test_unknown_price_is_null(self, api: Any, shop: Any) -> None:
        shop.product(price=None, compare_at_price=None, variants=(), variant_ids=())
        shape = api.get("/api/v1/products/11").json
        assert shape["price"] is None
        assert _misfits(shape, "product") == []

    def test_order_is_as_described(self, api: Any, shop: Any) -> None:
        shop.order()
        shape = api.get("/api/v1/orders/21").json
        assert _misfits(shape, "order") == []
        assert shape["total"] == {"amount": 4498, "currency": "EUR"}
        assert shape["lines"][0]["total"] == {"amount": 3998, "currency": "EUR"}
        assert shape["shipments"][0]["tracking_number"] == "JD01"
        assert shape["refunds"][0]["amount"]["amount"] == 1000
        assert shape["customer_id"] == "31"

    def test_a_guests_order_has_no_customer(self, api: Any, shop: Any) -> None:
        shop.order(customer_id="")
        assert api.get("/api/v1/orders/21").json["customer_id"] is None

    def test_customer_is_as_described(self, api: Any, shop: Any) -> None:
        shop.order()
        shop.customer()
        shape = api.get("/api/v1/customers/31").json
        assert shape["platform_ids"] == {"shopify": "31"}
        assert shape["communication_preferences"] == {"email": "subscribed"}
        assert shape["orders_count"] == 1
        assert shape["total_spent"] == {"amount": 3498, "currency": "EUR"}
        assert shape["loyalty_points"] is None

    def test_what_the_platform_told_of_purchases_counts(self, api: Any, shop: Any) -> None:
        shop.customer()
        shop.purchases("31", orders=12, spent=99_000)
        shape = api.get("/api/v1/customers/31").json
        assert (shape["orders_count"], shape["total_spent"]["amount"]) == (12, 99_000)

    def test_what_is_stored_counts_where_the_platform_knows_no_more(self, api: Any, shop: Any) -> None:
        shop.customer()
        shop.order()
        shop.order("22", status="cancelled")
        shop.purchases("31", orders=2, spent=99_000)
        shape = api.get("/api/v1/customers/31").json
        assert (shape["orders_count"], shape["total_spent"]["amount"]) == (1, 3_498)

    def test_event_and_effect_are_as_described(self, api: Any, shop: Any) -> None:
        number = shop.delivery(outcome={"note": "Saved."})
        shop.effect(inbox_id=number)
        event = api.get(f"/api/v1/events/{number}").json
        assert _misfits(event, "event") == []
        assert event["id"] == str(number)
        assert event["state"] == "applied"
        effect = api.get("/api/v1/effects").json["data"][0]
        assert _misfits(effect, "effect") == []
        assert effect["event_id"] == str(number)


class TestLists:
    @pytest.mark.parametrize("noun", ["products", "orders", "customers"])
    def test_walk_gives_each_once(self, api: Any, shop: Any, noun: str) -> None:
        ids = [str(number) for number in range(40, 47)]
        for number in ids:
            getattr(shop, noun.removesuffix("s"))(key=number)
        assert sorted(_walk(api, f"/api/v1/{noun}?limit=3")) == ids

    def test_events_are_newest_first(self, api: Any, shop: Any) -> None:
        numbers = [str(shop.delivery()) for _ in range(5)]
        assert _walk(api, "/api/v1/events?limit=2") == numbers[::-1]

    def test_updated_since_leaves_out_what_is_older(self, api: Any, shop: Any) -> None:
        shop.product()
        assert len(api.get(f"/api/v1/products?updated_since={quote(_later(-60).isoformat())}").json["data"]) == 1
        assert api.get(f"/api/v1/products?updated_since={quote(_later(60).isoformat())}").json["data"] == []

    def test_a_plus_that_was_not_escaped_is_understood(self, api: Any) -> None:
        assert api.get("/api/v1/products?updated_since=2026-01-01T00:00:00+02:00").status_code == 200

    def test_events_can_be_filtered(self, api: Any, shop: Any) -> None:
        shop.delivery(outcome={})
        shop.delivery(topic="orders/create", outcome={"kind": "order", "object_id": "21", "state": inbox.FAILED})
        for query in ("topic=orders/create", "state=failed", "kind=order", "object_id=21"):
            found = api.get(f"/api/v1/events?{query}").json["data"]
            assert [event["topic"] for event in found] == ["orders/create"], query

    def test_effects_can_be_filtered(self, api: Any, shop: Any) -> None:
        shop.effect()
        shop.effect(kind="index", state="done")
        assert [row["kind"] for row in api.get("/api/v1/effects?kind=re-read").json["data"]] == ["re-read"]
        assert [row["kind"] for row in api.get("/api/v1/effects?state=done").json["data"]] == ["index"]

    @pytest.mark.parametrize("noun", ["products", "orders", "customers"])
    def test_queries_do_not_grow_with_the_list(self, api: Any, shop: Any, statements: Any, noun: str) -> None:
        counts = []
        for more in (range(50, 52), range(60, 80)):
            for number in more:
                getattr(shop, noun.removesuffix("s"))(key=str(number))
            api.get("/api/v1/effects")  # its key is known for the next half second
            with statements() as seen:
                api.get(f"/api/v1/{noun}")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 8


class TestErrors:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=251", "limit"),
            ("limit=ten", "limit"),
            ("updated_since=yesterday", "updated_since"),
            ("updated_since=2026-01-01", "updated_since"),
            ("updated_since=2026-13-01T00:00:00Z", "updated_since"),
        ],
    )
    def test_bad_input_names_its_field(self, api: Any, query: str, field: str) -> None:
        answer = api.get(f"/api/v1/products?{query}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert answer.json["field"] == field
        assert f"`{field}`" in answer.json["detail"]

    @pytest.mark.parametrize("query", ["state=odd", "topic=%00", "since=now"])
    def test_bad_filters_of_events_are_refused(self, api: Any, query: str) -> None:
        assert api.get(f"/api/v1/events?{query}").status_code == 400

    @pytest.mark.parametrize(
        "path",
        ["products/9", "orders/9", "customers/%00", "events/9", "events/x", f"events/{10**18}", f"events/{2**63}"],
    )
    def test_what_is_not_there_is_404(self, api: Any, path: str) -> None:
        answer = api.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


class TestGuard:
    @pytest.mark.parametrize("noun", LISTS)
    def test_no_key_is_refused(self, stranger: Any, noun: str) -> None:
        answer = stranger.get(f"/api/v1/{noun}")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")

    def test_the_publishable_key_is_refused(self, stranger: Any, shop: Any) -> None:
        headers = {"Authorization": f"Bearer {shop.publishable_key}"}
        assert stranger.get("/api/v1/products", headers=headers).status_code == 401

    def test_a_foreign_key_sees_nothing(self, app: Any, foreign_api: Any, shop: Any) -> None:
        shop.everything()
        ids = {"products": "11", "orders": "21", "customers": "31", "events": "1"}
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("api."):
                continue
            noun = rule.rule.split("/")[3]
            answer = foreign_api.get(rule.rule.replace("<key>", ids.get(noun, "")))
            if "<key>" in rule.rule:
                assert answer.status_code == 404, rule.rule
            else:
                assert answer.json == {"data": [], "next_cursor": None}, rule.rule


class TestDescription:
    def test_has_every_route(self, app: Any, stranger: Any) -> None:
        described = set(stranger.get("/api/v1/openapi.json").json["paths"])
        routes = {
            re.sub("<([^>]+:)?([^>]+)>", r"{\2}", rule.rule.removeprefix("/api/v1")).replace("{key}", "{id}")
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/api/v1/")
        }
        assert described == routes - {"/openapi.json", "/docs"}

    def test_refers_only_to_what_it_has(self) -> None:
        described = openapi.document("https://backroom.example")
        for name in _references(described):
            assert name in described["components"]["schemas"]


def _walk(client: Any, address: str) -> list[str]:
    ids, cursor = [], ""
    while True:
        page = client.get(f"{address}{cursor}").json
        ids += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            return ids
        cursor = f"&cursor={page['next_cursor']}"


def _later(seconds: int) -> Any:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"].rsplit("/", 1)[1]} if "$ref" in node else set()
        return own.union(*(_references(value) for value in node.values()))
    return set().union(*(_references(value) for value in node)) if isinstance(node, list) else set()


def _misfits(value: Any, shape: str) -> list[str]:
    schemas = openapi.document("")["components"]["schemas"]
    return list(_differences(value, schemas[shape], schemas, shape))


def _differences(value: Any, schema: Any, schemas: Any, where: str) -> Any:
    """Where a value is not as its schema says; objects have exactly the properties that are described."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        if all(list(_differences(value, one, schemas, where)) for one in schema["anyOf"]):
            yield f"{where}: {value!r} fits none"
        return
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}
    if type(value) is not kinds[schema["type"]] or value not in schema.get("enum", [value]):
        yield f"{where}: {value!r} is no {schema}"
    elif isinstance(value, list):
        for item in value:
            yield from _differences(item, schema["items"], schemas, f"{where}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name in set(value) ^ set(schema["properties"]):
            yield f"{where}.{name}"
        for name in set(value) & set(schema["properties"]):
            yield from _differences(value[name], schema["properties"][name], schemas, f"{where}.{name}")
