"""Labels in plain words: how far they are, what to do, and what a file is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from commerce.tables import labels
from integrations.label_api import PDF, ZPL
from integrations.registry import carrier_title
from webapp.languages import gettext, translated
from webapp.languages import lazy_gettext as _

STATES: Mapping[str, str] = MappingProxyType(
    {
        labels.CLAIMED: _("Wanted"),
        labels.ASKING: _("Being bought"),
        labels.BOUGHT: _("Bought"),
        labels.FAILED: _("Not bought"),
        labels.UNSURE: _("Nobody knows"),
        labels.VOIDING: _("Being taken back"),
        labels.VOIDED: _("Taken back"),
    }
)
_TONES = {labels.BOUGHT: "good", labels.FAILED: "bad", labels.UNSURE: "bad", labels.VOIDED: ""}
_UNDER_WAY = (labels.CLAIMED, labels.ASKING, labels.VOIDING)
_CONTENT_TYPES = {PDF: "application/pdf", ZPL: "application/zpl"}
_ANOTHER = {
    labels.FAILED: _("Nothing was bought, so another one costs nothing extra. Put right what was wrong first."),
    labels.UNSURE: _(
        "That label may have been bought. Look at the carrier's account first: if it is there, a second one "
        "costs a second time."
    ),
    labels.VOIDED: _("That one was taken back. Another one is bought anew."),
}
# What jobs.labels stores of those that were not bought.
ERRORS = (
    _("A label needs a parcel, and each parcel a weight."),
    _("A label needs the countries of the sender and of the receiver."),
    _("No service takes this parcel: look at its weight, its size and the address."),
    _(
        "Nobody knows whether this label was bought: Backroom was stopped, or the carrier did not answer, in the "
        "middle of it. Look at the carrier's account before you make another one."
    ),
    _("Nobody makes labels for this carrier here: enter its account first."),
    _("The order was cancelled before this label was bought."),
)
_ONE_MORE = _("There is a label already, and it stays valid. Another one costs again.")
_TOLD = {
    labels.CLAIMED: _("A worker buys it in a moment."),
    labels.ASKING: _("The carrier is being asked."),
    labels.VOIDING: _("The carrier is asked to take it back."),
    labels.VOIDED: _("Do not use it any more."),
}


def title_of(carrier: str) -> str:
    """What people call a carrier."""
    return translated(carrier_title(carrier))


def tone(state: str) -> str:
    """The colour of a state's badge."""
    return _TONES.get(state, "wait")


def is_under_way(state: str) -> bool:
    """Whether a worker still has something to do about it."""
    return state in _UNDER_WAY


def about_another(state: str) -> str:
    """What somebody should know who wants another label beside one in this state."""
    return _ANOTHER.get(state, _ONE_MORE)


def explained(row: Any) -> str:
    """What a label's state means now, and what to do."""
    if row.state == labels.CLAIMED and row.error:
        return gettext("It did not work yet, and is tried again: %(error)s", error=translated(row.error))
    return translated(row.error) or str(_TOLD.get(row.state, ""))


def content_type(format: str) -> str:  # noqa: A002 - what it is called everywhere
    """The content type of a label's file."""
    return _CONTENT_TYPES.get(format, "application/octet-stream")


def file_name(row: Any) -> str:
    """What a label's file is called: letters, digits, dashes."""
    number = "".join(letter for letter in row.number if letter.isascii() and letter.isalnum())[:60]
    return f"label-{number or row.id}.{row.format if row.format in _CONTENT_TYPES else 'bin'}"
