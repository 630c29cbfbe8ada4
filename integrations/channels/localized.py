"""Money, days and numbers as people write them where the reader is."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError, dates, numbers

from commerce.rules.money import exponent, is_currency
from integrations.channels.wording import LANGUAGES, USUAL

_TOUCHING = re.compile(r"(?<=[A-Za-z])(?=\d)")


@lru_cache(maxsize=512)
def locale_of(tag: str) -> Locale:
    """The locale of a tag like "de-AT", as far as it is of a language that messages are written in."""
    parts = tag.replace("_", "-").split("-")
    if parts[0].lower() not in LANGUAGES:
        return Locale.parse(USUAL)
    try:
        return Locale.parse("-".join(parts), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(parts[0].lower())


@lru_cache(maxsize=16_384)
def money(amount: int, currency: str, tag: str) -> str:
    """Minor units as a reader of that language writes them: (1999, "EUR", "de") gives "19,99 €"."""
    units = Decimal(amount).scaleb(-exponent(currency))
    if not is_currency(currency):
        return number(units, tag)
    locale = locale_of(tag)
    written = _pattern(locale, exponent(currency)).apply(units, locale, currency=currency, currency_digits=False)
    # CLDR's currencySpacing, which babel does not read: a code does not touch the number.
    return _TOUCHING.sub("\u00a0", written).strip()


@lru_cache(maxsize=512)
def _pattern(locale: Locale, digits: int) -> numbers.NumberPattern:
    """How the locale writes money with so many decimals: ours, as CLDR rounds some currencies."""
    pattern = numbers.parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern


def number(value: Decimal | int | float, tag: str) -> str:
    """A number with its separators."""
    return numbers.format_decimal(value, locale=locale_of(tag))


def day(at: date | datetime, tag: str, zone: str) -> str:
    """A day with its month's name; of a moment, the day that it is in the zone."""
    local = at.astimezone(zone_of(zone)).date() if isinstance(at, datetime) else at
    return dates.format_date(local, format="long", locale=locale_of(tag))


def moment(at: datetime, tag: str, zone: str) -> str:
    """A day and the time in the zone, to the minute."""
    local, locale = at.astimezone(zone_of(zone)), locale_of(tag)
    clock = dates.format_time(local.time(), format="short", locale=locale)
    joined = str(dates.get_datetime_format("long", locale)).replace("'", "")
    return joined.replace("{1}", dates.format_date(local.date(), format="long", locale=locale)).replace("{0}", clock)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def read_time(told: object) -> datetime | date | None:
    """A moment or a day as contexts tell them (RFC 3339); None for what is neither."""
    if isinstance(told, datetime | date):
        return told
    try:
        text = str(told)
        if len(text) == 10:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
