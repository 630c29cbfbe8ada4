"""Outgoing webhooks as tests set them up: shops with endpoints, and what is written of what is sent to them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from commerce.rules.outgoing.names import Announced
from commerce.settings import Settings
from commerce.tables import alerts, shops
from commerce.tables.outgoing import dispatches, endpoints, tries
from commerce.tables.outgoing.endpoints import Chosen
from integrations.receivers import new_secret
from jobs import dispatches as sending
from jobs import process as jobs_process
from jobs.job import utc_now
from jobs.sweep import sweep
from tests.conftest import Backroom

LONG_AGO = timedelta(days=2)


def for_receivers(settings: Settings) -> Settings:
    """Settings that let receivers on this machine be called."""
    return replace(settings, allow_private_hosts=True)


@dataclass
class Merchant:
    """A shop whose merchant has endpoints."""

    backroom: Backroom
    shop: Any

    def endpoint(self, url: str, *filters: str, **more: Any) -> tuple[int, str]:
        """Add an endpoint; gives its id and secret."""
        secret = new_secret()
        chosen = Chosen(url=url, filters=filters or ("*",), **more)
        process = self.backroom.process
        with process.database.write() as db:
            key = endpoints.add(db, process.vault, shop_id=self.shop.id, chosen=chosen, secret=secret, now=utc_now())
        return key, secret

    def announce(self, *occasions: str, name: str = "order.paid", **more: Any) -> int:
        """Let something happen."""
        process = self.backroom.process
        events = [
            Announced(name=name, occasion=one, body={"id": one, "note": "Grüße, 世界"}, told_at=utc_now(), **more)
            for one in occasions
        ]
        with process.database.write() as db:
            shop = shops.by_id(db, process.vault, self.shop.id)
            assert shop is not None
            return sending.plan(db, shop, events, now=utc_now())

    def send(self) -> None:
        """Send what is due, however many slices that takes."""
        self.backroom.process.queues.wake("dispatch", [self.shop.id])
        self.backroom.work()

    def send_here(self) -> None:
        """Do one job of it in this thread."""
        sending.send_dispatches(shop_id=self.shop.id)

    def let_time_pass(self, passed: timedelta = LONG_AGO) -> None:
        """All that waits became due that long ago, and who rests has rested."""
        with self.backroom.process.database.write() as db:
            table = dispatches.dispatches
            db.execute(update(table).where(table.c.due_at.is_not(None)).values(due_at=utc_now() - passed))
            db.execute(update(endpoints.endpoints).values(rests_until=None))

    def swept(self) -> None:
        """What the sweep finds is done."""
        sweep()
        self.backroom.work()

    def rows(self, table: Any = dispatches.dispatches) -> list[Any]:
        with self.backroom.process.database.read() as db:
            return list(db.execute(select(table).order_by(table.c.id)).all())

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def known(self, key: int) -> Any:
        return next(row for row in self.rows(endpoints.endpoints) if row.id == key)

    def tries(self) -> list[Any]:
        return self.rows(tries.tries)

    def alerts(self) -> list[str]:
        """What the merchant is told on the home page."""
        with self.backroom.process.database.read() as db:
            return [row.words for row in alerts.newest(db, shop_id=self.shop.id, limit=9)]

    def strictly(self) -> None:
        """From now on no private hosts are called."""
        process = self.backroom.process
        jobs_process.start(replace(process, settings=replace(process.settings, allow_private_hosts=False)))

    def failing(self, key: int, *, since: datetime, failures: int) -> None:
        """The endpoint has failed for so long."""
        with self.backroom.process.database.write() as db:
            endpoints.learn(db, key, failing_since=since, failures=failures)
