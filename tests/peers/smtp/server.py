"""A mail server on loopback that fails as it is told: by seed, recipient and try, so that a run can be repeated.

It keeps an account of what it did with every mail. One whose connection it drops after the body counts as taken: a
server may well have stored it before it went away.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# What it does with a mail. All but the last ten percent of a fifth happens before anything is taken.
TAKE = "take"
CLOSING, RCPT_LATER, BODY_LATER = "421 at RCPT", "450 at RCPT", "451 after the body"
RCPT_NEVER, BODY_NEVER = "550 at RCPT", "554 after the body"
SILENT, DROPPED_TAKEN, DROPPED_LOST = "silent after the body", "dropped, taken", "dropped, lost"
NEVER = frozenset({RCPT_NEVER, BODY_NEVER})
# After these nobody on the other side can know.
UNKNOWABLE = frozenset({SILENT, DROPPED_TAKEN, DROPPED_LOST})

# Of every hundred mails, twenty fail.
USUAL: Mapping[str, int] = {
    CLOSING: 2,
    RCPT_LATER: 3,
    BODY_LATER: 4,
    RCPT_NEVER: 2,
    BODY_NEVER: 2,
    SILENT: 1,
    DROPPED_TAKEN: 3,
    DROPPED_LOST: 3,
}


@dataclass
class Account:
    """What became of mails: by Message-ID how often each was taken, and what was done to whom, in order."""

    taken: "Counter[str]" = field(default_factory=Counter)
    mails: dict[str, EmailMessage] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)  # recipient, what
    lock: Lock = field(default_factory=Lock)

    def note(self, recipient: str, what: str, mail: EmailMessage | None = None) -> None:
        """Write down what was done; with `mail` it was taken."""
        with self.lock:
            self.done.append((recipient, what))
            if mail is not None:
                key = str(mail["Message-ID"]).strip("<> \t")
                self.taken[key] += 1
                self.mails[key] = mail

    def counts(self) -> "Counter[str]":
        """How often it did what."""
        with self.lock:
            return Counter(what for _, what in self.done)


class _Handler:
    """Decides once per mail, when its first command comes."""

    def __init__(self, account: Account, seed: int, shares: Mapping[str, int], silence: float) -> None:
        self._account, self._seed, self._shares, self._silence = account, seed, shares, silence
        self._tries: Counter[str] = Counter()

    def _fate(self, recipient: str) -> str:
        self._tries[recipient] += 1
        drawn = random.Random(f"{self._seed} {recipient} {self._tries[recipient]}").randrange(100)
        for what, share in self._shares.items():
            if drawn < share:
                return what
            drawn -= share
        return TAKE

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fate = self._fate(address)
        session.fate = fate  # type: ignore[attr-defined]
        answers = {
            CLOSING: "421 4.3.2 Closing for a moment",
            RCPT_LATER: "450 4.2.1 Mailbox busy",
            RCPT_NEVER: "550 5.1.1 No such mailbox",
        }
        if fate in answers:
            self._account.note(address, fate)
            return answers[fate]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fate, recipient = session.fate, envelope.rcpt_tos[0]  # type: ignore[attr-defined]
        assert isinstance(envelope.content, bytes)
        mail = cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default))
        self._account.note(recipient, fate, mail if fate in (TAKE, DROPPED_TAKEN, SILENT) else None)
        if fate == BODY_LATER:
            return "451 4.3.0 Try again later"
        if fate == BODY_NEVER:
            return "554 5.6.0 Refused"
        if fate == SILENT:
            await asyncio.sleep(self._silence)
        if fate in (DROPPED_TAKEN, DROPPED_LOST):
            transport: Any = server.transport
            transport.abort()
        return "250 OK"


class MailServer:
    """The server and its account. `silence`: seconds for which it says nothing where it is to be silent."""

    def __init__(self, *, port: int, seed: int = 1, shares: Mapping[str, int] = USUAL, silence: float = 30.0) -> None:
        self.account = Account()
        handler = _Handler(self.account, seed, shares, silence)
        self._controller = Controller(handler, hostname="127.0.0.1", port=port)
        self.url = f"smtp://127.0.0.1:{port}"

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
