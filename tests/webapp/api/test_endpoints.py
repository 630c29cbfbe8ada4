"""Endpoints as they are declared: input, output, versions, cursors, fields, and their description."""

from typing import Annotated, Any, Literal

import pytest
from flask import Blueprint, g, url_for
from pydantic import Field

from webapp.api import cursors, etags
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Given, Page, Paged, Sent, Time, TimeGiven, words
from webapp.errors import Problem

SECRET = "anna.miller@example.com"
Name = Annotated[str, words(20, shortest=1, description="What it is called.", examples=["Tent"])]


class NewThing(Sent):
    """A thing to keep."""

    name: Name
    size: Annotated[int, Field(ge=1, le=9)] = 1
    made_at: Time | None = None
    tags: Annotated[list[Name], Field(max_length=3)] = Field(default_factory=list)
    more: dict[str, int] = Field(default_factory=dict)


class ThingChange(Sent):
    """What is to be different; null clears."""

    name: Name = ""
    made_at: Time | None = None


class Thing(Given):
    """A thing."""

    id: str
    name: str
    size: int
    made_at: TimeGiven | None


class AskedThings(Paged):
    """Which things."""

    sort: Literal["name", "-name"] = "name"
    tag: list[str] = Field(default_factory=list)


THINGS: dict[tuple[int, str], dict[str, Any]] = {}
blueprint = Blueprint("things", __name__, url_prefix="/api/v1/things")


def thing(key: str) -> dict[str, Any]:
    if (g.shop.id, key) not in THINGS:
        raise Problem(404, "No such thing")
    return THINGS[g.shop.id, key]


def shape(row: dict[str, Any]) -> Thing:
    return Thing.model_construct(**row)


@blueprint.get("")
@endpoint("customers:read", asks=AskedThings, gives=Page[Thing], sparse=Thing, refuses={404: "No such place."})
def list_things(*, asked: AskedThings) -> Page[Thing]:
    """Things by name."""
    rows = [row for (shop_id, _), row in THINGS.items() if shop_id == g.shop.id]
    rows.sort(key=lambda row: row["name"], reverse=asked.sort.startswith("-"))
    place = cursors.cursor()
    start = next((at + 1 for at, row in enumerate(rows) if place and row["name"] == place[0]), 0)
    page = rows[start : start + asked.limit]
    more = start + asked.limit < len(rows)
    return Page(data=[shape(row) for row in page], next_cursor=cursors.cursor_of(page[-1]["name"]) if more else None)


@blueprint.post("")
@endpoint("customers:write", takes=NewThing, gives=Thing, code=201, changes=True)
def add_thing(*, body: NewThing, change: Change) -> Reply:
    """Add a thing.

    The same name may come twice.
    """
    row = {"id": str(len(THINGS) + 1), "name": body.name, "size": body.size, "made_at": body.made_at}
    change.then(lambda: THINGS.setdefault((g.shop.id, row["id"]), row))
    return Reply(shape=shape(row), location=url_for("things.one_thing", key=row["id"]))


@blueprint.get("/<key>")
@endpoint("customers:read", gives=Thing, versioned=True, sparse=Thing)
def one_thing(key: str) -> Reply:
    """One thing."""
    row = thing(key)
    return Reply(shape=shape(row), etag=etags.etag_of(row))


@blueprint.patch("/<key>")
@endpoint("customers:write", takes=ThingChange, gives=Thing, changes=True, versioned=True)
def change_thing(key: str, *, body: ThingChange, change: Change) -> Reply:
    """Change a thing; what is left out stays."""
    row = thing(key)
    etags.require(etags.etag_of(row))
    row |= {name: getattr(body, name) for name in body.model_fields_set}
    return Reply(shape=shape(row), etag=etags.etag_of(row))


@blueprint.delete("/<key>")
@endpoint("customers:write", changes=True)
def remove_thing(key: str, *, change: Change) -> None:
    """Take a thing away."""
    del THINGS[g.shop.id, thing(key)["id"]]


ADDRESS = "/api/v1/things"


@pytest.fixture(autouse=True)
def _things(app: Any) -> None:
    THINGS.clear()
    app.register_blueprint(blueprint)


def errors(answer: Any) -> dict[str, str]:
    assert answer.mimetype == "application/problem+json"
    assert SECRET not in answer.text
    assert "anna" not in answer.text
    return {each["field"]: each["message"] for each in answer.json["errors"]}


class TestBody:
    def test_is_read_and_answered(self, api: Any) -> None:
        answer = api.post(ADDRESS, json={"name": "Tent", "made_at": "2026-05-01T14:00:00+02:00"})
        assert (answer.status_code, answer.headers["Location"]) == (201, f"{ADDRESS}/1")
        assert answer.json == {"id": "1", "name": "Tent", "size": 1, "made_at": "2026-05-01T12:00:00Z"}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": ""}, "name"),
            ({"name": f"{SECRET}{SECRET}"}, "name"),
            ({"name": f"{SECRET}\x00"}, "name"),
            ({"name": 7}, "name"),
            ({"name": "T", "size": SECRET}, "size"),
            ({"name": "T", "size": "7"}, "size"),
            ({"name": "T", "size": 10**30}, "size"),
            ({"name": "T", "made_at": SECRET}, "made_at"),
            ({"name": "T", "made_at": "2026-05-01T14:00:00"}, "made_at"),
            ({"name": "T", "made_at": "1767225600"}, "made_at"),
            ({"name": "T", "tags": [SECRET * 2]}, "tags.0"),
            ({"name": "T", "tags": ["a"] * 4}, "tags"),
            ({"name": "T", "colour": SECRET}, "colour"),
            ({"name": "T", SECRET: 1}, "…"),
            ({"name": "T", "more": {SECRET: "x"}}, "more.…"),
            ([SECRET], "body"),
            (SECRET, "body"),
        ],
    )
    def test_that_is_wrong_names_its_field_and_never_its_value(self, api: Any, body: Any, field: str) -> None:
        answer = api.post(ADDRESS, json=body)
        assert answer.status_code == 422
        assert errors(answer)[field]
        assert answer.json["field"] in errors(answer)

    def test_of_null_is_no_object(self, api: Any) -> None:
        assert api.post(ADDRESS, data=b"null").status_code == 422

    @pytest.mark.parametrize("data", [b"", b"{", b"\xff", f'{{"name": "{SECRET}'.encode(), b'{"name": "\\ud800"}'])
    def test_that_is_no_json_is_refused(self, api: Any, data: bytes) -> None:
        answer = api.post(ADDRESS, data=data)
        assert answer.status_code == 400
        assert SECRET not in answer.text

    def test_that_is_too_large_is_refused(self, api: Any) -> None:
        assert api.post(ADDRESS, data=b" " * 2_000_001).status_code == 413

    def test_tells_left_out_from_null(self, api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent", "made_at": "2026-05-01T12:00:00Z"})
        assert api.patch(f"{ADDRESS}/1", json={"name": "Hut"}).json["made_at"] == "2026-05-01T12:00:00Z"
        assert api.patch(f"{ADDRESS}/1", json={"made_at": None}).json["made_at"] is None

    def test_is_of_the_callers_shop(self, api: Any, foreign_api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent"})
        assert foreign_api.get(f"{ADDRESS}/1").status_code == 404
        assert foreign_api.patch(f"{ADDRESS}/1", json={"name": "Mine"}).status_code == 404
        assert foreign_api.get(ADDRESS).json["data"] == []

    def test_of_nothing_is_204(self, api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent"})
        answer = api.delete(f"{ADDRESS}/1")
        assert (answer.status_code, answer.data) == (204, b"")


class TestParameters:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            (f"limit={SECRET}", "limit"),
            (f"sort={SECRET}", "sort"),
            ("nmae=x", "nmae"),
            ("limit=1&limit=2", "limit"),
            (f"fields={SECRET}", "fields"),
            ("fields=", "fields"),
        ],
    )
    def test_that_are_wrong_are_named(self, api: Any, query: str, field: str) -> None:
        answer = api.get(f"{ADDRESS}?{query}")
        assert (answer.status_code, answer.json["field"]) == (400, field)
        assert SECRET not in answer.text

    def test_that_are_lists_may_be_repeated(self, api: Any) -> None:
        assert api.get(f"{ADDRESS}?tag=a&tag=b").status_code == 200


class TestCursor:
    @pytest.fixture(autouse=True)
    def _five(self, api: Any) -> None:
        for name in ("a", "b", "c", "d", SECRET[:20]):
            api.post(ADDRESS, json={"name": name})

    def test_walks_in_either_order(self, api: Any) -> None:
        for sort in ("name", "-name"):
            names, cursor = [], ""
            while cursor is not None:
                page = api.get(f"{ADDRESS}?limit=2&sort={sort}&cursor={cursor}").json
                names += [row["name"] for row in page["data"]]
                cursor = page["next_cursor"]
            assert names == sorted(names, reverse=sort == "-name")
            assert len(names) == 5

    def test_hides_where_it_is(self, api: Any) -> None:
        assert "anna" not in api.get(f"{ADDRESS}?limit=2").json["next_cursor"]

    @pytest.mark.parametrize("change", ["sort=-name", "tag=a"])
    def test_of_another_order_or_filter_is_refused(self, api: Any, change: str) -> None:
        cursor = api.get(f"{ADDRESS}?limit=2").json["next_cursor"]
        answer = api.get(f"{ADDRESS}?limit=2&{change}&cursor={cursor}")
        assert (answer.status_code, answer.json["field"]) == (404, "cursor")

    def test_may_go_on_with_another_limit_and_fields(self, api: Any) -> None:
        cursor = api.get(f"{ADDRESS}?limit=2").json["next_cursor"]
        assert api.get(f"{ADDRESS}?limit=9&fields=name&cursor={cursor}").json["data"][0]["name"] == "b"

    def test_of_another_list_or_shop_is_refused(self, api: Any, foreign_api: Any) -> None:
        cursor = api.get(f"{ADDRESS}?limit=2").json["next_cursor"]
        for client, address in ((foreign_api, ADDRESS), (api, "/api/v1/products"), (foreign_api, "/api/v1/orders")):
            answer = client.get(f"{address}?limit=2&cursor={cursor}")
            assert (answer.status_code, answer.json["field"]) == (404, "cursor"), address

    def test_that_was_changed_is_refused(self, api: Any) -> None:
        cursor = api.get(f"{ADDRESS}?limit=2").json["next_cursor"]
        other = "B" if cursor[30] == "A" else "A"
        for mangled in (cursor[:-4], f"{cursor[:30]}{other}{cursor[31:]}", "x", "é", "x" * 5000, "gAAAAA"):
            answer = api.get(ADDRESS, query_string={"limit": "2", "cursor": mangled})
            assert (answer.status_code, answer.json["field"]) == (404, "cursor"), mangled[:50]


class TestVersion:
    def test_is_told_and_known_again(self, api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent"})
        etag = api.get(f"{ADDRESS}/1").headers["ETag"]
        assert api.get(f"{ADDRESS}/1", headers={"If-None-Match": etag}).status_code == 304
        assert api.get(f"{ADDRESS}/1", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_that_is_old_changes_nothing(self, api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent"})
        old = api.get(f"{ADDRESS}/1").headers["ETag"]
        new = api.patch(f"{ADDRESS}/1", json={"name": "Hut"}, headers={"If-Match": old}).headers["ETag"]
        answer = api.patch(f"{ADDRESS}/1", json={"name": "Cave"}, headers={"If-Match": old})
        assert (answer.status_code, answer.json["field"]) == (412, "If-Match")
        assert api.get(f"{ADDRESS}/1").json["name"] == "Hut"
        assert api.patch(f"{ADDRESS}/1", json={"name": "Cave"}, headers={"If-Match": new}).status_code == 200
        assert api.patch(f"{ADDRESS}/1", json={"name": "Nest"}).status_code == 200


class TestFields:
    def test_are_those_that_are_asked_for_and_the_id(self, api: Any) -> None:
        api.post(ADDRESS, json={"name": "Tent"})
        assert api.get(f"{ADDRESS}/1?fields=name,%20size").json == {"id": "1", "name": "Tent", "size": 1}
        assert api.get(f"{ADDRESS}?fields=name").json == {"data": [{"id": "1", "name": "Tent"}], "next_cursor": None}


class TestDescription:
    def test_is_made_from_what_is_declared(self, stranger: Any) -> None:
        told = stranger.get("/api/v1/openapi.json").json
        there = told["paths"]["/things/{id}"]["patch"]
        assert there["x-scope"] == "customers:write"
        assert there["security"] == [{"key": ["customers:write"]}]
        assert {each["name"] for each in there["x-headers"]} == {"If-Match", "Idempotency-Key"}
        assert set(there["responses"]) == {
            *("200", "400", "401", "403", "404", "409", "412", "413", "422", "429", "503")
        }
        body = there["requestBody"]["content"]["application/json"]
        assert body["schema"] == {"$ref": "#/components/schemas/ThingChange"}
        assert told["components"]["schemas"]["NewThing"]["additionalProperties"] is False
        assert body["example"] == {"name": "", "made_at": None}
        assert "next_cursor" in told["components"]["schemas"]["Page_Thing_"]["properties"]
        asked = {each["name"]: each for each in told["paths"]["/things"]["get"]["parameters"]}
        assert set(asked) == {"limit", "cursor", "sort", "tag", "fields"}
        assert told["paths"]["/things"]["post"]["description"].startswith("The same name may come twice.")
