"""The form of a label: what it is filled with, and what was filled in, as the JSON that programs send."""

from collections.abc import Mapping
from typing import Any

from integrations.labels.written import ADDRESS, MOST_BOXES, SIDES, Usual
from webapp.languages import gettext, translated
from webapp.languages import lazy_gettext as _

SENDER, RECEIVER = "from", "to"
_MILLIMETRES = 10  # in a centimetre
_LONGEST_DIGITS = 7
# How fields of an address are called, in the order of the form.
ADDRESS_TITLES = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "address1": _("Street and number"),
    "address2": _("Floor, building"),
    "postcode": _("Postcode"),
    "city": _("Town"),
    "province": _("State or province"),
    "country": _("Country, as two letters"),
    "phone": _("Phone"),
    "email": _("Mail"),
}
# What forms can be told is wrong: "This", and what stands behind a field's name for programs.
COMPLAINTS = (
    _("This is a country's code of two letters, such as US."),
    _("This is a whole number from 1 to 1000000."),
    _("This is a whole number from 1 to 20."),
    _("This is needed."),
    _("This is text of at most 20 characters."),
    _("This is text of at most 40 characters."),
    _("This is text of at most 50 characters."),
    _("This is text of at most 100 characters."),
    _("This is text of at most 200 characters."),
    _("This or a company is needed."),
)


def filled(usual: Usual, form: Mapping[str, str]) -> dict[str, str]:
    """What stands in each field: what was filled in, else what is usual."""
    first = {"carrier": next(iter(usual.makers), ""), "format": "pdf", "boxes": "1", "reference": usual.reference}
    for who, address in ((SENDER, usual.sender), (RECEIVER, usual.receiver)):
        first |= {f"{who}_{name}": address.get(name, "") for name in ADDRESS}
    return first | {name: value for name, value in form.items() if name != "csrf_token"}


def read(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The label as programs tell it, and what is wrong with the fields that only the form has. Boxes are alike."""
    wrong: dict[str, str] = {}
    count = _whole(form, "boxes")
    if not isinstance(count, int) or not 1 <= count <= MOST_BOXES:
        wrong["boxes"] = f"is a whole number from 1 to {MOST_BOXES}"
        count = 1
    sides = {side: _millimetres(form.get(side, "")) for side in SIDES if form.get(side, "").strip()}
    box = {"grams": _whole(form, "grams"), **sides}
    told: dict[str, Any] = {name: form.get(name, "") for name in ("carrier", "service", "format", "reference")}
    for who in (SENDER, RECEIVER):
        told[who] = {name: form.get(f"{who}_{name}", "") for name in ADDRESS}
    return told | {"boxes": [box] * count, "signature": bool(form.get("signature"))}, wrong


def wrong_fields(wrong: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the form's own names, as sentences."""
    names = {name: name.removeprefix("boxes.0.").replace(".", "_") for name in wrong if not _repeats(name)}
    shown = {names[name]: translated(f"This {text}.") for name, text in wrong.items() if name in names}
    if any(side in shown for side in SIDES):
        told = gettext("A size has three sides, in centimetres, each at most 1,000.")
        shown |= {side: told for side in SIDES if side in shown}
    return shown


def _repeats(name: str) -> bool:
    """Whether it is about the second box or a later one: they are like the first."""
    return name.startswith("boxes.") and not name.startswith("boxes.0.")


def _whole(form: Mapping[str, str], name: str) -> int | str:
    """A number, or the words that are none."""
    told = form.get(name, "").strip()
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _LONGEST_DIGITS else told


def _millimetres(told: str) -> int | str:
    """Centimetres with a point or a comma, as millimetres."""
    try:
        return round(float(told.strip().replace(",", ".")) * _MILLIMETRES)
    except (ValueError, OverflowError):
        return told
