"""How long messages are kept, and that nothing of them is left of whoever is erased."""

from dataclasses import replace
from datetime import timedelta

from commerce.mirror import erasing
from commerce.rules.notifications.choices import usual
from commerce.rules.notifications.states import CANCELLED, HELD, SENT
from commerce.tables.notifications import choices
from jobs.job import utc_now
from jobs.messages import keeping
from tests.jobs.messages.conftest import KIND, Desk
from tests.jobs.messages.test_sending import choose, closed_now


class TestKeeping:
    def test_blanks_what_was_said_and_deletes_later(self, desk: Desk) -> None:
        desk.order()
        desk.work()
        with desk.process.database.write() as db:
            chosen = replace(usual("custom"), keeps_days=30)
            choices.save(db, shop=desk.stored_shop(db), chosen=chosen, now=utc_now())
        keeping.forget(desk.process, now=utc_now() + timedelta(days=29))
        assert desk.message().text
        keeping.forget(desk.process, now=utc_now() + timedelta(days=31))
        assert (desk.message().state, desk.message().text, desk.message().html) == (SENT, "", "")
        assert desk.outbox() == []
        keeping.forget(desk.process, now=utc_now() + timedelta(days=401))
        assert desk.messages() == []

    def test_leaves_what_waits(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order()
        desk.work()
        keeping.forget(desk.process, now=utc_now() + timedelta(days=401))
        assert desk.message().state == HELD


class TestWhoeverIsErased:
    def test_leaves_neither_a_message_nor_a_file(self, desk: Desk) -> None:
        for key in ("1", "2"):
            desk.order(key)
        desk.work()
        ada = desk.message(order_id="1")
        with desk.process.database.write() as db:
            erasing.ask_erasure(db, desk.stored_shop(db), ada.member_id, asked_by="Kim", now=utc_now())
        desk.process.queues.wake("erase", [desk.shop.id])
        desk.work()
        assert [row.order_id for row in desk.messages()] == ["2"]
        assert [mail["To"] for mail in desk.outbox()] == ["ada2@example.com"]

    def test_is_not_written_to_any_more(self, desk: Desk) -> None:
        choose(desk, windows=closed_now())
        desk.order()
        desk.work()
        with desk.process.database.write() as db:
            held = desk.message(kind=KIND)
            erasing.ask_erasure(db, desk.stored_shop(db), held.member_id, asked_by="Kim", now=utc_now())
        choose(desk)
        desk.process.queues.wake("erase", [desk.shop.id])
        desk.work()
        desk.later()
        assert [row for row in desk.messages() if row.state != CANCELLED] == []
        assert desk.outbox() == []
