import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug import Response

from integrations.simulator import life
from integrations.simulator.sender import Sender
from integrations.simulator.shop import Shop, open_store
from integrations.simulator.simulator import main
from integrations.simulator.state import State
from integrations.simulator.store import ticking
from tests.running import until

ROOT = Path(__file__).parents[3]
CLOCK = ticking(datetime(2026, 11, 22, 8, tzinfo=UTC))


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    monkeypatch.setenv("SIMULATOR_SHOPIFY_SECRET", "one")
    monkeypatch.setenv("SIMULATOR_WOOCOMMERCE_SECRET", "two")


def takes_signals(pid):
    """Whether that process was told what to do when it is to end."""
    (caught,) = re.findall(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(caught, 16) & 1 << signal.SIGTERM - 1


@pytest.fixture
def keep_signals():
    """main() takes signals over, which the test runner needs itself."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def a_shop(state, *, steps=0):
    shop = Shop(
        platform="shopify",
        store=open_store("shopify", 1, CLOCK, size=20),
        rng=random.Random(1),
        domain="demo.myshopify.com",
        secret=b"one",
    )
    told = list(shop.opening())
    state.record(
        "shopify", shop.store, shop.store.opening(), [(one, [place]) for place, one in enumerate(told)], steps=steps
    )
    return shop


class TestState:
    def test_gives_the_store_back_as_it_was(self, tmp_path):
        path = str(tmp_path / "state.sqlite")
        state = State(path)
        shop = a_shop(state)
        for number in range(400):
            happened, _ = shop.step()
            state.record("shopify", shop.store, happened, [], steps=number)
        store, steps = State(path).open("shopify", CLOCK)
        assert steps == 399
        assert store == shop.store
        life.step(store, random.Random(2), bin_exists=False)

    def test_knows_no_shop_at_first(self):
        assert State(":memory:").open("shopify", CLOCK) is None


class TestSender:
    def test_sends_in_order_and_forgets_what_was_delivered(self, httpserver):
        httpserver.expect_request("/hook").respond_with_data("")
        state = State(":memory:")
        sender = Sender(a_shop(state), httpserver.url_for("/hook"), state)
        while sender.send_next(before=100):
            pass
        assert (sender.sent, state.due("shopify", before=100)) == (20, 0)
        ids = [json.loads(request.data)["id"] for request, _ in httpserver.log]
        assert ids == sorted(ids)

    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_keeps_what_was_refused_for_now(self, httpserver, status):
        httpserver.expect_request("/hook").respond_with_data("", status=status)
        state = State(":memory:")
        sender = Sender(a_shop(state), httpserver.url_for("/hook"), state)
        assert sender.send_next(before=1)
        assert not sender.send_next(before=1)
        assert (sender.postponed, state.due("shopify", before=100)) == (1, 20)

    def test_drops_what_was_refused_for_good(self, httpserver):
        httpserver.expect_request("/hook").respond_with_data("", status=401)
        state = State(":memory:")
        sender = Sender(a_shop(state), httpserver.url_for("/hook"), state)
        sender.send_next(before=100)
        assert (sender.refused, state.due("shopify", before=100)) == (1, 19)

    def test_pauses_while_nobody_answers(self):
        state = State(":memory:")
        sender = Sender(a_shop(state), "http://127.0.0.1:9/hook", state)
        assert sender.send_next(before=100)
        assert sender.is_paused
        assert not sender.send_next(before=100)
        assert state.due("shopify", before=100) == 20


class TestMain:
    def arguments(self, httpserver, tmp_path, limit, rate=500):
        urls = ("--shopify-url", httpserver.url_for("/shopify"), "--woocommerce-url", httpserver.url_for("/woo"))
        return [*urls, "--rate", str(rate), "--limit", str(limit), "--state", str(tmp_path / "var" / "state.sqlite")]

    def test_goes_on_rather_than_starting_over(self, httpserver, tmp_path, keep_signals, monkeypatch):
        monkeypatch.setattr("integrations.simulator.simulator.CATALOGUE_RATE", 1e4)
        httpserver.expect_request("/shopify").respond_with_data("")
        for limit in (100, 900):
            arguments = self.arguments(httpserver, tmp_path, limit)
            main([*arguments, "--woocommerce-url", ""])
        created = Counter(
            json.loads(request.data)["id"]
            for request, _ in httpserver.log
            if request.headers.get("X-Shopify-Topic") == "products/create"
        )
        assert len(created) == 540
        repeats = sum(created.values()) - len(created)
        assert repeats < 60  # the platform delivers some twice, but there is no second catalogue

    @pytest.mark.slow
    def test_sends_both_catalogues_without_waiting_for_shoppers(self, httpserver, tmp_path, keep_signals, monkeypatch):
        monkeypatch.setattr("integrations.simulator.simulator.CATALOGUE_RATE", 1e4)
        httpserver.expect_request("/shopify").respond_with_data("")
        httpserver.expect_request("/woo").respond_with_data("")
        began = time.monotonic()
        main(self.arguments(httpserver, tmp_path, 1500, rate=0.1))
        assert time.monotonic() - began < 300

    def test_delivers_everything_once_the_receiver_is_back(self, httpserver, tmp_path, keep_signals, monkeypatch):
        monkeypatch.setattr("integrations.simulator.simulator.CATALOGUE_RATE", 1e4)
        down_until = time.monotonic() + 0.3
        httpserver.expect_request("/shopify").respond_with_handler(
            lambda _: Response(status=503 if time.monotonic() < down_until else 200)
        )
        httpserver.expect_request("/woo").respond_with_data("")
        main(self.arguments(httpserver, tmp_path, 300))
        state = sqlite3.connect(tmp_path / "var" / "state.sqlite")
        assert state.execute("SELECT count(*) FROM outbox WHERE tries > 3").fetchone() == (0,)

    def test_needs_a_secret_and_an_address(self, monkeypatch, keep_signals):
        with pytest.raises(SystemExit, match="Say where"):
            main([])
        monkeypatch.delenv("SIMULATOR_SHOPIFY_SECRET")
        with pytest.raises(SystemExit, match="SIMULATOR_SHOPIFY_SECRET"):
            main(["--shopify-url", "http://127.0.0.1:9/"])

    def test_stops_at_once(self, tmp_path):
        process = subprocess.Popen(
            [sys.executable, "-m", "integrations.simulator", "--shopify-url", "http://127.0.0.1:9/", "--rate", "0.001"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        until(lambda: takes_signals(process.pid), what="it says how it wants to be ended")
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0
        assert b"Traceback" not in told
