"""One customer by the short way and by the usual one: the same answer, and the same for whoever may not have it."""

from typing import Any

import pytest

from tests.webapp.stock import Stock
from webapp.people.quick import PREFIX, QuickCustomers


@pytest.fixture
def ways(app: Any, shop: Stock) -> Any:
    """Asks by both ways; gives the answers' status, headers and body."""
    shop.customer("31")
    shop.order("21", customer_id="31")
    quick = app.wsgi_app
    assert isinstance(quick, QuickCustomers)

    def ask(path: str, key: str, **headers: str) -> list[tuple[int, dict[str, str], Any]]:
        found = []
        for way in (quick, quick._usual):
            app.wsgi_app = way
            answer = app.test_client().get(path, headers={"Authorization": f"Bearer {key}", **headers})
            passing = ("Date", "RateLimit-Remaining", "RateLimit-Reset")
            told = {name: value for name, value in answer.headers.items() if name not in passing}
            found.append((answer.status_code, told, answer.get_json(silent=True)))
        app.wsgi_app = quick
        return found

    return ask


class TestQuickCustomers:
    def test_answers_as_the_usual_way_does(self, ways: Any, shop: Stock) -> None:
        one, other = ways(f"{PREFIX}31", shop.api_key)
        assert one == other
        assert one[0] == 200
        assert one[2]["orders_count"] == 1

    def test_really_is_shorter(self, app: Any, ways: Any, shop: Stock) -> None:
        asked: list[str] = []
        quick, usual = app.wsgi_app, app.wsgi_app._usual
        quick._usual = lambda environ, start: asked.append(environ["PATH_INFO"]) or usual(environ, start)
        ways(f"{PREFIX}31", shop.api_key)
        assert asked == [f"{PREFIX}31"]  # by the usual way itself, and not by the short one

    @pytest.mark.parametrize("path", ["31?fields=id", "31?x=1", "nobody", "shopify:31", "export", "31/timeline"])
    def test_leaves_what_is_out_of_the_ordinary_to_it(self, ways: Any, shop: Stock, path: str) -> None:
        one, other = ways(f"{PREFIX}{path}", shop.api_key)
        assert one == other

    def test_lets_nobody_in_whom_the_usual_way_refuses(self, ways: Any, shop: Stock) -> None:
        for key in ("", "wrong", shop.publishable_key):
            one, other = ways(f"{PREFIX}31", key)
            assert one == other
            assert one[0] == 401

    def test_knows_who_has_the_version_already(self, ways: Any, shop: Stock) -> None:
        etag = ways(f"{PREFIX}31", shop.api_key)[0][1]["ETag"]
        one, other = ways(f"{PREFIX}31", shop.api_key, **{"If-None-Match": etag})
        assert one == other
        assert one[0] == 304

    def test_notes_who_saw_whom(self, ways: Any, shop: Stock) -> None:
        ways(f"{PREFIX}31", shop.api_key)
        shop.here.sightings.write()
        with shop.here.database.read() as db:
            seen = db.exec_driver_sql("SELECT actor FROM accesses WHERE profile_id = '31'").all()
        assert len(seen) == 2
        assert len(set(seen)) == 1
