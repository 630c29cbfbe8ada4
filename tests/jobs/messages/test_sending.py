"""Messages on their way: written down, handed over, followed by what became of them."""

from commerce.rules.notifications.states import SENT
from commerce.rules.order_steps.outcomes import DONE
from tests.jobs.messages.conftest import Desk


class TestAnOrder:
    def test_is_confirmed_once(self, desk: Desk) -> None:
        for _ in range(3):
            desk.order()
            desk.work()
        told = desk.message(kind="order_confirmation")
        assert (told.state, told.recipient, told.attempts) == (SENT, "ada1@example.com", 1), told.reason
        (mail,) = desk.outbox()
        assert mail["Message-ID"].strip("<>") == told.message_id
        assert "19,99" in told.html
        assert told.subject == mail["Subject"]
        (step,) = desk.steps()
        assert (step.state, step.outcome, step.detail) == (DONE, "Sent by mail.", {"notification_id": told.id})
