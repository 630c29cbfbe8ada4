"""Where a parcel goes to, as a time zone: from country, postcode and province. `zones.txt` holds the places.

The hours at which a shipment is asked about are those of its destination's clock (commerce/rules/polling.py): a zone
that is three hours wrong costs an hour and a half of delay on average, UTC instead of the American west ten.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_WRITTEN_SHORT = {"US": 5, "MX": 5, "FR": 5, "ES": 5, "AU": 4, "BR": 8}  # digits, where a leading 0 gets lost
_NOT_WRITTEN = re.compile(r"[^0-9A-Z]")


@dataclass(slots=True)
class _Country:
    """One country's zones: its most populous, by first characters of the postcode, and by province."""

    zone: str = ""
    postcodes: dict[str, str] = field(default_factory=dict)
    provinces: dict[str, str] = field(default_factory=dict)


def zone_of(country: str, postcode: str = "", province: str = "") -> str:
    """The IANA zone of a place, or "" where its country is not known.

    `country` is ISO 3166 alpha-2, `province` its code with or without the country's ("CA" or "US-CA"). The postcode
    decides, then the province, then where most of the country's people live.
    """
    return _found(country, postcode, province)[0]


def is_sure(country: str, postcode: str = "", province: str = "") -> bool:
    """Whether `zone_of` tells the zone from the place itself, not from where most people of its country live."""
    return _found(country, postcode, province)[1]


def _found(country: str, postcode: str, province: str) -> tuple[str, bool]:
    code = country.strip().upper()
    known = _countries().get(code)
    if known is None:
        return "", False
    digits = _NOT_WRITTEN.sub("", postcode.partition("-")[0].upper() if code == "US" else postcode.upper())
    if digits.isdigit() and len(digits) >= _WRITTEN_SHORT.get(code, 0) - 2:
        digits = digits.zfill(_WRITTEN_SHORT.get(code, 0))
    for length in range(len(digits), 0, -1):
        if digits[:length] in known.postcodes:
            return known.postcodes[digits[:length]], True
    by_province = known.provinces.get(province.strip().upper().removeprefix(f"{code}-"))
    if by_province:
        return by_province, True
    return known.zone, not known.postcodes and not known.provinces


@cache
def _countries() -> dict[str, _Country]:
    """The lines of zones.txt: country, zone, postcodes ("32-34" is 32 to 34), then provinces after "@"."""
    found: dict[str, _Country] = {}
    for line in Path(__file__).with_name("zones.txt").read_text(encoding="ascii").splitlines():
        if not line or line.startswith("#"):
            continue
        places, _, provinces = line.partition("@")
        code, zone, *postcodes = places.split()
        country = found.setdefault(code, _Country())
        if not country.zone:
            country.zone = zone
        country.provinces |= dict.fromkeys(provinces.split(), zone)
        for area in postcodes:
            country.postcodes |= dict.fromkeys(_prefixes(area), zone)
    return found


def _prefixes(area: str) -> list[str]:
    first, _, last = area.partition("-")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)] if last else [first]
