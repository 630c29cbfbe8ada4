"""Other channels than mail, each for itself: a text gateway and Slack that answer, a mail server that is away."""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from commerce.rules.notifications.choices import OfKind, usual
from commerce.rules.notifications.states import FAILED, QUEUED, SENT
from commerce.rules.order_steps.outcomes import DONE, UNDERWAY
from commerce.tables.notifications import choices
from commerce.tables.notifications.choices import Secrets
from jobs import process as jobs_process
from jobs.alerts import alert
from jobs.job import utc_now
from tests.conftest import free_port
from tests.jobs.messages.conftest import KIND, Desk


class Gateway:
    """Takes JSON; `status` is what it answers."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture
def gateway(desk: Desk) -> Iterator[Gateway]:
    """A gateway, with a shop that has it for text messages and for Slack, and no mail server that answers."""
    made = Gateway()
    thread = Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    away = f"smtp://127.0.0.1:{free_port()}?tls=off"
    settings = replace(desk.process.settings, allow_private_hosts=True, smtp_url=away)
    jobs_process.start(replace(desk.process, settings=settings))
    kinds = dict(usual("custom").kinds)
    kinds |= {KIND: OfKind(is_on=True, channels=("mail", "sms")), "alert": OfKind(is_on=True, channels=("slack",))}
    with desk.process.database.write() as db:
        shop, now = desk.stored_shop(db), utc_now()
        choices.save(db, shop=shop, chosen=replace(usual("custom"), kinds=kinds), now=now)
        secrets = Secrets(sms={"url": made.url, "key": "a key"}, slack=made.url)
        choices.save_secrets(db, desk.process.vault, shop=shop, secrets=secrets, now=now)
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class TestChannels:
    def test_that_are_away_hold_up_no_other(self, desk: Desk, gateway: Gateway) -> None:
        for key in "12":
            desk.order(key, phone="+4915112345678", delivery_address={"country": "DE"})
        desk.work()
        told = {(row.order_id, row.channel): row.state for row in desk.messages()}
        assert told == {("1", "mail"): QUEUED, ("1", "sms"): SENT, ("2", "mail"): QUEUED, ("2", "sms"): SENT}
        assert [one["to"] for one in gateway.taken] == ["+4915112345678"] * 2
        assert {step.state for step in desk.steps()} == {UNDERWAY}

    def test_end_the_step_together(self, desk: Desk, gateway: Gateway) -> None:
        desk.order("1", phone="+4915112345678", delivery_address={"country": "DE"})
        desk.work()
        settings = replace(desk.process.settings, smtp_url="")
        jobs_process.start(replace(desk.process, settings=settings))
        desk.later()
        (step,) = desk.steps()
        words = "Sent by text message. The mail was only written to the outbox"
        assert (step.state, step.outcome.startswith(words)) == (DONE, True)

    def test_that_refuse_are_said_so(self, desk: Desk, gateway: Gateway) -> None:
        gateway.status = 400
        desk.order("1", phone="+4915112345678", delivery_address={"country": "DE"})
        desk.work()
        told = desk.message(channel="sms")
        assert told.state == FAILED
        assert "400" in told.reason

    def test_tell_merchants_in_slack(self, desk: Desk, gateway: Gateway) -> None:
        with desk.process.database.write() as db:
            alert(db, desk.stored_shop(db), "webhooks", "An endpoint fails.", utc_now(), about="7")
        desk.later()
        assert desk.message().state == SENT, desk.message().reason
        assert "An endpoint fails." in gateway.taken[0]["text"]
        assert gateway.url not in str(desk.message())
