"""The form of the tracking's settings: what was filled in, or what is wrong with each field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from commerce.rules.zones import zone_of
from commerce.tables.tracking_settings import LEVELS, TrackingSettings
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext

DAYS = {
    "no_information_days": (lazy_gettext("No information"), lazy_gettext("The carrier does not know the number.")),
    "not_handed_over_days": (
        lazy_gettext("Not handed over"),
        lazy_gettext("There is a label, and the carrier does not have the parcel."),
    ),
    "stuck_days": (lazy_gettext("Stuck"), lazy_gettext("The carrier has it, and there is no new line.")),
    "overdue_days": (lazy_gettext("Overdue"), lazy_gettext("The estimated day is over.")),
}
_LONGEST_DAYS = 60
_TEXTS = {"brand": 80, "help_text": 200}
_LONGEST_ADDRESS = 500
_COLOUR = re.compile(r"#?[0-9a-fA-F]{6}")
_WHITE_NEEDS = 4.5  # WCAG 2.1, 1.4.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How closely parcels are followed, and what that costs: calls for a parcel, hours until news are known."""

    name: str
    title: str
    calls: int
    hours: float
    for_whom: str


# Measured: docs/explanation/polling.md.
LEVEL_WORDS = (
    Level(
        name="economy",
        title=lazy_gettext("Economy"),
        calls=9,
        hours=1.6,
        for_whom=lazy_gettext("Small quotas, many parcels."),
    ),
    Level(
        name="balanced",
        title=lazy_gettext("Balanced"),
        calls=12,
        hours=1.2,
        for_whom=lazy_gettext("Right for most shops."),
    ),
    Level(
        name="fast",
        title=lazy_gettext("Fast"),
        calls=18,
        hours=0.8,
        for_whom=lazy_gettext("When customers ask within the hour."),
    ),
)


def read(form: Mapping[str, str], before: TrackingSettings) -> tuple[TrackingSettings, dict[str, str]]:
    """What was chosen, and what is wrong by field."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {name: _day(form, name, wrong) for name in DAYS}
    told |= {name: " ".join(form.get(name, "").replace("\x00", "").split()) for name in _TEXTS}
    told |= {name: form.get(name, "").strip() for name in ("level", "logo_url", "help_url", "from_postcode")}
    told["from_country"] = form.get("from_country", "").strip().upper()
    told["colour"] = _colour(form.get("colour", "").strip(), wrong)
    told |= {name: bool(form.get(name)) for name in ("tells_shop", "completes_orders")}
    for name, longest in _TEXTS.items():
        if len(told[name]) > longest:
            wrong[name] = _("This has at most %(most)s characters.", most=longest)
    if told["level"] not in LEVELS:
        wrong["level"] = _("Choose one of the three.")
    if told["from_country"] and not zone_of(told["from_country"]):
        wrong["from_country"] = _("This is no country's code of two letters, such as US.")
    if len(told["from_postcode"]) > 20:
        wrong["from_postcode"] = _("A postcode has at most 20 characters.")
    _check_address("logo_url", told["logo_url"], ("https",), _("The address has to begin with https://."), wrong)
    schemes, advice = ("https", "http", "mailto", "tel"), _("The address has to begin with https:// or mailto:.")
    _check_address("help_url", told["help_url"], schemes, advice, wrong)
    return replace(before, **told), wrong


def _day(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> int:
    told = form.get(name, "").strip()
    if told.isascii() and told.isdecimal() and len(told) <= 3 and 1 <= int(told) <= _LONGEST_DAYS:
        return int(told)
    wrong[name] = _("Days are a whole number from 1 to %(most)s.", most=_LONGEST_DAYS)
    return 1


def _colour(told: str, wrong: dict[str, str]) -> str:
    if told and not _COLOUR.fullmatch(told):
        wrong["colour"] = _("Write it as #0b6b5d.")
    return f"#{told.lstrip('#').lower()}" if told else ""


def _check_address(name: str, told: str, schemes: tuple[str, ...], advice: str, wrong: dict[str, str]) -> None:
    if not told:
        return
    try:
        found = urlsplit(told)
        is_good = found.scheme in schemes and bool(found.hostname or found.scheme in ("mailto", "tel"))
    except ValueError:
        is_good = False
    if not is_good or len(told) > _LONGEST_ADDRESS or not told.isprintable() or " " in told:
        wrong[name] = advice


def contrast_note(colour: str) -> str:
    """What becomes of a colour on which white is hard to read; empty where it is fine."""
    if not _COLOUR.fullmatch(colour):
        return ""
    ratio = contrast_with_white(colour)
    if ratio >= _WHITE_NEEDS:
        return ""
    return _(
        "White on it has a contrast of %(ratio)s to 1, where %(needed)s is needed: it is shown darker, or with dark "
        "words.",
        ratio=formats.decimal(ratio),
        needed=formats.decimal(_WHITE_NEEDS),
    )


def contrast_with_white(colour: str) -> float:
    """The contrast of a colour (#rrggbb) with white, from 1 to 21 (WCAG 2.1)."""
    digits = colour.lstrip("#")
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
