"""Jobs by state: failed ones with their traceback, tried again or thrown away, one or exactly those that were shown."""

import re
from typing import Any

import pytest

from jobs import inspecting
from jobs.queues import APPLY, EFFECTS, EVENTS, INDEX
from tests.conftest import Backroom
from tests.jobs.test_history import work
from tests.shops import Shop
from tests.signed_in import as_operator
from tests.webapp.team.people import submit

JOBS, FAILED = "/dashboard/operator/jobs", "/dashboard/operator/failed"
APPLIES, INDEXES = "jobs.events.apply_deliveries", "jobs.products.index_products"


class Broken(Exception):
    """What the tests' jobs break with."""


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify(name="Lamps")


@pytest.fixture
def operator(backroom: Backroom, shop: Shop) -> Any:
    return as_operator(backroom.client.application.test_client())


@pytest.fixture
def broken(backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Three jobs that broke: two applications, of which one is of a shop that is gone, and an indexing."""

    def breaks(*_: object) -> bool:
        raise Broken("no luck")

    monkeypatch.setattr("jobs.slices._while_leased", breaks)
    backroom.parts.queues.wake(APPLY, [shop.id, 999])
    backroom.parts.queues.wake(INDEX, [shop.id])
    work(backroom)
    return monkeypatch


def kept(backroom: Backroom) -> dict[str, int]:
    return {name: number for name, number in backroom.parts.queues.failed().items() if number}


def form_of(page: str) -> dict[str, str]:
    """What a page's form would send."""
    return dict(re.findall(r'name="(shown|until)" value="([^"]*)"', page))


class TestLists:
    def test_tell_what_waits(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        backroom.parts.queues.wake(APPLY, [shop.id])
        backroom.parts.queues.wake(INDEX, [shop.id])
        told = operator.get(f"{JOBS}?state=waiting").text
        assert "Apply deliveries</a>" in told
        assert "Index products</a>" in told
        assert "Lamps" in told
        assert "shop_id" not in told
        assert "Index products</a>" not in operator.get(f"{JOBS}?state=waiting&queue={EVENTS}").text
        assert "Apply deliveries</a>" not in operator.get(f"{JOBS}?state=waiting&job={INDEXES}").text

    @pytest.mark.usefixtures("broken")
    def test_tell_what_broke_and_by_what(self, operator: Any) -> None:
        told = operator.get(JOBS).text
        assert told.count("Apply deliveries</a>") == 2
        assert told.count(">Broken</td>") == 3
        assert "a shop that is gone" in told
        assert "no luck" not in told
        assert "3 of 3." in told
        assert "1 of 1 that fit." in operator.get(f"{JOBS}?queue={EFFECTS}").text
        assert "2 of 2 that fit." in operator.get(f"{JOBS}?job={APPLIES}").text
        assert "No job failed." in operator.get(f"{JOBS}?job={APPLIES}&queue={EFFECTS}").text

    @pytest.mark.parametrize("query", ["state=x", "queue=x", "job=os.system"])
    def test_refuse_what_cannot_be(self, operator: Any, query: str) -> None:
        assert operator.get(f"{JOBS}?{query}").status_code == 400

    def test_leave_out_what_nobody_wants_any_more(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        backroom.parts.queues.wake(APPLY, [shop.id])
        redis = backroom.process.queues.redis
        redis.delete(*redis.scan_iter("rq:job:*"))
        assert "No job waits." in operator.get(f"{JOBS}?state=waiting").text


@pytest.mark.usefixtures("broken")
class TestAFailedJob:
    def one(self, backroom: Backroom, queue: str = EFFECTS) -> str:
        return inspecting.failed(backroom.parts.queues, queue=queue)[0].id

    def test_shows_its_traceback_and_no_arguments(self, backroom: Backroom, operator: Any) -> None:
        told = operator.get(f"{JOBS}/{self.one(backroom)}").text
        assert "Broken: no luck" in told
        assert "in breaks" in told
        assert "Lamps" in told

    def test_is_tried_again(self, backroom: Backroom, operator: Any, broken: pytest.MonkeyPatch) -> None:
        broken.undo()
        key = self.one(backroom)
        assert submit(operator, f"{JOBS}/{key}/retry", page=f"{JOBS}/{key}").status_code == 302
        assert kept(backroom) == {EVENTS: 2}
        assert backroom.parts.queues.depths()[EFFECTS] == 1
        work(backroom)
        assert kept(backroom) == {EVENTS: 2}

    def test_is_thrown_away(self, backroom: Backroom, operator: Any) -> None:
        key = self.one(backroom)
        submit(operator, f"{JOBS}/{key}/discard", page=f"{JOBS}/{key}")
        assert kept(backroom) == {EVENTS: 2}
        assert operator.get(f"{JOBS}/{key}").status_code == 404
        told = submit(operator, f"{JOBS}/{key}/retry", page=JOBS.replace("/jobs", ""))
        assert told.status_code == 404

    @pytest.mark.parametrize("key", ["x", "apply-1-ffffffffffff", "..", "a%00b", "a" * 300, "rq:job:x", "a%0ab"])
    def test_that_is_none_is_not_found(self, backroom: Backroom, operator: Any, key: str) -> None:
        assert operator.get(f"{JOBS}/{key}").status_code in (404, 308)
        assert submit(operator, f"{JOBS}/{key}/discard", page="/dashboard/operator").status_code in (404, 405)
        assert kept(backroom) == {EVENTS: 2, EFFECTS: 1}

    def test_that_waits_again_is_left(self, backroom: Backroom, operator: Any) -> None:
        key = self.one(backroom)
        submit(operator, f"{JOBS}/{key}/retry", page=f"{JOBS}/{key}")
        for act in ("retry", "discard"):
            submit(operator, f"{JOBS}/{key}/{act}", page="/dashboard/operator")
        assert backroom.parts.queues.depths()[EFFECTS] == 1


@pytest.mark.usefixtures("broken")
class TestMany:
    def test_are_those_that_were_shown(self, backroom: Backroom, operator: Any) -> None:
        page = operator.get(f"{FAILED}/discard?job={APPLIES}").text
        assert "Discard 2 jobs?" in page
        told = submit(operator, f"{FAILED}/discard?job={APPLIES}", page=FAILED + "/discard", **form_of(page))
        assert told.status_code == 302
        assert kept(backroom) == {EFFECTS: 1}

    def test_are_put_back(self, backroom: Backroom, operator: Any) -> None:
        page = operator.get(f"{FAILED}/retry").text
        assert "Retry 3 jobs?" in page
        submit(operator, f"{FAILED}/retry", page=FAILED + "/retry", **form_of(page))
        assert kept(backroom) == {}
        depths = backroom.parts.queues.depths()
        assert (depths[EVENTS], depths[EFFECTS]) == (2, 1)

    def test_leave_what_fails_meanwhile(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        page = operator.get(f"{FAILED}/discard").text
        backroom.parts.queues.wake(INDEX, [shop.id], again=True)
        work(backroom)
        assert kept(backroom) == {EVENTS: 2, EFFECTS: 2}
        submit(operator, f"{FAILED}/discard", page=FAILED + "/discard", **form_of(page))
        assert kept(backroom) == {EFFECTS: 1}

    def test_are_the_same_though_as_many_as_are_taken_fail_meanwhile(
        self, backroom: Backroom, shop: Shop, operator: Any, broken: pytest.MonkeyPatch
    ) -> None:
        broken.setattr(inspecting, "MOST", 2)
        page = operator.get(f"{FAILED}/discard?queue={EVENTS}").text
        assert "Of each queue, the newest 2 are taken" in page
        backroom.parts.queues.wake(APPLY, [shop.id, 999], again=True)
        work(backroom)
        submit(operator, f"{FAILED}/discard?queue={EVENTS}", page=FAILED + "/discard", **form_of(page))
        assert kept(backroom) == {EVENTS: 2, EFFECTS: 1}

    def test_are_asked_for_anew_once_they_are_others(self, backroom: Backroom, operator: Any) -> None:
        page = operator.get(f"{FAILED}/retry").text
        inspecting.discard(backroom.parts.queues, inspecting.failed(backroom.parts.queues, queue=EFFECTS))
        told = submit(operator, f"{FAILED}/retry", page=FAILED + "/retry", **form_of(page))
        assert told.status_code == 409
        assert "Retry 2 jobs?" in told.text
        assert kept(backroom) == {EVENTS: 2}
        again = submit(operator, f"{FAILED}/retry", page=FAILED + "/retry", **form_of(told.text))
        assert again.status_code == 302
        assert kept(backroom) == {}

    def test_cannot_be_widened_by_another_address(self, backroom: Backroom, operator: Any) -> None:
        page = operator.get(f"{FAILED}/discard?job={INDEXES}").text
        told = submit(operator, f"{FAILED}/discard", page=FAILED + "/discard", **form_of(page))
        assert told.status_code == 409
        assert kept(backroom) == {EVENTS: 2, EFFECTS: 1}

    @pytest.mark.parametrize("form", [{}, {"until": "x"}, {"until": "1e400"}, {"until": "nan"}, {"until": "-1e30"}])
    def test_need_a_whole_form(self, backroom: Backroom, operator: Any, form: dict[str, str]) -> None:
        assert submit(operator, f"{FAILED}/retry", page=FAILED + "/retry", **form).status_code == 422
        assert operator.get(f"{FAILED}/explode").status_code == 404
        assert kept(backroom) == {EVENTS: 2, EFFECTS: 1}
