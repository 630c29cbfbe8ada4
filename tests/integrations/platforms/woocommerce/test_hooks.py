"""The webhooks that Backroom makes: made, kept alive, made anew, and nobody else's touched."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.errors import Refused
from integrations.platforms.woocommerce import topics, verify
from integrations.platforms.woocommerce.hooks import WANTED, fingerprint
from tests.integrations.platforms.woocommerce.opened import Opened, opened
from tests.peers.woocommerce.store import stocked

SECRET = "a_secret_of_letters_1"
ALL = len(WANTED)


class Receiver:
    """A door on loopback that answers with `status` and keeps what came."""

    def __init__(self) -> None:
        self.status, self.came = 200, list[tuple[dict[str, str], bytes]]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/woocommerce/key"
        threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def door() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def here() -> Iterator[Opened]:
    with opened(stocked(4, 0)) as found:
        yield found


def hooks(here: Opened, address: str) -> list[dict[str, object]]:
    return [row for row in here.store.hooks.all.values() if row["delivery_url"] == address]


class TestWantedTopics:
    def test_are_all_understood(self) -> None:
        assert set(WANTED) <= set(topics.TOPICS)

    def test_leave_out_only_coupons(self) -> None:
        assert {topic for topic in topics.TOPICS if topic not in WANTED} == {
            f"coupon.{event}" for event in ("created", "updated", "deleted", "restored")
        }


class TestKeepHooks:
    def test_makes_all_of_them_with_our_secret(self, here: Opened, door: Receiver) -> None:
        kept = here.api.keep_hooks(door.url, SECRET)
        assert (kept.wanted, kept.active) == (ALL, ALL)
        assert sorted(str(row["topic"]) for row in hooks(here, door.url)) == sorted(WANTED)
        assert {row["secret"] for row in hooks(here, door.url)} == {SECRET}
        assert len(door.came) == ALL  # a ping for each
        assert all(verify.is_ping(headers, body) for headers, body in door.came)

    def test_changes_nothing_where_all_is_well(self, here: Opened, door: Receiver) -> None:
        here.api.keep_hooks(door.url, SECRET)
        before = hooks(here, door.url)
        again = here.api.keep_hooks(door.url, SECRET)
        assert hooks(here, door.url) == before
        assert again.active == ALL
        assert not any("switched off" in note or "missing" in note for note in again.notes)

    def test_signs_so_that_our_door_believes_it(self, here: Opened, door: Receiver) -> None:
        here.api.keep_hooks(door.url, SECRET)
        door.came.clear()
        here.store.edit(max(here.store.products), name="New & better")
        assert here.store.hooks.deliver() == 1
        ((headers, body),) = door.came
        assert headers["x-wc-webhook-topic"] == "product.updated"
        assert verify.is_genuine(headers["x-wc-webhook-signature"], body, [SECRET.encode()])

    def test_makes_one_anew_that_the_store_switched_off(self, here: Opened, door: Receiver) -> None:
        here.api.keep_hooks(door.url, SECRET)
        door.status = 500
        for _ in range(7):
            here.store.edit(max(here.store.products))
            here.store.hooks.deliver()
        (off,) = [row for row in hooks(here, door.url) if row["status"] == "disabled"]
        door.status = 200
        kept = here.api.keep_hooks(door.url, SECRET)
        assert kept.active == ALL
        assert any("switched off 1" in note and "product.updated" in note for note in kept.notes)
        assert off["id"] not in here.store.hooks.all
        anew = [row for row in hooks(here, door.url) if row["topic"] == "product.updated"]
        assert [(row["status"], row["_failures"]) for row in anew] == [("active", 0)]

    def test_replaces_those_with_another_secret(self, here: Opened, door: Receiver) -> None:
        here.api.keep_hooks(door.url, SECRET)
        kept = here.api.keep_hooks(door.url, "another_secret_2")
        assert kept.active == ALL
        assert len(hooks(here, door.url)) == ALL
        assert {row["secret"] for row in hooks(here, door.url)} == {"another_secret_2"}

    def test_deletes_duplicates_and_topics_that_are_not_wanted(self, here: Opened, door: Receiver) -> None:
        here.api.keep_hooks(door.url, SECRET)
        named = {"name": f"Backroom ({fingerprint(SECRET)})", "delivery_url": door.url, "secret": SECRET}
        for topic in ("product.updated", "coupon.created"):
            here.store.hooks.create({**named, "topic": topic})
        here.api.keep_hooks(door.url, SECRET)
        assert sorted(str(row["topic"]) for row in hooks(here, door.url)) == sorted(WANTED)

    def test_leaves_those_of_others_alone(self, here: Opened, door: Receiver) -> None:
        other = here.store.hooks.create({"topic": "order.created", "delivery_url": f"{door.url}/other", "secret": "x"})
        off = {"topic": "order.updated", "delivery_url": "https://elsewhere.example/", "status": "disabled"}
        here.store.hooks.create(off, ping=False)
        before = [dict(row) for row in here.store.hooks.all.values()]
        here.api.keep_hooks(door.url, SECRET)
        assert [dict(row) for row in here.store.hooks.all.values()][:2] == before
        assert other in here.store.hooks.all.values()

    def test_finds_ours_behind_a_hundred_others(self, here: Opened, door: Receiver) -> None:
        for place in range(120):
            elsewhere = {"topic": "order.created", "delivery_url": f"https://x.example/{place}"}
            here.store.hooks.create(elsewhere, ping=False)
        here.api.keep_hooks(door.url, SECRET)
        here.api.keep_hooks(door.url, SECRET)
        assert len(hooks(here, door.url)) == ALL

    def test_says_what_the_store_refused(self, here: Opened) -> None:
        kept = here.api.keep_hooks("ftp://door.example/", SECRET)
        assert kept.active == 0
        assert any("product.created" in note and "Delivery URL".lower() in note.lower() for note in kept.notes)

    def test_says_when_wordpress_will_not_call_the_port(self, here: Opened, door: Receiver) -> None:
        notes = here.api.keep_hooks(door.url, SECRET).notes
        assert any("8080" in note for note in notes)
        assert any("no public address" in note for note in notes)

    def test_needs_keys_that_write(self, door: Receiver) -> None:
        with opened(permissions="read") as here, pytest.raises(Refused, match="Read/Write"):
            here.api.keep_hooks(door.url, SECRET)


class TestFingerprint:
    def test_tells_secrets_apart_and_nothing_about_them(self) -> None:
        assert fingerprint("a") != fingerprint("b")
        assert len(fingerprint(SECRET)) == 6
        assert fingerprint(SECRET) not in SECRET
