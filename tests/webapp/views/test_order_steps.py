"""Orders' steps in the dashboard and the API: shown, decided about one by one and many at once, nobody else's."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from commerce.tables import labels
from commerce.tables.order_steps import step_runs, steps
from tests.stored import rows
from tests.webapp.labelled import ordered
from tests.webapp.markup import words
from tests.webapp.stepped import state_of, step
from tests.webapp.stock import NOW, Stock


def asked_by(merchant: Any, shop: Stock, page: str) -> int:
    """How many statements a page takes."""
    statements: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = shop.here.database.engine
    event.listen(engine, "before_cursor_execute", note)
    merchant.get(page)
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)


@pytest.fixture
def order(shop: Stock) -> str:
    ordered(shop)
    return "21"


class TestTheOrdersPage:
    def test_shows_every_step_with_what_came_of_it(self, merchant: Any, shop: Stock, order: str) -> None:
        step(shop, "payment", "blocked", outcome="No payment yet.")
        held = step(shop, "hold", "held", outcome="It goes to DE.")
        step(shop, "custom:risk-check", "done", outcome="<b>fine</b>")
        page = merchant.get(f"/dashboard/orders/{order}").text
        text = words(page)
        assert "Payment check Waiting for something when the order came in" in text
        assert "Hold for review Held for you" in text
        assert "It goes to DE." in text
        assert "<b>fine" not in page
        assert "risk-check Done" in text
        assert f'id="release-{held}"' in page
        assert f'id="reject-{held}"' in page

    def test_links_the_label_of_a_step(self, merchant: Any, shop: Stock, order: str) -> None:
        row = {"order_id": order, "carrier": "house", "service": "", "asked": {}}
        with shop.here.database.write() as db:
            label = labels.claim(db, shop_id=shop.id, key="order:21", row=row, now=NOW)
        step(shop, "label", "underway", detail={"label_id": label})
        assert f"/dashboard/orders/21/label#label-{label}" in merchant.get("/dashboard/orders/21").text

    @pytest.mark.parametrize("page", ["/dashboard/orders/21", "/dashboard/orders/steps", "/dashboard/"])
    def test_asks_as_much_for_many_steps_as_for_one(self, merchant: Any, shop: Stock, order: str, page: str) -> None:
        step(shop, "notify:order_confirmation", "failed")
        merchant.get(page)
        few = asked_by(merchant, shop, page)
        for number in range(20):
            step(shop, f"custom:c{number}", "failed")
        assert asked_by(merchant, shop, page) == few


class TestADecision:
    @pytest.mark.parametrize(
        ("decision", "before", "after"),
        [
            ("run", "failed", "waiting"),
            ("run", "skipped", "waiting"),
            ("skip", "waiting", "skipped"),
            ("skip", "held", "skipped"),
            ("skip", "failed", "skipped"),
            ("release", "held", "done"),
            ("reject", "held", "failed"),
            ("release", "failed", "failed"),
            ("run", "done", "done"),
            ("run", "underway", "underway"),
            ("skip", "underway", "underway"),
        ],
    )
    def test_is_made_only_where_it_can_be(
        self, merchant: Any, shop: Stock, order: str, decision: str, before: str, after: str
    ) -> None:
        number = step(shop, "hold", before)
        assert _post(merchant, f"/dashboard/orders/{order}/steps/{number}/{decision}").status_code == 302
        assert state_of(shop, number) == after

    def test_is_remembered_with_who_and_when(self, merchant: Any, shop: Stock, order: str) -> None:
        number = step(shop, "hold", "held")
        _post(merchant, f"/dashboard/orders/{order}/steps/{number}/release")
        (row,) = rows(shop.here.database, steps.steps, id=number)
        (told,) = row.detail["decisions"]
        assert (told["decision"], told["by"], told["was"], row.outcome) == (
            "release",
            "operator",
            "held",
            "Released by operator.",
        )
        assert "Released by operator" in words(merchant.get("/dashboard/orders/21").text)

    def test_that_may_happen_twice_says_so_first(self, merchant: Any, shop: Stock, order: str) -> None:
        number = step(shop, "label", "unsure")
        answer = _post(merchant, f"/dashboard/orders/{order}/steps/{number}/run")
        assert (answer.status_code, state_of(shop, number)) == (302, "unsure")
        assert "costs, a second one" in words(merchant.get(answer.headers["Location"]).text)
        _post(merchant, f"/dashboard/orders/{order}/steps/{number}/run", knowing="1")
        assert state_of(shop, number) == "waiting"

    def test_that_skips_what_nobody_knows_does_not_make_it_known(self, merchant: Any, shop: Stock, order: str) -> None:
        number = step(shop, "notify:order_confirmation", "unsure")
        path = f"/dashboard/orders/{order}/steps/{number}"
        _post(merchant, f"{path}/skip")
        answer = _post(merchant, f"{path}/run")
        assert "send it a second time" in words(merchant.get(answer.headers["Location"]).text)
        assert state_of(shop, number) == "skipped"
        _post(merchant, f"{path}/run", knowing="1")
        assert state_of(shop, number) == "waiting"

    def test_wakes_what_waited_for_it(self, merchant: Any, shop: Stock, order: str) -> None:
        number = step(shop, "hold", "held")
        waiting = step(shop, "label", "blocked")
        _post(merchant, f"/dashboard/orders/{order}/steps/{number}/skip")
        (row,) = rows(shop.here.database, steps.steps, id=waiting)
        assert row.due_at is not None

    def test_is_nobody_elses(self, merchant: Any, shop: Stock, other: Stock, order: str) -> None:
        ordered(other)
        number = step(other, "hold", "held")
        told = {"query_string": {"shop": shop.key}, "data": {"csrf_token": _token(merchant)}}
        assert merchant.post(f"/dashboard/orders/21/steps/{number}/release", **told).status_code == 404
        assert state_of(other, number) == "held"


class TestManyAtOnce:
    @pytest.fixture
    def troubled(self, shop: Stock) -> list[int]:
        for key in range(3):
            ordered(shop, str(key))
        return [step(shop, "hold", "held", order=str(key)) for key in range(3)]

    def test_are_listed_by_what_is_wrong(self, merchant: Any, shop: Stock, troubled: list[int]) -> None:
        late = NOW - timedelta(hours=30)
        step(shop, "payment", "blocked", order="0", outcome="No payment yet.", due_at=NOW, created_at=late)
        page = merchant.get("/dashboard/orders/steps").text
        assert words(page).count("Hold for review") == 3
        text = words(merchant.get("/dashboard/orders/steps?trouble=late").text)
        assert "No payment yet." in text
        assert "100" in text
        assert "None." in words(merchant.get("/dashboard/orders/steps?trouble=unsure").text)
        assert merchant.get("/dashboard/orders/steps?trouble=all").status_code == 400
        assert "3 steps of orders held for you" in words(merchant.get("/dashboard/").text)
        assert "Needs you 4" in words(merchant.get("/dashboard/orders").text)

    def test_are_settled_with_the_number_that_was_shown(self, merchant: Any, shop: Stock, troubled: list[int]) -> None:
        path = "/dashboard/orders/steps/release?trouble=held"
        shown = _hidden(merchant.get(path).text)
        assert shown["shown"].startswith("3-")
        ordered(shop, "9")
        step(shop, "hold", "held", order="9")
        answer = _post(merchant, path, **shown)
        assert (answer.status_code, "There are others by now" in answer.text) == (409, True)
        assert rows(shop.here.database, step_runs.runs) == []
        again = _hidden(answer.text)
        assert _post(merchant, path, **again).status_code == 302
        assert _post(merchant, path, **again).status_code == 302  # the same form twice
        (run,) = rows(shop.here.database, step_runs.runs)
        assert (run.total, run.decision, run.state, len(run.steps)) == (4, "release", "running", 4)
        assert "Release: 0 of 4" in words(merchant.get("/dashboard/orders/steps").text)

    def test_are_those_that_were_shown_and_not_as_many_others(
        self, merchant: Any, shop: Stock, troubled: list[int]
    ) -> None:
        path = "/dashboard/orders/steps/release?trouble=held"
        _make(shop, troubled[0], "done")
        shown = _hidden(merchant.get(path).text)
        _make(shop, troubled[0], "held")
        _make(shop, troubled[1], "done")
        # As many are held as before, and the last of them is the same one.
        assert _post(merchant, path, **shown).status_code == 409
        assert rows(shop.here.database, step_runs.runs) == []

    def test_cannot_be_asked_for_without_a_trouble(self, merchant: Any, shop: Stock, troubled: list[int]) -> None:
        assert merchant.get("/dashboard/orders/steps/release?trouble=").status_code in (200, 400)
        answer = _post(merchant, "/dashboard/orders/steps/run?trouble=done", form="x", shown="1-1")
        assert answer.status_code == 400

    @pytest.mark.parametrize(("decision", "trouble"), [("release", "failed"), ("run", "late"), ("reject", "unsure")])
    def test_cannot_be_decided_about_otherwise_than_one(
        self, merchant: Any, troubled: list[int], decision: str, trouble: str
    ) -> None:
        path = f"/dashboard/orders/steps/{decision}?trouble={trouble}"
        assert merchant.get(path).status_code == _post(merchant, path, form="x", shown="0").status_code == 400

    def test_can_be_left_half_way(self, merchant: Any, shop: Stock, other: Stock, troubled: list[int]) -> None:
        path = "/dashboard/orders/steps/skip?trouble=held"
        _post(merchant, path, **_hidden(merchant.get(path).text))
        (run,) = rows(shop.here.database, step_runs.runs)
        told = {"query_string": {"shop": other.key}, "data": {"csrf_token": _token(merchant)}}
        merchant.post(f"/dashboard/orders/steps/runs/{run.id}/cancel", **told)
        assert rows(shop.here.database, step_runs.runs)[0].state == "running"
        told["query_string"] = {"shop": shop.key}
        merchant.post(f"/dashboard/orders/steps/runs/{run.id}/cancel", **told)
        assert rows(shop.here.database, step_runs.runs)[0].state == "cancelled"


class TestTheApi:
    def test_shows_and_decides(self, api: Any, shop: Stock, order: str) -> None:
        number = step(shop, "hold", "held", outcome="It goes to DE.")
        (told,) = api.get("/api/v1/orders/21/steps").get_json()["data"]
        assert (told["id"], told["state"], told["possible"]) == (str(number), "held", ["release", "reject", "skip"])
        answer = api.post(f"/api/v1/orders/21/steps/{number}/release")
        assert (answer.status_code, answer.get_json()["state"]) == (200, "done")
        assert answer.get_json()["decisions"][0]["decision"] == "release"
        assert api.post(f"/api/v1/orders/21/steps/{number}/release").status_code == 409

    def test_runs_again_what_may_happen_twice_only_if_told_so(self, api: Any, shop: Stock, order: str) -> None:
        number = step(shop, "notify:order_confirmation", "unsure")
        path = f"/api/v1/orders/21/steps/{number}/run"
        assert api.post(path, json={}).status_code == 409
        assert api.post(path, json={"knowing": True}).get_json()["state"] == "waiting"

    def test_knows_nobody_elses(self, foreign_api: Any, api: Any, shop: Stock, order: str) -> None:
        number = step(shop, "hold", "held")
        assert foreign_api.get("/api/v1/orders/21/steps").status_code == 404
        assert foreign_api.post(f"/api/v1/orders/21/steps/{number}/skip").status_code == 404
        assert api.post(f"/api/v1/orders/22/steps/{number}/skip").status_code == 404
        assert state_of(shop, number) == "held"


def _make(shop: Stock, number: int, state: str) -> None:
    with shop.here.database.write() as db:
        db.execute(steps.steps.update().where(steps.steps.c.id == number).values(state=state))


def _token(merchant: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', merchant.get("/dashboard/orders/settings").text)
    assert found
    return found[1]


def _post(merchant: Any, path: str, **form: Any) -> Any:
    return merchant.post(path, data=form | {"csrf_token": _token(merchant)})


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(form|shown)" value="([^"]+)"', page))
