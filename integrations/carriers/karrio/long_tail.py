"""Any other connector of karrio's: asked and read by karrio, and marked as such.

karrio writes the time on the clock there as if it were UTC ("…Z", the offset dropped), and calls what it does not know
in transit. So lines are `guessed`, without a zone, and the whole is not `trusted`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from commerce.rules import tracking
from commerce.rules.tracking import Place, Scan, Told
from integrations.carrier_api import GARBLED, NOT_FOUND, Account, Answer, Answers, Asked, Problem, TokenStore, Tracker
from integrations.carriers import clocks
from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.line import Line, open_line
from integrations.carriers.karrio.reading import NO_NUMBER, answer, is_number, plain
from integrations.carriers.karrio.transport import Talk
from integrations.errors import Permanent

# karrio's words (karrio.core.units.TrackingStatus) in ours. `unknown` says nothing.
STATUSES = {
    "pending": tracking.LABEL_CREATED,
    "picked_up": tracking.PICKED_UP,
    "in_transit": tracking.IN_TRANSIT,
    "on_hold": tracking.EXCEPTION,
    "delivery_delayed": tracking.DELAYED,
    "out_for_delivery": tracking.OUT_FOR_DELIVERY,
    "delivery_failed": tracking.ATTEMPT_FAILED,
    "ready_for_pickup": tracking.READY_FOR_PICKUP,
    "return_to_sender": tracking.RETURNING,
    "delivered": tracking.DELIVERED,
    "cancelled": tracking.CANCELLED,
    "unknown": "",
}
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %I:%M %p", "%Y-%m-%d")


class LongTail:
    """The Tracker of a carrier that karrio reads, one number at a time: one that fails spoils its whole batch."""

    def __init__(self, line: Line, carrier: str) -> None:
        self._line, self._carrier = line, carrier

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """Ask for each."""
        answers, calls, token_calls = [], 0, 0
        for one in asked:
            if not is_number(one.number):
                answers.append(Answer(number=one.number, problem=NO_NUMBER))
                continue
            parsed: list[Any] = []
            talk = self._line.talk(lambda found=parsed, one=one: found.append(self._ask(one)))  # type: ignore[misc]
            answers.append(self._answer(talk, parsed, one, now))
            calls, token_calls = calls + talk.calls, token_calls + talk.token_calls
        return Answers(answers=tuple(answers), calls=calls, token_calls=token_calls)

    def _ask(self, one: Asked) -> tuple[list[Any], list[Any]]:
        connection = self._line.connection
        answered = connection.proxy.get_tracking(self._line.requested([plain(one.number)]))
        details, messages = connection.mapper.parse_tracking_response(answered)
        return list(details or ()), list(messages or ())

    def _answer(self, talk: Talk, parsed: list[Any], one: Asked, now: datetime) -> Answer:
        trouble = meaning.of_talk(self._line.who, talk)
        details, messages = parsed[-1] if parsed else ([], [])
        if trouble is None and not details:
            said = next((str(message.message) for message in messages if getattr(message, "message", "")), "")
            kind = NOT_FOUND if messages else GARBLED
            trouble = Problem(kind=kind, message=f"{self._line.who}: {said or 'nothing was told of this number'}"[:300])
        if trouble is not None:
            return Answer(number=one.number, problem=trouble)
        return answer(self._read, details[0], one, now=now)

    def _read(self, details: Any, asked: Asked, *, now: datetime) -> Told:  # noqa: ARG002 - as all readers
        return told(details, asked.number, self._carrier)


def told(details: Any, number: str, carrier: str) -> Told:
    """karrio's TrackingDetails as what a carrier told."""
    events = [(event, moment) for event in details.events or () if (moment := _moment(event)) is not None]
    day = _day(details.estimated_delivery)
    status = str(details.status or "")
    words = {status, *(str(event.status) for event, _ in events if event.status)} - {""}
    return Told(
        number=number,
        carrier=carrier,
        scans=tuple(_scan(event, moment) for event, moment in events),
        status=tracking.DELIVERED if details.delivered else STATUSES.get(status, ""),
        expected_first=day,
        expected_last=day,
        service=str(getattr(details.info, "shipment_service", "") or ""),
        signed_by=str(getattr(details.info, "signed_by", "") or ""),
        trusted=False,
        unknown=tuple((word, word) for word in sorted(words - STATUSES.keys())),
    )


def _scan(event: Any, moment: datetime) -> Scan:
    return Scan(
        at=moment.replace(tzinfo=UTC),
        status=STATUSES.get(str(event.status or ""), ""),
        sub_status=str(event.reason or ""),
        code=str(event.code or ""),
        text=str(event.description or ""),
        place=Place(city=str(event.location or "")),
        local=moment.isoformat(timespec="seconds"),
        guessed=True,
    )


def _moment(event: Any) -> datetime | None:
    """The time on the clock there, as far as karrio kept it."""
    if event.timestamp:
        try:
            return _sane(datetime.fromisoformat(str(event.timestamp)).replace(tzinfo=None, microsecond=0))
        except ValueError:
            pass
    written = f"{event.date or ''} {event.time or ''}".strip()
    for form in _FORMATS:
        try:
            return _sane(datetime.strptime(written, form))  # noqa: DTZ007 - karrio dropped the offset
        except ValueError:
            continue
    return None


def _sane(read: datetime) -> datetime | None:
    """None for the year 1 and the like, which stand for no time at all and which no zone's clock can show."""
    return read if read.year in clocks.YEARS else None


def _day(written: Any) -> date | None:
    try:
        read = date.fromisoformat(str(written)[:10])
        return read if read.year in clocks.YEARS else None
    except ValueError:
        return None


def open_tracker(account: Account, tokens: TokenStore, **wire: Any) -> Tracker:
    """The tracker of an account with any connector that is installed. Raises KeyError where it is not, Permanent for
    settings that it does not take."""
    settings = dict(account.credentials)
    lines = settings.pop("settings", "").splitlines()
    settings |= {name.strip(): value.strip() for name, found, value in (line.partition("=") for line in lines) if found}
    try:
        line = open_line(account, tokens, account.carrier, _title(account.carrier), settings=settings, **wire)
    except ValueError as error:
        raise Permanent(f"{_title(account.carrier)}: its settings do not fit ({error}).") from None
    return LongTail(line, account.carrier)


def _title(carrier: str) -> str:
    return carrier.replace("_", " ").title()
