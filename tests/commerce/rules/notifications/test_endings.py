"""What a step comes to by its messages: said as it was."""

from types import SimpleNamespace

import pytest

from commerce.rules.notifications.endings import TO_OUTBOX, ending
from commerce.rules.notifications.states import DELIVERED, FAILED, SENDING, SENT
from commerce.rules.order_steps.outcomes import DONE

ONLY_WRITTEN = "The mail was only written to the outbox of this installation: no mail server is set up (SMTP_URL)."


def message(channel: str, state: str = SENT, reason: str = "250 Taken.") -> SimpleNamespace:
    return SimpleNamespace(channel=channel, state=state, reason=reason)


WRITTEN = message("mail", reason=f"{TO_OUTBOX}backroom-1-2.eml.")


class TestAStepWhoseMessagesWentOut:
    @pytest.mark.parametrize(
        ("messages", "words"),
        [
            ([message("mail")], "Sent by mail."),
            ([message("mail", DELIVERED), message("sms")], "Sent by mail and text message."),
            ([message("mail", FAILED), message("sms")], "Sent by text message."),
            ([WRITTEN], ONLY_WRITTEN),
            ([WRITTEN, message("sms")], f"Sent by text message. {ONLY_WRITTEN}"),
        ],
    )
    def test_says_how(self, messages: list[SimpleNamespace], words: str) -> None:
        found = ending(messages)
        assert found is not None
        assert (found.state, found.words) == (DONE, words)

    def test_is_not_over_while_one_may_still_go_out(self) -> None:
        assert ending([WRITTEN, message("sms", SENDING)]) is None
