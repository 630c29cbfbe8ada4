"""What is told on the connect page: each way in which a store refuses, and what to do about it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from integrations.errors import Transient
from integrations.platforms.woocommerce import client as clients
from integrations.platforms.woocommerce.client import KEYS_IN_QUERY, Client
from integrations.platforms.woocommerce.diagnosis import Diagnosis, Found, check_keys, diagnose
from tests.integrations.platforms.woocommerce.opened import Opened, opened
from tests.peers.woocommerce.peer import Peer

HTML = {"Content-Type": "text/html; charset=UTF-8"}


@pytest.fixture
def here() -> Iterator[Opened]:
    with opened() as found:
        yield found


def look_at(peer: Peer, url: str = "", *, trusted: bool = True) -> Diagnosis:
    return diagnose(url or peer.url, ca_bundle=peer.ca_bundle if trusted else "", allow_private_hosts=True)


class TestDiagnose:
    def test_finds_a_store_that_can_be_connected(self) -> None:
        with Peer(tls=True) as peer:
            found = look_at(peer)
            assert (found.code, found.connectable) == (Found.READY, True)
            assert (found.address, found.name) == (peer.url, "Peer & Sons")

    @pytest.mark.parametrize("ending", ["/", "  ", "/wp-admin/", "/wp-json/"])
    def test_reads_an_address_as_people_paste_it(self, here: Opened, ending: str) -> None:
        assert look_at(here.peer, here.peer.url + ending).address == here.peer.url

    def test_warns_of_plain_http(self, here: Opened) -> None:
        found = look_at(here.peer)
        assert (found.code, found.connectable) == (Found.PLAIN_HTTP, True)
        assert "https" in found.sentence

    @pytest.mark.parametrize("url", ["", "http://", "shop example", "https://u:p@x.example", "http://x:port", "a?b=c"])
    def test_knows_what_is_no_address(self, url: str) -> None:
        assert diagnose(url).code == Found.NOT_AN_ADDRESS

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://localhost", "https://10.1.2.3", "http://[::1]/"])
    def test_knows_private_addresses(self, url: str) -> None:
        assert diagnose(url).code == Found.PRIVATE_ADDRESS

    def test_knows_hosts_that_do_not_exist(self) -> None:
        found = diagnose("https://no-such-shop.invalid")
        assert found.code == Found.UNREACHABLE
        assert "no-such-shop.invalid" in found.sentence

    def test_knows_stores_that_are_down(self) -> None:
        assert diagnose("http://127.0.0.1:9", allow_private_hosts=True).code == Found.UNREACHABLE

    def test_knows_certificates_that_are_not_accepted(self) -> None:
        with Peer(tls=True) as peer:
            found = look_at(peer, trusted=False)
            assert found.code == Found.CERTIFICATE
            assert "Renew" in found.sentence

    def test_knows_plain_permalinks(self, here: Opened) -> None:
        here.peer.plain_permalinks = True
        found = look_at(here.peer)
        assert (found.code, found.connectable) == (Found.PLAIN_PERMALINKS, False)
        assert "Permalinks" in found.sentence

    def test_knows_a_wordpress_without_woocommerce(self, here: Opened) -> None:
        here.peer.rest.without_shop = True
        assert look_at(here.peer).code == Found.NO_WOOCOMMERCE

    def test_knows_that_the_store_calls_itself_otherwise(self, here: Opened) -> None:
        here.store.home = "https://www.shop.example"
        found = look_at(here.peer)
        assert (found.code, found.address) == (Found.OTHER_ADDRESS, "https://www.shop.example")

    def test_takes_a_home_that_differs_in_scheme_or_slash_for_the_same(self, here: Opened) -> None:
        here.store.home = here.peer.url.replace("http://", "https://") + "/"
        assert look_at(here.peer).code == Found.PLAIN_HTTP

    @pytest.mark.parametrize("status", [401, 403, 429])
    def test_knows_firewalls_and_passwords(self, here: Opened, status: int) -> None:
        here.peer.next_answers.append((status, HTML, b"<html><title>No</title>"))
        found = look_at(here.peer)
        assert found.code == Found.FIREWALL
        assert str(status) in found.sentence

    def test_knows_pages_that_ask_for_a_human(self, here: Opened) -> None:
        here.peer.next_answers.append((200, HTML, b"<html><title>Just a moment...</title>"))
        assert look_at(here.peer).code == Found.FIREWALL

    def test_knows_maintenance(self, here: Opened) -> None:
        here.peer.next_answers.append((503, {**HTML, "Retry-After": "600"}, b"<html>Briefly unavailable"))
        assert look_at(here.peer).code == Found.TROUBLE

    def test_names_where_a_redirect_leads(self, here: Opened) -> None:
        here.peer.next_answers.append((301, {"Location": "https://www.shop.example/wp-json/?_fields=name"}, b""))
        found = look_at(here.peer)
        assert (found.code, found.address) == (Found.REDIRECTED, "https://www.shop.example")
        assert "https://www.shop.example" in found.sentence

    def test_knows_what_is_no_wordpress(self, here: Opened) -> None:
        here.peer.next_answers.extend([(200, HTML, b"<html>A page"), (200, HTML, b"<html>A page")])
        assert look_at(here.peer).code == Found.NOT_WORDPRESS


class TestCheckKeys:
    @pytest.mark.parametrize("tls", [False, True])
    def test_finds_good_ones_good_and_changes_nothing(self, tls: bool) -> None:
        with opened(tls=tls) as here:
            found = check_keys(here.access)
            assert (found.may_read, found.may_write, found.good) == (True, True, True)
            assert (here.store.products, here.store.hooks.all) == ({}, {})

    def test_finds_keys_that_only_read(self) -> None:
        with opened(permissions="read") as here:
            found = check_keys(here.access)
            assert (found.may_read, found.may_write, found.good) == (True, False, False)
            assert "Read/Write" in found.sentence

    def test_finds_keys_that_only_write(self) -> None:
        with opened(permissions="write") as here:
            found = check_keys(here.access)
            assert (found.may_read, found.good) == (False, False)
            assert "Read/Write" in found.sentence

    @pytest.mark.parametrize("tls", [False, True])
    def test_finds_keys_of_another_store(self, tls: bool) -> None:
        with opened(tls=tls) as here, opened(tls=tls) as other:
            other.store.row_number()
            found = check_keys(replace(here.access, credentials=other.peer.keys()))
            assert (found.may_read, found.good) == (False, False)
            assert "ck_" not in found.sentence

    def test_finds_keys_that_have_to_stand_in_the_query(self) -> None:
        with opened(tls=True) as here:
            here.store.drops_authorization = True
            found = check_keys(here.access)
            assert (found.good, found.in_query) == (True, True)
            kept = {**here.access.credentials, KEYS_IN_QUERY: "1"}
            client = Client(replace(here.access, credentials=kept))
            number = client.write("a", "post", "products", {"name": "x"})["id"]
            assert client.one("a", f"products/{number}", {"_fields": "id"}) == {"id": number}
            assert client.rows("a", "products", {"per_page": 1}).total == 1

    def test_does_not_send_keys_in_a_query_that_can_be_read_on_the_way(self, here: Opened) -> None:
        kept = {**here.access.credentials, KEYS_IN_QUERY: "1"}
        Client(replace(here.access, credentials=kept)).rows("a", "products", {})
        assert not any("consumer_secret" in target for _, target in here.peer.asked)

    def test_says_nothing_of_keys_where_the_store_has_a_trouble(
        self, here: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clients, "PAUSES", ())
        here.peer.next_answers.append((502, HTML, b"<html>"))
        with pytest.raises(Transient):
            check_keys(here.access)
