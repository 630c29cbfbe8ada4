"""The pages of the loyalty programme: tried, switched on, followed, changed, switched off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from commerce.mirror import people, points
from commerce.rules.loyalty.programmes import INACTIVITY, Course
from commerce.tables import shops
from commerce.tables.loyalty import programmes, purses
from tests.webapp import stock
from tests.webapp.markup import assert_nothing_is_inline, token, words

PAGE = "/dashboard/loyalty"
RULES = {
    "per_amount.points": "1",
    "per_amount.rounding": "down",
    "per_amount.with_tax": "1",
    "first_order": "",
    "sign_up": "0",
    "waiting.days": "0",
    "waiting.from": "placed",
    "expiry.by": "never",
    "expiry.days": "",
    "expiry.warn_days": "",
    "caps.order": "",
    "caps.day": "",
    "caps.balance": "",
    "tiers.by": "spent",
    "tiers.levels.name": ["Silver", "Gold"],
    "tiers.levels.from": ["20,5", "1000"],
    "tiers.levels.factor": ["1,5", "2"],
    "rewards.name": ["Five off"],
    "rewards.points": ["20"],
    "rewards.kind": ["amount"],
    "rewards.value": ["5"],
    "rewards.minimum": ["12.50"],
}
Post = Callable[..., Any]


@pytest.fixture
def post(merchant: Any, shop: Any) -> Post:
    def send(act: str, path: str = "/rules", **changes: Any) -> Any:
        told = {"csrf_token": token(merchant, f"{PAGE}/rules"), "act": act, "since": ago(30)}
        return merchant.post(f"{PAGE}{path}", data=told | RULES | changes)

    return send


def ago(days: int) -> str:
    return f"{stock.NOW - timedelta(days=days):%Y-%m-%d}"


def stored(shop: Any) -> Any:
    with shop.here.database.read() as db:
        return programmes.of(db, shop_id=shop.id)


def course(shop: Any) -> Course:
    found = stored(shop).course
    assert found is not None
    return found


def settle(shop: Any) -> None:
    """What the worker does with all customers after the programme was switched on."""
    with shop.here.database.write() as db:
        known = shops.by_id(db, shop.here.vault, shop.id)
        assert known is not None
        rows = purses.next_members(db, shop_id=shop.id, after="", limit=100)
        points.settle(db, known, {row.root for row in rows}, now=stock.NOW)
        people.refresh(db, known, {row.root for row in rows}, now=stock.NOW)
        programmes.walked(db, shop_id=shop.id, settled_to=None)


class TestWhileOff:
    def test_says_what_it_would_do_and_begins_with_sensible_rules(self, merchant: Any, shop: Any) -> None:
        page = merchant.get(PAGE)
        assert_nothing_is_inline(page.text)
        told = words(page.text)
        assert "Nothing happens until you switch it on." in told
        assert "Points for each 1 EUR spent" in told
        assert 'value="5 EUR off"' in page.text
        assert stored(shop) is None

    def test_its_first_rules_can_be_stored_as_they_are(self, merchant: Any, shop: Any) -> None:
        told = {"csrf_token": token(merchant, PAGE), "act": "save"} | {
            "per_amount.points": "1", "per_amount.rounding": "down", "waiting.days": "14", "waiting.from": "placed",
            "expiry.by": "inactivity", "expiry.days": "365", "expiry.warn_days": "30", "tiers.by": "points",
        }  # fmt: skip
        assert merchant.post(f"{PAGE}/rules", data=told).status_code == 302
        chosen = stored(shop)
        assert (chosen.is_on, chosen.course) == (False, None)
        assert (chosen.written.expiry.by, chosen.written.expiry.warn_days) == (INACTIVITY, 30)

    def test_tries_the_rules_and_writes_nothing(self, post: Post, shop: Any) -> None:
        shop.customer()
        shop.order(total=10_000, shipping=0, refunded=5000)
        answer = post("try")
        assert answer.status_code == 200
        told = words(answer.text)
        assert "Points given 50 for 1 of 1 orders" in told
        assert "12.50 EUR 25.0 % of 50.00 EUR sold" in told
        assert "Silver 1" in told
        assert "50 points each" in told
        assert 'value="20,5"' in answer.text
        assert stored(shop) is None

    def test_tries_them_on_the_newest_orders_where_there_are_too_many(
        self, post: Post, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("webapp.loyalty.trials._MOST", 2)
        for days in (1, 2, 3):
            shop.order(f"2{days}", placed_at=stock.NOW - timedelta(days=days))
        told = words(post("try").text)
        assert "These figures are about the newest 2, placed since" in told
        assert "2 of 2 orders" in told

    def test_adds_and_takes_away_lines_without_storing_them(self, post: Post, shop: Any) -> None:
        assert post("add:actions").text.count('name="actions.name"') == 1
        page = post("remove:tiers.levels:0").text
        assert 'value="Silver"' not in page
        assert 'value="Gold"' in page
        for odd in ("remove:tiers.levels:7", "remove:rewards:x", "add:nothing", ""):
            assert post(odd).text.count('name="tiers.levels.name"') == 2
        assert stored(shop) is None


class TestErrors:
    def test_stand_beside_their_fields(self, post: Post, shop: Any) -> None:
        wrong = {
            "per_amount.points": "many",
            "waiting.days": "",
            "caps.order": "0",
            "sign_up": "-5",
            "expiry.by": "batch",
            "since": "yesterday",
            "tiers.levels.from": ["1000", "20"],
            "rewards.value": ["dear"],
        }
        answer = post("on", **wrong)
        assert answer.status_code == 400
        marked = {"per_amount.points", "waiting.days", "caps.order", "sign_up", "expiry.days"}
        marked |= {"tiers.levels[1].from", "rewards[0].value"}
        for name in marked:
            assert f'id="wrong-{name}"' in answer.text, name
            assert f'id="{name}"' in answer.text, name
        assert f"{len(marked)} things have to be put right" in words(answer.text)
        assert 'value="many"' in answer.text
        assert "This must be an amount above 0." in words(answer.text)
        assert "000000" not in answer.text
        assert stored(shop) is None

    @pytest.mark.parametrize("day", ["", "2026-02-30", "9999-12-31", "0001-01-01", "1990-01-01"])
    def test_tell_of_days_that_cannot_be(self, post: Post, day: str) -> None:
        answer = post("try", since=day)
        assert answer.status_code == 400
        assert 'id="wrong-since"' in answer.text

    def test_of_many_lines_are_each_told(self, post: Post) -> None:
        answer = post("save", **{"rewards.name": ["", "", "Good"], "rewards.points": ["1", "x", "5"],
                                 "rewards.kind": ["shipping"] * 3, "rewards.value": [""] * 3,
                                 "rewards.minimum": [""] * 3})  # fmt: skip
        assert 'id="wrong-rewards[0].name"' in answer.text
        assert 'id="wrong-rewards[1].name"' in answer.text
        assert 'id="wrong-rewards[2].' not in answer.text


class TestSwitchingOn:
    def test_from_today_counts_what_was_placed_today(self, post: Post, merchant: Any, shop: Any) -> None:
        assert post("on").status_code == 302
        since = course(shop).since
        assert since <= stock.NOW + timedelta(days=1)
        assert (since.hour, since.minute) == (0, 0)
        (silver, _), (reward,) = stored(shop).holds.tiers, stored(shop).holds.rewards
        assert (silver.threshold, silver.factor) == (2050, 1500)
        assert (reward.value, reward.minimum) == (500, 1250)
        assert "Orders count that were placed since" in words(merchant.get(PAGE).text)

    def test_for_past_orders_gives_what_the_trial_told(self, post: Post, merchant: Any, shop: Any) -> None:
        shop.customer()
        shop.order(total=10_000, shipping=0, refunded=0, placed_at=stock.NOW - timedelta(days=3))
        post("on_since")
        assert stored(shop).settled_to == ""
        assert "Points are being worked out" in merchant.get(PAGE).text
        settle(shop)
        told = words(merchant.get(PAGE).text)
        assert "Points out there 100 held by 1 customer" in told
        assert "Silver 1 No level 0" in told

    def test_again_goes_on_counting_what_counted(self, post: Post, shop: Any) -> None:
        post("on_since", since=ago(20))
        since = course(shop).since
        post("", "/off")
        assert stored(shop).holds is None
        post("on")
        assert course(shop).since == since
        assert len(course(shop).versions) == 3


class TestWhileOn:
    def test_new_rules_hold_from_now_on(self, post: Post, merchant: Any, shop: Any) -> None:
        post("on_since")
        post("save", **{"per_amount.points": "2"})
        assert [one.programme.rate for one in course(shop).versions if one.programme] == [1000, 2000]
        page = words(merchant.get(f"{PAGE}/rules").text)
        assert "Orders earn by the rules of the day they were placed" in page
        assert "Switch on from today" not in page

    def test_other_levels_are_worked_out_for_everybody(self, post: Post, shop: Any) -> None:
        post("on_since")
        settle(shop)
        post("save", **{"tiers.levels.name": ["Bronze", "Gold"]})
        assert stored(shop).settled_to == ""

    def test_switching_off_says_what_happens_and_keeps_points(self, post: Post, merchant: Any, shop: Any) -> None:
        shop.customer()
        shop.order(total=10_000, shipping=0, refunded=0)
        post("on_since")
        settle(shop)
        assert "Customers keep their points." in words(merchant.get(PAGE).text)
        post("", "/off")
        post("", "/off")
        assert stored(shop).holds is None
        assert len(course(shop).versions) == 2
        assert "The programme is switched off" in words(merchant.get(PAGE).text)
        assert merchant.get("/dashboard/customers/31/points").text.count("switched off") == 1


class TestGuards:
    def test_are_at_every_door(self, stranger: Any, merchant: Any, shop: Any) -> None:
        for path in ("", "/rules"):
            assert stranger.get(f"{PAGE}{path}").status_code == 302
        for path in ("/rules", "/off"):
            assert stranger.post(f"{PAGE}{path}", data=RULES).status_code in (302, 400, 403)
            assert merchant.post(f"{PAGE}{path}", data=RULES | {"act": "on"}).status_code in (400, 403)
        assert stored(shop) is None

    def test_keep_other_shops_as_they_are(self, post: Post, shop: Any, other: Any) -> None:
        post("on", f"/rules?shop={shop.key}")
        assert stored(shop) is not None
        assert stored(other) is None
