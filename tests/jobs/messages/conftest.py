"""A shop on any other back end, whose orders are mailed about, and a mail server that fails as it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import update

from commerce.tables import shops
from commerce.tables.notifications import notifications
from commerce.tables.order_steps import steps
from jobs import process as jobs_process
from jobs.job import utc_now
from jobs.process import Process
from tests.conftest import Backroom, free_port
from tests.peers.smtp.server import MailServer
from tests.shops import Shop
from tests.stored import rows

KIND = "order_confirmation"


@dataclass
class Desk:
    """A Backroom, one of its shops, and what became of the shop's messages."""

    backroom: Backroom
    shop: Shop

    @property
    def process(self) -> Process:
        return jobs_process.current()

    def order(self, key: str = "1", **changes: Any) -> None:
        """Place an order, or tell what became of it."""
        at = utc_now().isoformat()
        told = {"id": key, "number": f"#{key}", "currency": "EUR", "email": f"ada{key}@example.com", "total": "19.99"}
        told |= {"placed_at": at, "updated_at": at, "locale": "de-DE", "status": "open"}
        told |= {"lines": [{"id": "1", "title": "Lamp", "quantity": 1, "price": "19.99"}]}
        answer = self.shop.send("order.saved", told | changes)
        assert answer.status_code < 300, answer.get_data(as_text=True)

    def stored_shop(self, db: Any) -> Any:
        return shops.by_id(db, self.process.vault, self.shop.id)

    def work(self) -> None:
        self.backroom.work()

    def messages(self, **equal: Any) -> list[Any]:
        return list(rows(self.process.database, notifications.notifications, **equal))

    def message(self, **equal: Any) -> Any:
        (found,) = self.messages(**equal)
        return found

    def steps(self, kind: str = KIND) -> list[Any]:
        return list(rows(self.process.database, steps.steps, kind=f"notify:{kind}"))

    def change(self, **values: Any) -> None:
        """Write columns of all messages."""
        with self.process.database.write() as db:
            db.execute(update(notifications.notifications).values(**values))

    def later(self) -> None:
        """What waits is due, as if time had passed."""
        due = notifications.notifications.c.due_at.is_not(None)
        with self.process.database.write() as db:
            db.execute(update(notifications.notifications).where(due).values(due_at=utc_now() - timedelta(seconds=1)))
        self.process.queues.wake("notify", [self.shop.id], again=True)
        self.work()

    def outbox(self) -> list[EmailMessage]:
        files = sorted((self.process.settings.var_dir / "outbox").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]


@pytest.fixture
def desk(backroom: Backroom) -> Desk:
    return Desk(backroom, backroom.shops.custom(currency="EUR", name="Lamps"))


@pytest.fixture
def mailed(desk: Desk) -> Iterator[tuple[Desk, "MailServer"]]:
    """The desk, with a mail server that takes everything."""
    yield from with_server(desk, {})


def with_server(desk: Desk, shares: dict[str, int], **options: Any) -> Iterator[tuple[Desk, MailServer]]:
    """The desk, with a mail server that does this to so many of a hundred mails."""
    with MailServer(port=free_port(), shares=shares, **options) as server:
        settings = replace(desk.process.settings, smtp_url=f"{server.url}?tls=off")
        jobs_process.start(replace(desk.process, settings=settings))
        yield desk, server
