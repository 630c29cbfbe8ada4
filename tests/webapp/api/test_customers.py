"""Customers in the API: found by any id, put in, changed, erased; what is refused never says what was sent."""

from typing import Any

import orjson
import pytest

from commerce.tables.people import accesses
from tests.webapp.api.peopled import people
from webapp.people.customer_models import Customer

HERE = "/api/v1/customers"
SECRET = "anna.secret@example.org"


def problem(answer: Any, status: int, field: str) -> Any:
    """A refusal that names the field, and nothing of what was sent."""
    assert (answer.status_code, answer.json["field"]) == (status, field)
    assert answer.mimetype == "application/problem+json"
    assert "secret" not in answer.text
    return answer.json


class TestShape:
    def test_is_what_its_model_says(self, api: Any, shop: Any) -> None:
        people(shop)
        api.patch(f"{HERE}/31", json={"attributes": {"shoe_size": 42}})
        for row in api.get(HERE).json["data"]:
            assert list(row) != []
            assert row.keys() == set(Customer.model_fields)
            Customer.model_validate_json(orjson.dumps(row), strict=True)

    def test_keeps_what_is_fixed(self, api: Any, shop: Any) -> None:
        people(shop)
        row = api.get(f"{HERE}/31").json
        assert row["total_spent"] == {"amount": 3498, "currency": "EUR"}
        assert row["communication_preferences"] == {"email": "subscribed"}
        assert (row["loyalty_points"], row["points"]["available"]) == (row["points"]["available"], 500)
        assert row["first_order_date"].endswith("Z")

    def test_has_no_points_without_a_programme(self, api: Any, shop: Any) -> None:
        shop.customer()
        row = api.get(f"{HERE}/31").json
        assert (row["loyalty_points"], row["points"]) == (None, None)

    def test_is_read_in_one_statement(self, api: Any, shop: Any, statements: Any) -> None:
        people(shop)
        api.get(f"{HERE}/31")
        with statements() as seen:
            assert api.get(f"{HERE}/31").status_code == 200
        assert len([one for one in seen if one.startswith("SELECT")]) == 1


class TestFinding:
    def test_by_an_id_that_was_merged_away_leads_to_whom_they_stand_under(self, api: Any, shop: Any) -> None:
        people(shop)
        row = api.get(f"{HERE}/33").json
        assert (row["id"], row["member_ids"]) == ("32", ["32", "33"])
        assert api.get(f"{HERE}/shopify:33").status_code == 404  # of platforms the id alone is told

    def test_by_another_systems_id(self, api: Any, shop: Any) -> None:
        shop.customer()
        api.patch(f"{HERE}/31", json={"platform_ids": {"till": "C-7"}})
        assert api.get(f"{HERE}/till:C-7").json["id"] == "31"
        assert api.get(f"{HERE}/till:C-8").status_code == 404

    @pytest.mark.parametrize("asked", [{"email": "BOBBY@example.org"}, {"platform_id": "shopify:33"}])
    def test_by_a_body_that_no_log_has(self, api: Any, shop: Any, asked: dict[str, str]) -> None:
        people(shop)
        assert [row["id"] for row in api.post(f"{HERE}/lookup", json=asked).json["data"]] == ["32"]

    def test_by_nothing_finds_nobody(self, api: Any, shop: Any) -> None:
        people(shop)
        assert api.post(f"{HERE}/lookup", json={}).json["data"] == []
        assert api.post(f"{HERE}/lookup", json={"email": SECRET}).json["data"] == []

    @pytest.mark.parametrize("key", ["none", "%00", "till:", "email:ada31@example.org", "%E2%80%8B"])
    def test_of_nobody_is_404(self, api: Any, shop: Any, key: str) -> None:
        people(shop)
        assert api.get(f"{HERE}/{key}").status_code == 404

    def test_again_costs_nothing_where_nothing_changed(self, api: Any, shop: Any) -> None:
        people(shop)
        first = api.get(f"{HERE}/31")
        etag = first.headers["ETag"]
        assert api.get(f"{HERE}/31", headers={"If-None-Match": etag}).status_code == 304
        api.patch(f"{HERE}/31", json={"note": "Likes tents."})
        assert api.get(f"{HERE}/31", headers={"If-None-Match": etag}).status_code == 200

    def test_gives_chosen_fields(self, api: Any, shop: Any) -> None:
        shop.customer()
        assert api.get(f"{HERE}/31?fields=email").json == {"id": "31", "email": "ada31@example.org"}


class TestAdding:
    def test_answers_with_them_and_where_they_are(self, api: Any, shop: Any) -> None:
        answer = api.post(
            HERE, json={"email": "Eve@Example.org", "first_name": "Eve", "phone": "+49 30 123456", "tags": ["VIP"]}
        )
        assert answer.status_code == 201
        row = api.get(answer.headers["Location"]).json
        assert row == answer.json
        assert (row["email"], row["phone"], row["tags"]) == ("eve@example.org", "+4930123456", ["VIP"])
        assert (row["has_account"], row["orders_count"]) == (False, 0)

    def test_of_whom_somebody_is_already_says_who(self, api: Any, shop: Any) -> None:
        shop.customer("31", email=SECRET)
        told = problem(api.post(HERE, json={"email": SECRET.upper()}), 409, "email")
        assert told["customer_id"] == "31"

    def test_of_whose_id_somebody_has_says_who(self, api: Any, shop: Any) -> None:
        made = api.post(HERE, json={"platform_ids": {"till": "secret-7"}}).json["id"]
        told = problem(api.post(HERE, json={"platform_ids": {"till": "secret-7"}}), 409, "platform_ids.till")
        assert told["customer_id"] == made

    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({}, 409, "email"),
            ({"email": "secret"}, 422, "email"),
            ({"phone": "12"}, 422, "phone"),
            ({"phone": "0000"}, 409, "phone"),
            ({"first_name": "secret\x00"}, 422, "first_name"),
            ({"first_name": 7}, 422, "first_name"),
            ({"attributes": {"shoe_size": "secret"}}, 409, "attributes.shoe_size"),
            ({"attributes": {"unknown": 1}}, 409, "attributes.unknown"),
            ({"platform_ids": {"shopify": "secret"}}, 409, "platform_ids.shopify"),
            ({"platform_ids": {"email": "secret"}}, 409, "platform_ids.email"),
            ({"first_name": "E", "at": "2199-01-01T00:00:00Z"}, 409, "at"),
            ({"secret": 1}, 422, "secret"),
        ],
    )
    def test_that_cannot_be_names_the_field(self, api: Any, shop: Any, body: Any, status: int, field: str) -> None:
        people(shop)
        if field == "secret":  # a field's name may be told
            assert api.post(HERE, json=body).status_code == status
        else:
            problem(api.post(HERE, json=body), status, field)

    def test_twice_under_one_key_adds_once(self, api: Any, shop: Any) -> None:
        headers = {"Idempotency-Key": "one"}
        first, second = (api.post(HERE, json={"first_name": "Eve"}, headers=headers) for _ in range(2))
        assert first.json == second.json
        assert len(api.get(HERE).json["data"]) == 1


class TestChanging:
    def test_keeps_what_is_left_out_and_clears_with_null(self, api: Any, shop: Any) -> None:
        shop.customer()
        api.patch(f"{HERE}/31", json={"note": "Likes tents.", "attributes": {}})
        row = api.patch(f"{HERE}/31", json={"last_name": None}).json
        assert (row["first_name"], row["last_name"], row["note"]) == ("Ada", "", "Likes tents.")

    def test_heeds_the_version_that_was_read(self, api: Any, shop: Any) -> None:
        shop.customer()
        etag = api.get(f"{HERE}/31").headers["ETag"]
        first = api.patch(f"{HERE}/31", json={"note": "One"}, headers={"If-Match": etag})
        assert first.status_code == 200
        assert api.patch(f"{HERE}/31", json={"note": "Two"}, headers={"If-Match": etag}).status_code == 412
        again = api.patch(f"{HERE}/31", json={"note": "Two"}, headers={"If-Match": first.headers["ETag"]})
        assert again.json["note"] == "Two"

    def test_to_anothers_address_is_refused(self, api: Any, shop: Any) -> None:
        shop.customer("31")
        shop.customer("32", email=SECRET)
        assert problem(api.patch(f"{HERE}/31", json={"email": SECRET}), 409, "email")["customer_id"] == "32"
        assert api.get(f"{HERE}/31").json["email"] == "ada31@example.org"

    def test_of_attributes_keeps_the_later_word(self, api: Any, shop: Any) -> None:
        people(shop)
        for size, at in ((42, "2026-02-01T00:00:00Z"), (40, "2026-01-01T00:00:00Z")):
            told = {"attributes": {"shoe_size": size}, "source": "till", "at": at}
            answer = api.post(f"{HERE}/31/attributes", json=told)
            assert answer.status_code == 200
        told = answer.json["attributes"]["shoe_size"]
        assert (told["value"], told["source"]) == (42, "till")


class TestErasing:
    def test_is_asked_for_and_done_later(self, api: Any, shop: Any) -> None:
        people(shop)
        answer = api.delete(f"{HERE}/33")
        assert (answer.status_code, answer.json["state"]) == (202, "asked")
        assert api.delete(f"{HERE}/none").status_code == 404

    def test_is_asked_for_once_however_often_it_is_asked(self, api: Any, shop: Any) -> None:
        people(shop)
        asked = [api.delete(f"{HERE}/{key}").json["request_id"] for key in ("32", "33", "31")]
        assert asked[0] == asked[1] != asked[2]


class TestAccesses:
    def test_are_noted_with_the_key(self, api: Any, shop: Any, here: Any) -> None:

        people(shop)
        api.get(f"{HERE}/31")
        here.sightings.write()
        with here.database.read() as db:
            rows = accesses.page(db, shop_id=shop.id, profile_ids=["31"], limit=10)
        assert ("key 0 (first key)", "read") in {(row.actor, row.what) for row in rows}
