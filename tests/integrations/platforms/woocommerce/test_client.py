"""The client: keys over http and https, errors in our words, batches, pages, and no key in what is said or logged."""

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from integrations.outbound import is_public
from integrations.platforms.woocommerce import client as clients
from integrations.platforms.woocommerce.answers import NoRoute, NotThere, hidden
from integrations.platforms.woocommerce.client import Client, store_address
from tests.integrations.platforms.woocommerce.opened import NoHurry, Opened, opened
from tests.peers.woocommerce.store import stocked

HTML = {"Content-Type": "text/html; charset=UTF-8"}
JSON = {"Content-Type": "application/json; charset=UTF-8"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PAUSES", (0.0,))


@pytest.fixture(params=["http", "https"])
def here(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with opened(stocked(5, 2), tls=request.param == "https") as found:
        yield found


@pytest.fixture
def plain() -> Iterator[Opened]:
    with opened(stocked(5, 2)) as found:
        yield found


def with_keys(here: Opened, **keys: str) -> Client:
    return Client(replace(here.access, credentials={**here.access.credentials, **keys}))


class TestClient:
    def test_reads_a_list_with_its_total(self, here: Opened) -> None:
        found = here.client.rows("products", "products", {"per_page": 2, "_fields": "id,name", "status": "any"})
        assert [set(row) for row in found.rows] == [{"id", "name"}] * 2
        assert found.total == 5

    def test_counts_without_reading(self, here: Opened) -> None:
        assert here.client.total("count", "products", {"status": "any"}) == 5
        assert here.peer.asked[-1][0] == "HEAD"

    def test_reads_writes_and_deletes_single_objects(self, here: Opened) -> None:
        number = max(here.store.products)
        assert here.client.one("read", f"products/{number}")["id"] == number
        here.client.write("write", "put", f"products/{number}", {"name": "Ångström & <b>Söhne</b>/50%"})
        assert here.store.products[number]["name"].startswith("Ångström")
        here.client.write("delete", "delete", f"products/{number}", None, {"force": "true"})
        with pytest.raises(NotThere, match="Invalid ID"):
            here.client.one("read", f"products/{number}")

    def test_lists_by_numbers_with_commas(self, here: Opened) -> None:
        wanted = sorted(here.store.products)[:2]
        found = here.client.rows("read", "products", {"include": ",".join(map(str, wanted))})
        assert sorted(row["id"] for row in found.rows) == wanted

    def test_counts_each_call_and_waits_before_it(self, here: Opened) -> None:
        here.client.rows("one name", "products", {})
        here.client.one("another", "data/currencies/current")
        pace = here.access.pace
        assert isinstance(pace, NoHurry)
        assert (here.calls, pace.waited) == (["one name", "another"], 2)

    def test_cuts_batches_at_a_hundred_and_tells_each_item(self, here: Opened) -> None:
        items = [{"name": f"Thing {place}"} for place in range(101)]
        done = here.client.batch("batch", "products/batch", create=items, delete=[999_999])
        assert [item.error for item in done[:-1]] == [""] * 101
        assert (done[-1].verb, done[-1].error) == ("delete", "Invalid ID.")
        assert len(here.calls) == 2
        assert len(here.store.products) == 5 + 101

    def test_of_a_batch_that_is_too_large_says_so(self, here: Opened) -> None:
        with pytest.raises(Permanent, match="100 items"):
            here.client.write("batch", "post", "products/batch", {"delete": list(range(1, 102))})

    @pytest.mark.parametrize(
        ("keys", "says"),
        [
            ({"consumer_key": "ck_" + "0" * 40}, "unknown|invalid"),
            ({"consumer_secret": "cs_" + "0" * 40}, "secret"),
        ],
    )
    def test_with_wrong_keys_is_refused(self, here: Opened, keys: dict[str, str], says: str) -> None:
        client = with_keys(here, **keys)
        with pytest.raises(Refused, match=says):
            client.rows("a", "products", {})
        with pytest.raises(Refused, match=says):
            client.one("a", "products/1")

    def test_with_keys_that_may_only_read_is_refused_when_it_writes(self) -> None:
        with opened(permissions="read") as here:
            assert here.client.rows("a", "products", {}).total == 0
            with pytest.raises(Refused, match="Read/Write"):
                here.client.write("a", "post", "products", {"name": "x"})

    def test_under_another_host_name_is_told_so(self, plain: Opened) -> None:
        plain.store.home = "http://www.shop.example"
        with pytest.raises(Refused, match="home address"):
            plain.client.rows("a", "products", {})

    def test_of_a_store_whose_clock_is_wrong_is_transient(self, plain: Opened) -> None:
        plain.store.ahead += (plain.store.offset or plain.store.ahead) * 24
        with pytest.raises(Transient, match="clocks"):
            plain.client.rows("a", "products", {})

    def test_knows_routes_that_are_not_there(self, plain: Opened) -> None:
        with pytest.raises(NoRoute):
            plain.client.rows("a", "no/such/thing", {})

    def test_names_plain_permalinks(self, plain: Opened) -> None:
        plain.peer.plain_permalinks = True
        with pytest.raises(Permanent, match="Permalinks"):
            plain.client.rows("a", "products", {})

    def test_names_a_firewall(self, plain: Opened) -> None:
        plain.peer.firewall = True
        for ask in (lambda: plain.client.rows("a", "products", {}), lambda: plain.client.one("a", "products/1")):
            with pytest.raises(Permanent, match=r"firewall.*\n?|Attention") as error:
                ask()
            assert not isinstance(error.value, Refused)

    def test_over_plain_http_does_not_ask_what_store_and_package_sign_differently(self, plain: Opened) -> None:
        for value in ("50%25", "a/b", ""):
            with pytest.raises(Permanent, match="search"):
                plain.client.rows("a", "products", {"search": value})
        assert plain.peer.asked == []

    def test_signs_like_an_independent_check_wants_it(self, plain: Opened) -> None:
        params: dict[str, str | int] = {
            "_fields": "id,name",
            "search": "a b-c_d.e",
            "modified_after": "2026-01-01T00:00:00",
        }
        assert plain.client.rows("a", "products", {**params, "dates_are_gmt": "true"}).rows


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("status", "headers", "body", "error", "says"),
        [
            (429, {"Retry-After": "17"}, b"", RateLimited, "too often"),
            (503, {"Retry-After": "600", **HTML}, b"<html>Briefly unavailable", RateLimited, "too often"),
            (503, HTML, b"<html><title>Maintenance</title>", Transient, "Maintenance"),
            (500, JSON, b'{"code":"internal_server_error","message":"Oops."}', Transient, "Oops"),
            (502, HTML, b"<html><title>502 Bad Gateway</title></html>", Transient, "Bad Gateway"),
            (524, {}, b"error", Transient, "524"),
            (200, HTML, b"<html><title>Coming soon</title></html>", Transient, "Coming soon"),
            (200, JSON, b'{"a": 1}', Transient, "not a list"),
            (401, HTML, b"<html><title>Log in</title></html>", Permanent, "password"),
            (403, HTML, b"<html><title>Just a moment...</title></html>", Permanent, "firewall"),
            (403, JSON, b'{"code":"woocommerce_rest_cannot_view","message":"Sorry."}', Permanent, "shop manager"),
            (401, JSON, b'{"code":"woocommerce_rest_cannot_view","message":"Sorry."}', Refused, "unknown"),
            (
                301,
                {"Location": "https://www.shop.example/wp-json/?oauth_signature=abc"},
                b"",
                Permanent,
                "www.shop.example",
            ),
            (418, JSON, b"[]", Permanent, "418"),
            (200, JSON, b"\xef\xbb\xbf", Transient, "JSON"),
        ],
    )
    @pytest.mark.parametrize("packaged", [False, True], ids=["session", "package"])
    def test_becomes_an_error_of_ours(
        self,
        plain: Opened,
        status: int,
        headers: dict[str, str],
        body: bytes,
        error: type[OutsideError],
        says: str,
        packaged: bool,
    ) -> None:
        plain.peer.next_answers.extend([(status, headers, body)] * 2)
        if packaged and says == "not a list":
            body = b"[]"
            says, plain.peer.next_answers = (
                "not an object",
                type(plain.peer.next_answers)([(status, headers, body)] * 2),
            )
        with pytest.raises(error, match=says) as raised:
            plain.client.one("a", "products/1") if packaged else plain.client.rows("a", "products", {})
        assert "oauth_signature=abc" not in str(raised.value)
        if isinstance(raised.value, RateLimited):
            assert raised.value.retry_after in (17, 600)

    @pytest.mark.parametrize(
        "notice", [b"\n<br />\n<b>Notice</b>: Undefined [x] in {y} on line 3<br />\n", b"\xef\xbb\xbf  "]
    )
    def test_is_read_behind_what_php_says_before_it(self, plain: Opened, notice: bytes) -> None:
        plain.peer.next_answers.append((200, JSON, notice + json.dumps([{"id": 1}]).encode()))
        assert plain.client.rows("a", "products", {}).rows == ({"id": 1},)

    def test_that_failed_for_a_moment_is_asked_for_again(self, plain: Opened) -> None:
        plain.peer.next_answers.append((502, HTML, b"<html>"))
        assert plain.client.rows("a", "products", {}).total == 5
        assert len(plain.calls) == 2

    def test_to_a_write_is_not_asked_for_again(self, plain: Opened) -> None:
        plain.peer.next_answers.append((502, HTML, b"<html>"))
        with pytest.raises(Transient):
            plain.client.write("a", "post", "products", {"name": "x"})
        assert len(plain.calls) == 1


class TestSecrets:
    @pytest.mark.parametrize("packaged", [False, True], ids=["session", "package"])
    @pytest.mark.parametrize("trouble", ["firewall", "error", "down"])
    def test_stay_out_of_errors_and_logs(
        self, plain: Opened, caplog: pytest.LogCaptureFixture, trouble: str, packaged: bool
    ) -> None:
        caplog.set_level(logging.INFO)
        keys, client = plain.access.credentials, plain.client
        echoed = f"<html><title>No {keys['consumer_secret']} oauth_signature=Zm9v%3D</title>"
        if trouble == "firewall":
            plain.peer.next_answers.append((403, HTML, echoed.encode()))
        elif trouble == "error":
            plain.peer.next_answers.extend([(500, JSON, json.dumps({"message": echoed}).encode())] * 2)
        else:
            client = Client(replace(plain.access, domain="http://127.0.0.1:9"))
        with pytest.raises(OutsideError) as error:
            client.one("a", "products/1") if packaged else client.rows("a", "products", {})
        assert error.value.__cause__ is None
        for text in (str(error.value), repr(error.value), repr(plain.access), caplog.text):
            assert not any(secret in text for secret in (*keys.values(), "Zm9v"))

    def test_are_hidden_wherever_they_stand(self) -> None:
        text = "https://x/?consumer_key=ck_1&consumer_secret=cs_2&a=1&oauth_signature=abc%3D ck_abc9"
        assert hidden(text) == "https://x/?consumer_key=…&consumer_secret=…&a=1&oauth_signature=… ck_…"


class TestPrivateHosts:
    def test_are_not_called_by_the_session_nor_by_the_package(self, plain: Opened) -> None:
        client = Client(replace(plain.access, allow_private_hosts=False))
        with pytest.raises(Permanent, match="private network"):
            client.rows("a", "products", {})
        with pytest.raises(Permanent, match="private network"):
            client.one("a", "products/1")
        with pytest.raises(Permanent, match="private network"):
            client.batch("a", "products/batch", delete=[1])
        assert plain.peer.asked == []

    def test_are_not_called_by_the_package_where_the_name_changes(
        self, plain: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name is a public address when it is looked at, and leads into a private network when it is called."""
        real = socket.getaddrinfo

        def rebound(host: str, port: Any, *more: Any, **options: Any) -> Any:
            found = "93.184.216.34" if "proto" in options else "127.0.0.1"
            return real(found if host == "rebinding.example" else host, port, *more, **options)

        address = f"http://rebinding.example:{urlsplit(plain.peer.url).port}"
        client = Client(replace(plain.access, domain=address, allow_private_hosts=False))
        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        assert is_public(address)
        with pytest.raises(Permanent, match="private network"):
            client.write("a", "post", "products/batch", {})
        assert plain.peer.asked == []


class TestStoreAddress:
    @pytest.mark.parametrize(
        ("stored", "address"),
        [
            ("shop.example", "https://shop.example"),
            ("https://shop.example/shop/", "https://shop.example/shop"),
            ("http://127.0.0.1:9320", "http://127.0.0.1:9320"),
        ],
    )
    def test_has_a_scheme_and_no_slash(self, stored: str, address: str) -> None:
        assert store_address(stored) == address
