"""A parcel that another program tells of, read from JSON: a parcel, or a clear error that names the field."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.rules.written_settings import is_storable
from commerce.rules.zones import zone_of
from integrations.carriers.numbers import choosing
from webapp.api.complaints import name_of
from webapp.inputs import is_time
from webapp.tracking import asking
from webapp.tracking.asking import Told

FIELDS = ("number", "carrier", "order_id", "to", "shipped_at", "language")
TO_FIELDS = ("country", "postcode", "province")
_AHEAD = timedelta(days=1)  # clocks differ
_LONGEST = {"number": 100, "carrier": 100, "order_id": 100, "language": 20, "to.postcode": 20, "to.province": 60}


class UnableToReadParcel(Exception):
    """`field` cannot be; `text` says what it may be, to stand behind its name."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field} {text}")
        self.field, self.text = field, text


def read(told: Mapping[str, Any], now: datetime) -> Told:
    """The parcel. Raises UnableToReadParcel."""
    _known(told, FIELDS, "")
    to = told.get("to")
    if to is not None and not isinstance(to, dict):
        raise UnableToReadParcel("to", "is an object with country, postcode and province")
    _known(to or {}, TO_FIELDS, "to.")
    number = choosing.normalised(_text(told, "number"))
    if not asking.SHORTEST_NUMBER <= len(number) <= asking.LONGEST_NUMBER:
        shortest, longest = asking.SHORTEST_NUMBER, asking.LONGEST_NUMBER
        raise UnableToReadParcel("number", f"has {shortest} to {longest} letters and digits")
    word = _text(told, "carrier")
    carrier = asking.carrier_named(word) if word else ""
    if carrier is None:
        raise UnableToReadParcel("carrier", "is no carrier that is known")
    country = _text(to or {}, "country", "to.").upper()
    if country and not zone_of(country):
        raise UnableToReadParcel("to.country", "is a country's code of two letters, such as US")
    return Told(
        number=number,
        carrier=carrier,
        order_id=_text(told, "order_id"),
        country=country,
        postcode=_text(to or {}, "postcode", "to."),
        province=_text(to or {}, "province", "to."),
        shipped_at=_moment(told, now),
        language=_text(told, "language"),
    )


def _known(told: Mapping[str, Any], names: tuple[str, ...], before: str) -> None:
    unknown = next((name for name in told if name not in names), None)
    if unknown is not None:
        raise UnableToReadParcel(f"{before}{name_of(str(unknown))}", "is not known: there are " + ", ".join(names))


def _text(told: Mapping[str, Any], name: str, before: str = "") -> str:
    value, longest = told.get(name), _LONGEST.get(f"{before}{name}", 100)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not is_storable(value):
        raise UnableToReadParcel(f"{before}{name}", f"is text of at most {longest} characters")
    return value.strip()


def _moment(told: Mapping[str, Any], now: datetime) -> datetime | None:
    value = told.get("shipped_at")
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        if not is_time(value) or not 2000 <= at.year <= 2200:
            raise ValueError
        at = at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise UnableToReadParcel("shipped_at", "is a time such as 2026-05-01T12:00:00Z") from None
    if at > now + _AHEAD:
        raise UnableToReadParcel("shipped_at", "is more than a day ahead")
    return at
