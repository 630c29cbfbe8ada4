"""Messages on their way: written down, handed over, followed by what became of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commerce.rules.notifications.choices import OfKind, usual
from commerce.rules.notifications.states import (
    BOUNCED,
    CANCELLED,
    FAILED,
    HELD,
    QUEUED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
)
from commerce.rules.order_steps import outcomes as steps
from commerce.rules.order_steps.outcomes import DONE, SKIPPED, UNSURE
from commerce.tables import alerts
from commerce.tables.notifications import choices, templates
from commerce.tables.people import suppressions
from jobs.job import utc_now
from tests.jobs.messages.conftest import KIND, Desk, with_server
from tests.peers.smtp import server as smtp
from tests.stored import rows


def choose(desk: Desk, **changes: Any) -> None:
    """Let the shop choose this, beside what is usual for it."""
    with desk.process.database.write() as db:
        shop = desk.stored_shop(db)
        choices.save(db, shop=shop, chosen=replace(usual("custom"), **changes), now=utc_now())


class TestAnOrder:
    def test_is_confirmed_once(self, desk: Desk) -> None:
        for _ in range(3):
            desk.order()
            desk.work()
        told = desk.message(kind=KIND)
        assert (told.state, told.recipient, told.attempts) == (SENT, "ada1@example.com", 1), told.reason
        (mail,) = desk.outbox()
        assert mail["Message-ID"].strip("<>") == told.message_id
        assert "19,99" in told.html
        assert told.subject == mail["Subject"]
        (step,) = desk.steps()
        words = "The mail was only written to the outbox of this installation: no mail server is set up (SMTP_URL)."
        assert (step.state, step.outcome, step.detail) == (DONE, words, {"notification_id": told.id})

    def test_speaks_the_language_of_the_order(self, desk: Desk) -> None:
        for key, locale in (("1", "de-AT"), ("2", "ja"), ("3", "xx"), ("4", "")):
            desk.order(key, locale=locale)
        desk.work()
        told = {row.order_id: row.subject for row in desk.messages(kind=KIND)}
        assert len(set(told.values())) == 4
        assert told["3"].replace("#3", "#4") == told["4"]  # English, where nobody knows better

    def test_without_an_address_is_skipped(self, desk: Desk) -> None:
        desk.order(email="")
        desk.work()
        assert desk.messages() == []
        (step,) = desk.steps()
        assert (step.state, step.outcome) == (SKIPPED, "Whoever ordered left no address for it: no mail address.")

    def test_of_a_kind_that_is_off_is_skipped(self, desk: Desk) -> None:
        choose(desk, kinds=dict(usual("custom").kinds) | {KIND: OfKind(is_on=False)})
        desk.order()
        desk.work()
        assert desk.messages() == []
        assert desk.steps()[0].outcome == "“Order confirmed” is switched off."

    def test_that_was_cancelled_before_its_mail_went_out_is_not_confirmed(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order()
        desk.work()
        assert desk.message(kind=KIND).state == HELD
        desk.order(status="cancelled", updated_at=(utc_now() + timedelta(seconds=1)).isoformat())
        choose(desk)
        desk.later()
        told = desk.message(kind=KIND)
        assert (told.state, told.reason) == (CANCELLED, "The order was cancelled since.")
        assert [mail["Message-ID"].strip("<>") for mail in desk.outbox()] == [
            desk.message(kind="order_cancelled").message_id
        ]


def closed_now() -> dict[int, tuple[int, int]]:
    """A window that is shut at this moment, wherever it is by now, and open within three days."""
    return {(utc_now().weekday() + 2) % 7: (0, 1440)}


class TestWaiting:
    def test_holds_and_does_not_drop(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order(delivery_address={"country": "JP", "city": "Tokyo"})
        desk.work()
        told = desk.message()
        assert (told.state, told.attempts) == (HELD, 0)
        assert told.reason == "Quiet hours where the recipient is (Asia/Tokyo)."
        assert utc_now() < told.due_at < told.expires_at
        choose(desk)
        desk.later()
        assert desk.message().state == SENT

    def test_lets_few_at_a_time_through_to_one_recipient(self, desk: Desk) -> None:
        choose(desk, throttle=2)
        for key in "1234":
            desk.order(key, email="one@example.com")
        desk.work()
        assert sorted(row.state for row in desk.messages(kind=KIND)) == [HELD, HELD, SENT, SENT]
        held = desk.messages(state=HELD)[0]
        assert held.reason == "2 messages went there within 24 hours."


class TestAddresses:
    def test_that_are_suppressed_get_nothing(self, desk: Desk) -> None:
        told = {"channel": "email", "address": "ada1@example.com", "reason": "complained", "source": "x", "detail": ""}
        with desk.process.database.write() as db:
            suppressions.save(db, shop_id=desk.shop.id, told=told | {"at": utc_now()})
        desk.order()
        desk.work()
        assert (desk.message().state, desk.message().reason) == (SUPPRESSED, "The address is suppressed: complained")
        assert desk.outbox() == []
        assert desk.steps()[0].state == SKIPPED


class TestTemplates:
    def test_that_go_wrong_are_replaced_and_told_of(self, desk: Desk) -> None:
        body = "<mj-section><mj-column><mj-text>{{ order.number | divided_by: 0 }}</mj-text></mj-column></mj-section>"
        with desk.process.database.write() as db:
            told = {"subject": "Mine", "preheader": "", "body": body}
            place = {"kind": KIND, "channel": "mail", "language": "de"}
            templates.save(db, shop_id=desk.shop.id, **place, told=told, saved_by="x", now=utc_now())
        desk.order()
        desk.work()
        assert (desk.message().state, desk.message().template_version) == (SENT, 0)
        (alert,) = rows(desk.process.database, alerts.alerts)
        assert (alert.kind, alert.about) == ("template", f"{KIND}/de")

    def test_of_the_shop_count(self, desk: Desk) -> None:
        body = "<mj-section><mj-column><mj-text>Hallo {{ order.number }}</mj-text></mj-column></mj-section>"
        with desk.process.database.write() as db:
            told = {"subject": "Meins: {{ order.total }}", "preheader": "", "body": body}
            place = {"kind": KIND, "channel": "mail", "language": "de"}
            templates.save(db, shop_id=desk.shop.id, **place, told=told, saved_by="x", now=utc_now())
        desk.order()
        desk.work()
        assert (desk.message().subject, desk.message().template_version) == ("Meins: 19,99 €", 1)
        assert "Hallo #1" in desk.message().html


@pytest.fixture
def failing(desk: Desk, request: pytest.FixtureRequest) -> Iterator[tuple[Desk, smtp.MailServer]]:
    yield from with_server(desk, {request.param: 100}, silence=0.1)


class TestServersThatFail:
    @pytest.mark.parametrize(
        ("failing", "state", "taken"),
        [
            (smtp.RCPT_LATER, QUEUED, 0),
            (smtp.BODY_LATER, QUEUED, 0),
            (smtp.CLOSING, QUEUED, 0),
            (smtp.RCPT_NEVER, BOUNCED, 0),
            (smtp.BODY_NEVER, FAILED, 0),
            (smtp.DROPPED_TAKEN, UNCERTAIN, 1),
            (smtp.DROPPED_LOST, UNCERTAIN, 0),
        ],
        indirect=["failing"],
    )
    def test_leave_what_is_known(self, failing: tuple[Desk, smtp.MailServer], state: str, taken: int) -> None:
        desk, server = failing
        desk.order()
        desk.work()
        told = desk.message()
        assert (told.state, told.attempts) == (state, 1), told.reason
        assert told.reason
        assert "ada1" not in told.reason
        assert sum(server.account.taken.values()) == taken
        if state == QUEUED:
            assert utc_now() < told.due_at < told.expires_at
        else:
            assert told.subject
            assert desk.steps()[0].state == (UNSURE if state == UNCERTAIN else steps.FAILED)
            desk.later()
            assert sum(server.account.counts().values()) == 1

    @pytest.mark.parametrize("failing", [smtp.RCPT_NEVER], indirect=True)
    def test_for_good_have_the_address_suppressed(self, failing: tuple[Desk, smtp.MailServer]) -> None:
        desk, _ = failing
        desk.order()
        desk.work()
        with desk.process.database.read() as db:
            (row,) = suppressions.page(db, shop_id=desk.shop.id, limit=9)
        assert (row.channel, row.address, row.reason) == ("email", "ada1@example.com", "bounced")

    @pytest.mark.parametrize("failing", [smtp.CLOSING], indirect=True)
    def test_and_take_nothing_are_left_alone_for_a_while(self, failing: tuple[Desk, smtp.MailServer]) -> None:
        desk, server = failing
        for key in "123":
            desk.order(key)
        desk.work()
        assert sum(server.account.counts().values()) == 1
        assert {(row.state, bool(row.reason)) for row in desk.messages(kind=KIND)} == {(QUEUED, True)}

    @pytest.mark.parametrize("failing", [smtp.RCPT_LATER], indirect=True)
    def test_for_too_long_have_nothing_new_to_say(self, failing: tuple[Desk, smtp.MailServer]) -> None:
        desk, _ = failing
        desk.order()
        desk.work()
        desk.change(expires_at=utc_now() + timedelta(seconds=2))
        desk.later()
        assert (desk.message().state, desk.message().attempts) == (FAILED, 2)


class TestLeftHalfWay:
    def test_is_uncertain_and_never_repeated_by_itself(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order()
        desk.work()
        desk.change(state=SENDING, attempts=1)
        choose(desk)
        for _ in range(2):
            desk.later()
        assert (desk.message().state, desk.message().attempts) == (UNCERTAIN, 1)
        assert desk.outbox() == []
        (step,) = desk.steps()
        assert step.state == UNSURE

    def test_does_not_hold_up_the_others(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order("1")
        desk.work()
        desk.change(state=SENDING)
        choose(desk)
        desk.order("2")
        desk.later()
        assert sorted(row.state for row in desk.messages()) == [SENT, UNCERTAIN]
