"""Shipping labels: bought once. Each has a row before its carrier is asked, and the reply is kept before it is read.

A worker that dies while it asks leaves a row that says so. Where the reply was kept, the next one reads the label from
it; where not, nobody knows whether one was bought, and the merchant is shown that instead of a second one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import following, steering
from commerce.mirror.following import Wanted
from commerce.rules.orders import CANCELLED
from commerce.rules.tracking import LABEL_CREATED
from commerce.tables import carriers, labels, order_tracking, orders
from commerce.tables.shops import Shop
from integrations import registry
from integrations.carrier_api import Account
from integrations.carriers.numbers.choosing import normalised
from integrations.errors import OutsideError, Permanent, RateLimited, Transient
from integrations.label_api import Label, LabelMaker, Sending, UnableToReadReply, Unsure, sending_of
from jobs import consequences, queues
from jobs.job import Lease, is_ours, job, pause, utc_now
from jobs.order_steps import labelled
from jobs.order_steps.labelled import WANTED_BY_STEP
from jobs.process import Process
from jobs.slices import Work, work_off
from jobs.tracking import accounts
from jobs.tracking.rounds import shop_of

LEASE = "labels"
_BACKOFF = (30, 120, 600)
_MOST_TRIES = 5
_UNSURE = (
    "Nobody knows whether this label was bought: Backroom was stopped, or the carrier did not answer, in the middle of "
    "it. Look at the carrier's account before you make another one."
)
_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=300)
def make_labels(*, shop_id: int) -> None:
    """Buy the shop's labels that are wanted, and take back those that are not, oldest first."""
    work_off(Work(wake=queues.LABEL, lease=LEASE, batch=one_label, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return labels.due(db, shop_id=shop_id, now=utc_now()) is not None


def one_label(process: Process, held: Lease) -> int:
    """The label that waits for longest; gives 1 where there was one. Raises LeaseLost."""
    with process.database.read() as db:
        row = labels.due(db, shop_id=held.shop_id, now=utc_now())
        own = carriers.of_shop(db, process.vault, shop_id=held.shop_id) if row else {}
    shop = shop_of(process, held.shop_id)
    if row is None or shop is None:
        return 0
    work = _Work(process, held, shop, row)
    try:
        maker = registry.label_maker(_account(process, row.carrier, own), process.settings, _tokens(process))
    except KeyError:
        work.end(labels.FAILED, "Nobody makes labels for this carrier here: enter its account first.")
    except OutsideError as error:
        work.end(labels.FAILED, str(error))
    else:
        work.void(maker) if row.state == labels.VOIDING else work.buy(maker)
    return 1


def _account(process: Process, carrier: str, own: Mapping[str, carriers.Account]) -> Account:
    """Raises KeyError where the carrier needs an account and the shop has none."""
    about = registry.carrier(carrier)
    if carrier not in own and any(field.required for field in about.fields):
        raise KeyError(carrier)
    return accounts.at_carrier(own.get(carrier) or accounts.without(carrier), process.settings)


def _tokens(process: Process) -> Any:
    return registry.carrier_tokens(process.settings, process.vault)


class _Work:
    """A label's row, and what is done about it."""

    def __init__(self, process: Process, held: Lease, shop: Shop, row: Any) -> None:
        self._process, self._held, self._shop, self._row = process, held, shop, row

    def buy(self, maker: LabelMaker) -> None:
        """Ask for it, or read what was answered to a worker that died since."""
        if self._row.state == labels.CLAIMED and self._is_of_cancelled():
            self.end(labels.FAILED, "The order was cancelled before this label was bought.")
            return
        try:
            sending = sending_of(self._row.asked, key=self._row.key)
            if self._row.state == labels.ASKING:
                if self._row.reply is None:
                    self.end(labels.UNSURE, _UNSURE)
                    return
                label = maker.read(replace(sending, service=self._row.service), self._row.reply)
            else:
                sending = _with_cheapest(maker, sending)
                self._write(state=labels.ASKING, service=sending.service, attempts=self._row.attempts + 1)
                label = maker.buy(sending, on_reply=self._keep)
        except Unsure as error:
            self.end(labels.UNSURE, f"{error} {_UNSURE}")
        except UnableToReadReply as error:
            self.end(labels.UNSURE, f"It was bought, but the reply cannot be read: {error}")
        except OutsideError as error:
            self._not_bought(error)
        except Exception as error:
            if not is_ours(error):
                raise
            _log.exception("label.broke", label=self._row.id)
            self.end(labels.UNSURE, f"Backroom broke ({type(error).__name__}); its log says more. {_UNSURE}")
        else:
            self._bought(label)

    def _is_of_cancelled(self) -> bool:
        """Whether a rule wanted it for an order that was cancelled since. What a person wants, a person decides."""
        if not self._row.key.startswith(WANTED_BY_STEP):
            return False
        with self._process.database.read() as db:
            order = orders.by_ids(db, shop_id=self._shop.id, ids=[self._row.order_id]).get(self._row.order_id)
        return order is not None and order.status == CANCELLED

    def void(self, maker: LabelMaker) -> None:
        """Take it back."""
        try:
            maker.void(self._row.carrier_reference)
        except OutsideError as error:
            self.end(labels.BOUGHT, f"It was not taken back: {error}")
        except Exception as error:
            if not is_ours(error):
                raise
            _log.exception("label.broke", label=self._row.id)
            why = f"Backroom broke ({type(error).__name__}); its log says more. Look at the carrier's account."
            self.end(labels.BOUGHT, f"Nobody knows whether it was taken back. {why}")
        else:
            self._taken_back()

    def _taken_back(self) -> None:
        """Nobody asks for its parcel any more, unless somebody sent it all the same."""
        now, number = utc_now(), normalised(self._row.number)
        with self._process.database.write() as db:
            self._held.keep(db)
            labels.change(db, self._row.id, state=labels.VOIDED, error="", due_at=None, finished_at=now)
            found = order_tracking.by_numbers(db, shop_id=self._shop.id, numbers={number}).get(number)
            if found is not None and found.source == order_tracking.LABEL and not found.moved:
                steering.complete(db, found, now=now)

    def _not_bought(self, error: OutsideError) -> None:
        """No label was bought, and another try may get one."""
        attempts = self._row.attempts + 1
        if not isinstance(error, Transient | RateLimited) or attempts >= _MOST_TRIES:
            self.end(labels.FAILED, str(error))
            return
        wait = error.retry_after if isinstance(error, RateLimited) else pause(_BACKOFF, attempts - 1)
        self._write(state=labels.CLAIMED, error=str(error), due_at=utc_now() + timedelta(seconds=wait))

    def _bought(self, label: Label) -> None:
        """Keep it, and follow its parcel."""
        row, now = self._row, utc_now()
        values = {
            "state": labels.BOUGHT,
            "number": label.number,
            "carrier_reference": label.reference,
            "amount": label.amount,
            "currency": label.currency,
            "format": label.format,
            "file": label.file,
            "error": "",
            "due_at": None,
            "finished_at": now,
        }
        with self._process.database.write() as db:
            self._held.keep(db)
            labels.change(db, row.id, **values)
            self._follow(db, label)
            planned = self._tell(db, labels.BOUGHT, f"Bought: {label.number}.")
        consequences.begin(self._process, planned)

    def _tell(self, db: Connection, state: str, words: str) -> consequences.Planned:
        """The step that wanted it ends with it, and others hear of it."""
        now = utc_now()
        happened = labelled.ended(db, self._row, state=state, words=words, now=now)
        return consequences.plan(db, self._process, self._shop, happened, [], now=now)

    def _follow(self, db: Connection, label: Label) -> None:
        row, now = self._row, utc_now()
        if not registry.carrier(row.carrier).tracks:
            return
        order = orders.by_ids(db, shop_id=self._shop.id, ids=[row.order_id]).get(row.order_id)
        wanted = [
            Wanted(
                number=normalised(number),
                carrier=row.carrier,
                order_id=row.order_id,
                status=LABEL_CREATED,
                shipped_at=now,
                to=row.asked["receiver"],
                language=(order.locale or "") if order else "",
                source=order_tracking.LABEL,
            )
            for number in dict.fromkeys((label.number, *label.numbers))
        ]
        known = accounts.ways(db, self._process.vault, shop_id=self._shop.id)
        following.add(db, shop_id=self._shop.id, wanted=wanted, known=known, now=now)

    def _keep(self, reply: bytes) -> None:
        """Keep what was answered, also where somebody took the lease over and gave the label up meanwhile: it was
        paid for, and whoever comes next reads it."""
        with self._process.database.write() as db:
            labels.change(db, self._row.id, reply=reply, state=labels.ASKING, due_at=utc_now())

    def end(self, state: str, error: str) -> None:
        """It came to an end."""
        if error:
            _log.warning("label.failed", label=self._row.id, state=state, error=error)
        with self._process.database.write() as db:
            self._held.keep(db)
            labels.change(db, self._row.id, state=state, error=error, due_at=None, finished_at=utc_now())
            if state != labels.BOUGHT:  # one that could not be taken back is what it was
                planned = self._tell(db, state, error)
        if state != labels.BOUGHT:
            consequences.begin(self._process, planned)

    def _write(self, **values: Any) -> None:
        with self._process.database.write() as db:
            self._held.keep(db)
            labels.change(db, self._row.id, **values)


def _with_cheapest(maker: LabelMaker, sending: Sending) -> Sending:
    """The cheapest service that takes it, where none was chosen. Raises as `rates`, Permanent where there is none."""
    if sending.service:
        return sending
    rates = maker.rates(sending)
    if not rates:
        raise Permanent("No service takes this parcel: look at its weight, its size and the address.")
    return replace(sending, service=rates[0].service)
