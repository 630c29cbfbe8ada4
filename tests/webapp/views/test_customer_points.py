"""A customer's points in the dashboard: the ledger, adjusted and spent by hand, each form once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from commerce.rules.loyalty.written import read
from commerce.tables import effect_lists
from commerce.tables.loyalty import ledger, programmes
from commerce.tables.people.profiles import profiles
from tests.webapp import stock
from tests.webapp.markup import assert_nothing_is_inline, words
from tests.webapp.views.test_loyalty import settle

PAGE = "/dashboard/customers/31/points"
RULES = {
    "waiting": {"days": 5},
    "expiry": {"days": 300},
    "rewards": [
        {"name": "Five off", "points": 50, "kind": "amount", "value": 500},
        {"name": "Dear", "points": 5000, "kind": "shipping"},
    ],
}
Post = Callable[..., Any]


@pytest.fixture
def points(shop: Any) -> Any:
    """A programme, and a customer with 100 points that count and 30 that wait."""
    with shop.here.database.write() as db:
        since = stock.NOW - timedelta(days=90)
        programmes.save(db, shop_id=shop.id, programme=read(RULES), is_on=True, since=since, now=stock.NOW)
    shop.customer()
    placed = stock.NOW - timedelta(days=20)
    shop.order("21", total=10_000, shipping=0, refunded=0, placed_at=placed)
    shop.order("22", total=3000, shipping=0, refunded=0)
    settle(shop)
    return shop


def form(merchant: Any, page: str = PAGE) -> dict[str, str]:
    """What the page's forms carry unseen."""
    return dict(re.findall(r'name="(csrf_token|key)" value="([^"]+)"', merchant.get(page).text))


@pytest.fixture
def post(merchant: Any, points: Any) -> Post:
    return lambda path, **told: merchant.post(f"{PAGE}/{path}", data=form(merchant) | told)


def held(shop: Any) -> tuple[int, int]:
    with shop.here.database.read() as db:
        row = db.execute(select(profiles).where(profiles.c.shop_id == shop.id)).one()
    return row.points, row.points_pending


def entries(shop: Any, kind: str) -> list[Any]:
    chosen = (ledger.transactions.c.shop_id == shop.id, ledger.transactions.c.kind == kind)
    with shop.here.database.read() as db:
        return list(db.execute(select(ledger.transactions).where(*chosen)).all())


class TestThePage:
    def test_shows_what_is_held_and_where_it_comes_from(self, merchant: Any, points: Any) -> None:
        page = merchant.get(PAGE)
        assert_nothing_is_inline(page.text)
        told = words(page.text)
        assert "To spend 100" in told
        assert "Waiting 30" in told
        assert "Earned: order 21" in told
        assert "30 points, order 22" in told
        assert "100 points, order 21" in told
        assert "/dashboard/orders/21" in page.text
        assert "5,000 points" in told

    def test_goes_on_behind_the_last_line(
        self, merchant: Any, points: Any, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("webapp.pages.PER_PAGE", 1)
        first = merchant.get(PAGE).text
        older = re.search(r'href="([^"]+before=\d+)" rel="next"', first)
        assert older
        second = merchant.get(older[1]).text
        assert words(first).count("Earned: order") == words(second).count("Earned: order") == 1
        assert 'rel="next"' not in second

    def test_of_nobody_or_another_shops_customer_is_not_there(
        self, merchant: Any, points: Any, shop: Any, other: Any
    ) -> None:
        assert merchant.get("/dashboard/customers/nobody/points").status_code == 404
        assert merchant.get(f"{PAGE}?shop={other.key}").status_code == 404
        told = form(merchant, f"{PAGE}?shop={shop.key}") | {"way": "give", "points": "5", "reason": "x"}
        assert merchant.post(f"{PAGE}/adjust?shop={other.key}", data=told).status_code == 404
        assert merchant.post(f"{PAGE}/spend?shop={other.key}", data=told | {"reward": "Five off"}).status_code == 404
        assert held(shop) == (100, 30)

    def test_is_for_merchants_only(self, stranger: Any, merchant: Any, points: Any) -> None:
        assert stranger.get(PAGE).status_code == 302
        for path in ("adjust", "spend"):
            told = {"way": "give", "points": "5", "reason": "x", "reward": "Five off", "key": "k"}
            assert stranger.post(f"{PAGE}/{path}", data=told).status_code in (302, 400, 403)
            assert merchant.post(f"{PAGE}/{path}", data=told).status_code in (400, 403)
        assert held(points) == (100, 30)


class TestAdjusting:
    def test_gives_and_takes_with_a_reason(self, post: Post, points: Any, merchant: Any) -> None:
        assert post("adjust", way="give", points="25", reason="A late parcel").status_code == 302
        assert post("adjust", way="take", points="5", reason="A slip").status_code == 302
        assert held(points) == (120, 30)
        assert sorted((row.reason, row.made_by) for row in entries(points, "adjust")) == [
            ("A late parcel", "operator"),
            ("A slip", "operator"),
        ]
        assert "A late parcel" in words(merchant.get(PAGE).text)

    def test_happens_once_for_each_form(self, merchant: Any, points: Any) -> None:
        told = form(merchant) | {"way": "give", "points": "25", "reason": "A late parcel"}
        for _ in range(2):
            assert merchant.post(f"{PAGE}/adjust", data=told).status_code == 302
        assert "nothing was done again" in words(merchant.get(PAGE).text)
        assert merchant.post(f"{PAGE}/adjust", data=told | {"points": "26"}).status_code == 400
        assert held(points) == (125, 30)

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("points", {"points": "-5"}),
            ("points", {"points": "many"}),
            ("points", {"points": "0"}),
            ("points", {"points": "99999999999999"}),
            ("points", {"points": "101", "way": "take"}),
            ("reason", {"reason": " "}),
            ("way", {"way": "keep"}),
        ],
    )
    def test_says_what_is_wrong_beside_the_field(self, post: Post, points: Any, field: str, told: Any) -> None:
        answer = post("adjust", **{"way": "give", "points": "5", "reason": "why"} | told)
        assert answer.status_code == 400
        assert f'id="wrong-{field}"' in answer.text
        assert held(points) == (100, 30)

    def test_needs_the_forms_key(self, post: Post, points: Any) -> None:
        for key in ("", "x" * 100, "Ω"):
            assert post("adjust", way="give", points="5", reason="why", key=key).status_code == 400
        assert held(points) == (100, 30)


class TestSpending:
    def test_takes_the_points_and_plans_the_code_once(self, merchant: Any, points: Any) -> None:
        told = form(merchant) | {"reward": "Five off"}
        for _ in range(2):
            assert merchant.post(f"{PAGE}/spend", data=told).status_code == 302
        assert held(points) == (50, 30)
        (spent,) = entries(points, "spend")
        with points.here.database.read() as db:
            (call,) = effect_lists.page(db, shop_id=points.id, limit=9)
        assert (call.kind, call.detail["code"], call.detail["value"]) == ("call", spent.detail["code"], 500)
        assert spent.detail["code"] in words(merchant.get(PAGE).text)
        assert "Five off 5.00 EUR off 50 points 1" in words(merchant.get("/dashboard/loyalty").text)

    @pytest.mark.parametrize("reward", ["", "Dear", "Unknown"])
    def test_says_why_it_cannot(self, post: Post, points: Any, reward: str) -> None:
        answer = post("spend", reward=reward)
        assert answer.status_code == 400
        assert 'id="wrong-spend-' in answer.text
        assert held(points) == (100, 30)

    def test_says_so_where_no_reward_costs_so_little(self, merchant: Any, points: Any, post: Post) -> None:
        assert '<select id="reward"' in merchant.get(PAGE).text
        post("adjust", way="take", points="60", reason="Error")
        text = words(merchant.get(PAGE).text)
        assert "The customer has 40 points, and the least that a reward costs is 50." in text
