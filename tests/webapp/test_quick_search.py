"""The short way to a search answers what the usual way answers, and leaves to that whatever is out of the ordinary."""

from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from commerce.tables import searches
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import rows
from webapp.shoppers.quick_search import QuickSearch
from webapp.shoppers.search_log import of

_PASSING = ("took_ms", "search_id")
_ASKED = (
    {"q": "kettle"},
    {"q": "kettle", "facets": "brand,*", "filter[brand]": "Hot", "sort": "price:asc", "per_page": "2", "page": "2"},
    {"q": "nothing of that kind"},
    {"q": "kettel"},
    {"q": "", "filter[price]": "100-5000"},
    {"q": "kettle", "per_page": "0"},
    {"q": "kettle", "sort": "by luck"},
    {"q": "\x00"},
    {"q": "kettle", "log": "maybe"},
    {"q": "x" * 600},
    {"q": "Kéttlé & co"},
    {"q": "kettle", "category": "there is none"},
)


class Broken:
    """The usual way, where it must not be taken."""

    def __call__(self, *_: Any) -> Any:
        raise AssertionError("the short way was not taken")


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.shopify()
    for key in range(1, 6):
        shop.send("products/create", product(key, title=f"Kettle {key}"))
    backroom.work()
    return shop


def usual(backroom: Backroom) -> Client:
    """The application behind all short ways."""
    app: Any = backroom.client.application.wsgi_app
    while hasattr(app, "_usual"):
        app = app._usual
    return Client(app)


def short(backroom: Backroom) -> Client:
    app = backroom.client.application
    return Client(QuickSearch(Broken(), backroom.parts, lambda: of(app)))


def address(shop: Shop, **asked: str) -> str:
    return f"/storefront/v1/{shop.key}/search?{urlencode({'key': shop.publishable_key, **asked})}"


def told(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.get_json().items() if name not in _PASSING}


class TestAnswers:
    @pytest.mark.parametrize("asked", _ASKED, ids=lambda asked: str(asked)[:50])
    def test_are_those_of_the_usual_way(self, backroom: Backroom, shop: Shop, asked: dict[str, str]) -> None:
        one, other = backroom.client.get(address(shop, **asked)), usual(backroom).get(address(shop, **asked))
        assert (one.status_code, told(one)) == (other.status_code, told(other))
        differing = {"Content-Length", "Date"}
        headers = [{name: value for name, value in each.headers if name not in differing} for each in (one, other)]
        assert headers[0] == headers[1]

    def test_are_given_without_the_usual_way(self, backroom: Backroom, shop: Shop) -> None:
        answer = short(backroom).get(address(shop, q="kettle"))
        assert (answer.status_code, answer.get_json()["total"]) == (200, 5)
        assert answer.get_json()["search_id"]

    def test_are_counted_once(self, backroom: Backroom, shop: Shop) -> None:
        log = of(backroom.client.application)
        log.write()
        backroom.client.get(address(shop, q="kettle"))
        backroom.client.get(address(shop, q="kettle", log="0"))
        assert log.write()
        assert [(row.query, row.asked) for row in rows(backroom.parts.database, searches.searches)] == [("kettle", 1)]


class TestWhatIsOutOfTheOrdinary:
    def test_a_wrong_key_is_refused(self, backroom: Backroom, shop: Shop) -> None:
        other = backroom.shops.custom()
        for key in ("", "pk_wrong", shop.api_key, other.publishable_key):
            answer = backroom.client.get(f"/storefront/v1/{shop.key}/search?key={key}&q=kettle")
            assert answer.status_code == 401, key
        assert backroom.client.get(f"/storefront/v1/nobody/search?key={shop.publishable_key}").status_code == 404

    def test_whoever_has_the_answer_is_told_so(self, backroom: Backroom, shop: Shop) -> None:
        first = backroom.client.get(address(shop, q="kettle"))
        again = backroom.client.get(address(shop, q="kettle"), headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
