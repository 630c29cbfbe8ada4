"""One channel's messages of a shop, handed over one after the other, each at most once.

That a message is being sent is committed right before the point of no return, together with what became of the one
before it: one commit for each message, and one message at a time of which, should the process die now, nobody would
know whether it was sent.
"""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from time import sleep
from typing import Any

import structlog

from commerce.database import is_unreachable
from commerce.rules.notifications.states import BOUNCED, FAILED, QUEUED, SENT, UNCERTAIN
from commerce.tables.notifications import notifications
from integrations.channel_api import Away, Bounced, Channel, Outgoing, Unsure
from integrations.errors import OutsideError, RateLimited, Transient
from jobs.job import Lease, is_ours, pause, utc_now
from jobs.messages import outcomes
from jobs.process import Process

_BACKOFF = (5, 20, 60, 180, 600, 1800)
_AWAY = (3, 6, 15, 30, 60, 120)  # seconds for which nothing is sent over a channel that is away
_MOST_BREAKS = 5
_AGAIN = (0.2, 1.0, 3.0)  # seconds until what became of a message is written again, where the database is busy

_log = structlog.get_logger(__name__)


class NotWanted(Exception):
    """The message was taken back, or erased, while it was on its way to be sent: it is not sent."""


class Lane:
    """What was sent over a channel, and what of it is not written yet. `channel` is opened with the first message."""

    def __init__(self, process: Process, held: Lease, name: str, opened: Callable[[], Channel]) -> None:
        self._process, self._held, self._name, self._opened = process, held, name, opened
        self._untold: list[tuple[Any, dict[str, Any]]] = []
        self._began = False

    def note(self, row: Any, told: dict[str, Any]) -> None:
        """Something became of a message that needs no channel; it is written with the next one, or at the end."""
        self._untold.append((row, told))

    def send(self, row: Any, message: Outgoing, written: Mapping[str, Any]) -> bool:
        """Hand over one message; `written` are its columns. False where the channel takes nothing now. Raises what the
        database raises, LeaseLost."""
        self._began = False
        try:
            receipt = self._opened().send(message, about_to=lambda: self._begin(row, written))
        except (Away, RateLimited) as error:
            seconds = error.retry_after if isinstance(error, RateLimited) else pause(_AWAY, row.attempts)
            self._try_later(row, written, error, seconds)
            self._postpone(error, seconds)
            return False
        except NotWanted:
            return True
        except OutsideError as error:
            self._refused(row, written, error)
        except Exception as error:
            if not is_ours(error):
                raise
            self.broke(row, error, written)
        else:
            self._end(row, written, SENT, receipt.words, reference=receipt.reference)
        return True

    def _begin(self, row: Any, written: Mapping[str, Any]) -> None:
        """The point of no return. What this raises keeps the channel from sending."""
        now = utc_now()
        with self._process.database.write() as db:
            self._held.keep(db)
            outcomes.write(db, self._held.shop_id, self._untold, now=now)
            values = {**written, "attempts": row.attempts + 1, "began_at": now, "due_at": now, "reason": ""}
            if not notifications.begin(db, row.id, **values):
                raise NotWanted
        self._untold.clear()
        self._began = True

    def _refused(self, row: Any, written: Mapping[str, Any], error: OutsideError) -> None:
        """It was not sent, or nobody knows."""
        if isinstance(error, Unsure):
            self._end(row, written, UNCERTAIN, f"{error} It is not sent again by itself.")
        elif isinstance(error, Bounced):
            self._end(row, written, BOUNCED, str(error))
        elif isinstance(error, Transient):
            self._try_later(row, written, error, pause(_BACKOFF, row.attempts))
        else:
            self._end(row, written, FAILED, str(error))

    def broke(self, row: Any, error: Exception, written: Mapping[str, Any] | None = None) -> None:
        """A defect of ours, while the message was written (then nothing is) or handed over."""
        if written is None:
            written, self._began = {}, False
        _log.exception("message.broke", notification=row.id, error=type(error).__name__)
        words = f"Backroom broke ({type(error).__name__}); its log says more."
        if self._began:
            self._end(row, written, UNCERTAIN, f"{words} Nobody knows whether it was sent.")
        elif row.attempts + 1 >= _MOST_BREAKS:
            self._end(row, written, FAILED, words)
        else:
            self._try_later(row, written, words, pause(_BACKOFF, row.attempts))

    def _try_later(self, row: Any, written: Mapping[str, Any], why: object, seconds: float) -> None:
        """Again after some time, unless it would say nothing new by then."""
        until = utc_now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))
        if until >= row.expires_at:
            self._end(row, written, FAILED, f"{why} By the next try it would say nothing new.")
            return
        told = outcomes.waits(row, state=QUEUED, until=until, words=str(why), tried=True, began=self._began)
        self._untold.append((row, told))

    def _end(self, row: Any, written: Mapping[str, Any], state: str, words: str, *, reference: str = "") -> None:
        told = outcomes.ends(row, state=state, words=words, at=utc_now(), began=self._began, reference=reference)
        if not self._began:  # what it would have said is kept all the same
            told |= {**written, "attempts": row.attempts + 1}
        self._untold.append((row, told))

    def _postpone(self, error: OutsideError, seconds: float) -> None:
        """Nothing goes out over this channel for a while; the other messages need not find that out one by one."""
        until = utc_now() + timedelta(seconds=seconds)
        _log.warning("channel.away", channel=self._name, error=str(error))
        self.flush()
        with self._process.database.write() as db:
            self._held.keep(db)
            shop_id = self._held.shop_id
            notifications.postpone(db, shop_id=shop_id, channel=self._name, until=until, reason=str(error))

    def flush(self) -> None:
        """Write what became of messages, also where somebody took the lease over: it happened."""
        for seconds in (*_AGAIN, 0.0):
            if not self._untold:
                return
            try:
                with self._process.database.write() as db:
                    outcomes.write(db, self._held.shop_id, self._untold, now=utc_now())
            except Exception as error:
                if not is_unreachable(error) or not seconds:
                    raise
                sleep(seconds)
            else:
                self._untold.clear()
