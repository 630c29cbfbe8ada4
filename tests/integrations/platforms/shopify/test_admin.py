"""The Admin API's client: an explicit token per call, a shared pace, and partial answers that are kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integrations.errors import Permanent, RateLimited, Refused, Transient
from integrations.platforms.shopify.admin import Admin
from integrations.platforms.shopify.documents import VERSION
from integrations.shop_api import Access

DOCUMENT = "query Shop { shop { id } }"
PATH = f"/one.myshopify.com/admin/api/{VERSION}/graphql.json"
STATUS = {"maximumAvailable": 1000.0, "currentlyAvailable": 40, "restoreRate": 50.0}


class Pace:
    def __init__(self) -> None:
        self.waited: list[float] = []
        self.heard: list[dict[str, float]] = []

    def wait(self, cost: float) -> None:
        self.waited.append(cost)

    def told(self, **told: float) -> None:
        self.heard.append(told)


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def admin(httpserver: HTTPServer, pace: Pace, calls: list[str], tmp_path: Path) -> Admin:
    access = Access(
        domain="one.myshopify.com",
        credentials={"access_token": "shpat_hidden"},
        currency="EUR",
        folder=tmp_path,
        pace=pace,
        counted=calls.append,
        origin=httpserver.url_for("").rstrip("/"),
        allow_private_hosts=True,
    )
    return Admin(access)


@pytest.fixture
def answer(httpserver: HTTPServer) -> Iterator[Callable[..., None]]:
    def give(body: object, status: int = 200, **headers: str) -> None:
        text = body if isinstance(body, str | bytes) else orjson.dumps(body)
        httpserver.expect_ordered_request(PATH, method="POST").respond_with_data(text, status=status, headers=headers)

    return give


def cost(requested: float, **status: float) -> dict[str, Any]:
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": 3, "throttleStatus": STATUS | status}}


class TestACall:
    def test_has_the_shops_own_token_and_is_counted(
        self, admin: Admin, httpserver: HTTPServer, calls: list[str]
    ) -> None:
        seen: list[Request] = []

        def respond(request: Request) -> Response:
            seen.append(request)
            return Response(orjson.dumps({"data": {"shop": {"id": "1"}}}), content_type="application/json")

        httpserver.expect_request(PATH).respond_with_handler(respond)
        assert admin.ask(DOCUMENT, {"a": 1}).data == {"shop": {"id": "1"}}
        (request,) = seen
        assert request.headers["X-Shopify-Access-Token"] == "shpat_hidden"
        assert orjson.loads(request.data) == {"query": DOCUMENT, "variables": {"a": 1}}
        assert calls == ["Shop"]

    def test_tells_the_pace_what_the_budget_is(self, admin: Admin, answer: Callable[..., None], pace: Pace) -> None:
        answer({"data": {"shop": {}}, "extensions": cost(12)})
        answer({"data": {"shop": {}}, "extensions": cost(12)})
        admin.ask(DOCUMENT)
        admin.ask(DOCUMENT)
        assert pace.heard[0] == {"available": 40.0, "restored_per_second": 50.0, "capacity": 1000.0}
        assert pace.waited[1] == 12  # known from the first time on

    def test_is_tried_again_when_it_was_throttled(self, admin: Admin, answer: Callable[..., None], pace: Pace) -> None:
        throttled = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": cost(400)}
        answer(throttled)
        answer({"data": {"shop": {"id": "1"}}, "extensions": cost(400)})
        assert admin.ask(DOCUMENT).data["shop"]["id"] == "1"
        assert pace.waited[1] == 400

    def test_that_is_throttled_for_long_comes_again_later(self, admin: Admin, answer: Callable[..., None]) -> None:
        for _ in range(4):
            answer({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})
        with pytest.raises(RateLimited):
            admin.ask(DOCUMENT)

    def test_keeps_what_came_beside_errors(self, admin: Admin, answer: Callable[..., None]) -> None:
        hidden = {"message": "Not approved", "extensions": {"code": "ACCESS_DENIED"}, "path": ["customer", "email"]}
        answer({"data": {"customer": {"id": "1", "email": None}}, "errors": [hidden]})
        answered = admin.ask(DOCUMENT)
        assert answered.data == {"customer": {"id": "1", "email": None}}
        assert answered.errors == ("Not approved",)

    @pytest.mark.parametrize(
        ("body", "raised"),
        [
            (
                {"data": {"shop": None}, "errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]},
                Permanent,
            ),
            ({"errors": [{"message": "Field 'x' doesn't exist"}]}, Permanent),
            ({"errors": "Not Found"}, Permanent),
            ({"errors": [{"message": "oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, Transient),
            ("<html>maintenance</html>", Transient),
            ("[]", Transient),
            (b"\xff\xfe", Transient),
        ],
    )
    def test_that_gives_nothing_says_why(
        self, admin: Admin, answer: Callable[..., None], body: object, raised: type[Exception]
    ) -> None:
        answer(body)
        with pytest.raises(raised) as caught:
            admin.ask(DOCUMENT)
        assert "shpat_hidden" not in str(caught.value)

    @pytest.mark.parametrize(
        ("status", "raised"),
        [(401, Refused), (403, Permanent), (404, Refused), (402, Permanent), (423, Permanent), (502, Transient)],
    )
    def test_that_is_refused_says_how(
        self, admin: Admin, answer: Callable[..., None], status: int, raised: type[Exception]
    ) -> None:
        answer("", status)
        with pytest.raises(raised) as caught:
            admin.ask(DOCUMENT)
        assert type(caught.value) is raised

    def test_honours_retry_after(self, admin: Admin, answer: Callable[..., None]) -> None:
        answer("", 429, **{"Retry-After": "2.0"})
        with pytest.raises(RateLimited) as caught:
            admin.ask(DOCUMENT)
        assert caught.value.retry_after == 2.0


class TestADownload:
    def test_goes_on_from_a_byte(self, admin: Admin, httpserver: HTTPServer) -> None:
        def respond(request: Request) -> Response:
            assert request.headers["Range"] == "bytes=4-"
            return Response(b"5678", 206)

        httpserver.expect_request("/file").respond_with_handler(respond)
        with admin.download(httpserver.url_for("/file"), start=4) as chunks:
            assert b"".join(chunks) == b"5678"

    @pytest.mark.parametrize(("status", "raised"), [(404, Permanent), (403, Permanent), (500, Transient)])
    def test_that_fails_says_whether_for_good(
        self, admin: Admin, httpserver: HTTPServer, status: int, raised: type[Exception]
    ) -> None:
        httpserver.expect_request("/file").respond_with_data("", status=status)
        with pytest.raises(raised), admin.download(httpserver.url_for("/file"), start=0):
            pass

    def test_of_a_server_that_begins_anew_is_not_joined(self, admin: Admin, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/file").respond_with_data("12345678")
        with pytest.raises(Permanent), admin.download(httpserver.url_for("/file"), start=4):
            pass
