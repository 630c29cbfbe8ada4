"""Which carriers a number may belong to, by the formats in formats/ (see README.md) and more_formats.json."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from integrations.carriers.numbers.check_digits import is_right

_HERE = Path(__file__).parent
_GROUP = re.compile(r"\(\?<(?=[A-Za-z])")
_LETTERS = re.compile(r"[A-Z]{2}|^[0-9]?[A-Z]")
_CARRIERS = {"canada_post": "canadapost", "amazon": "amazon_shipping", "ontrac": "ontrac", "dpd": "dpd"}
# Whose number one of the post's international format (UPU S10) is, by the country at its end.
_POSTS = {"US": "usps", "DE": "dhl", "CA": "canadapost", "GB": "royalmail", "AU": "australiapost", "FR": "laposte"}
_LONGEST = 64
_PREFIXED, _CHECKED = 2000, 1000
SURE = _PREFIXED + _CHECKED  # of `weight`: both a prefix and a right check digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A format that the number has. `carrier` is our name of who carries it, `courier` what the definitions call it.

    `is_checked`: its check digit is right. What the number itself tells: the kind of service, where the parcel goes
    (postcode as it stands in the number, ISO country), and for the post's international numbers where it is from.
    `weight` is what candidates are ordered by.
    """

    carrier: str
    courier: str
    format: str
    service: str = ""
    is_checked: bool = False
    postcode: str = ""
    country: str = ""
    origin_country: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class _Format:
    """A definition with its pattern compiled."""

    code: str
    courier: str
    name: str
    pattern: re.Pattern[str]
    told: Mapping[str, Any]
    has_prefix: bool


def candidates(number: str) -> list[Candidate]:
    """Every format that the number has, the surest first: with a right check digit, then with letters that only one
    carrier uses, then the longer one. Spaces, dashes and case do not matter."""
    written = "".join(number.upper().split())
    plain = "".join(sign for sign in written if sign.isascii() and sign.isalnum())
    if not plain or len(written) > _LONGEST:
        return []
    ways = (plain,) if written == plain else (plain, written)  # one format has a dash that counts
    found = [candidate for one in _formats() for way in ways if (candidate := _fits(one, way))]
    return sorted(found, key=lambda candidate: -candidate.weight)


def couriers() -> frozenset[str]:
    """What the definitions call all the carriers that they know, in lower case."""
    return frozenset(name.lower() for one in _formats() for name in (one.courier, one.code.replace("_", " ")))


def _fits(one: _Format, number: str) -> Candidate | None:
    match = one.pattern.fullmatch(number)
    if match is None:
        return None
    groups = {name: text or "" for name, text in match.groupdict().items()}
    rules = one.told.get("validation") or {}
    check = rules.get("checksum")
    if check and not is_right(_serial(groups.get("SerialNumber", ""), rules), groups.get("CheckDigit", ""), check):
        return None
    looked_up = {told["name"]: _looked_up(told, groups) for told in one.told.get("additional") or []}
    if any(not looked_up.get(name) for name in (rules.get("additional") or {}).get("exists", ())):
        return None
    return _candidate(one, groups, looked_up, is_checked=bool(check))


def _candidate(
    one: _Format, groups: Mapping[str, str], looked_up: Mapping[str, Mapping[str, str]], *, is_checked: bool
) -> Candidate:
    post = looked_up.get("Courier") or {}
    service = looked_up.get("Service Type") or {}
    country = (looked_up.get("Country Code") or {}).get("country_short_code", "")
    origin = post.get("matches", "")
    length = sum(len(text) for name, text in groups.items() if name in ("SerialNumber", "CheckDigit"))
    return Candidate(
        carrier=_POSTS.get(origin, "") if post else _CARRIERS.get(one.code, one.code),
        courier=post.get("courier") or one.courier,
        format=one.name,
        service=service.get("name", ""),
        is_checked=is_checked,
        postcode=groups.get("DestinationZip", ""),
        country=country if len(country) == 2 else "",
        origin_country=origin,
        weight=_PREFIXED * one.has_prefix + _CHECKED * is_checked + length,
    )


def _serial(serial: str, rules: Mapping[str, Any]) -> str:
    before = (rules.get("serial_number_format") or {}).get("prepend_if") or {}
    if before and re.match(before["matches_regex"], serial):
        return str(before["content"]) + serial
    return serial


def _looked_up(told: Mapping[str, Any], groups: Mapping[str, str]) -> Mapping[str, str]:
    value = groups.get(told["regex_group_name"], "")
    for line in told["lookup"]:
        pattern = line.get("matches_regex")
        if line.get("matches") == value or (pattern and re.fullmatch(pattern, value)):
            return dict(line)
    return {}


@cache
def _formats() -> tuple[_Format, ...]:
    return tuple(_read())


def _read() -> Iterator[_Format]:
    for file in (*sorted(_HERE.glob("formats/*.json")), _HERE / "more_formats.json"):
        definitions = json.loads(file.read_text(encoding="utf-8"))
        for told in definitions["tracking_numbers"]:
            written = told["regex"] if isinstance(told["regex"], str) else "".join(told["regex"])
            sample = "".join(sign for sign in told["test_numbers"]["valid"][0].upper() if sign.isalnum())
            yield _Format(
                code=told.get("courier_code") or definitions["courier_code"],
                courier=told.get("courier") or definitions["name"],
                name=told["name"],
                pattern=re.compile(_GROUP.sub("(?P<", written)),
                told=told,
                has_prefix=told.get("prefix", _LETTERS.search(sample) is not None),
            )
