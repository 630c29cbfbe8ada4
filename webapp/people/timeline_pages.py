"""Where a page of a timeline begins, as its address carries it: the last entry's time, kind and object."""

from datetime import UTC, datetime

from webapp import inputs
from webapp.languages import gettext as _
from webapp.people.timeline import Place


def before() -> Place | None:
    """Behind which entry this request goes on; None where it begins. Raises Problem."""
    told = inputs.text("before")
    if not told:
        return None
    at, _tilde, rest = told.partition("~")
    kind, _tilde, ref = rest.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not kind:
        raise inputs.wrong("before", _("what the link to earlier entries says"))
    return moment.astimezone(UTC), kind, ref


def written(place: Place | None) -> str:
    """A place as `before` reads it; "" for none."""
    if place is None:
        return ""
    at, kind, ref = place
    return f"{at.astimezone(UTC).isoformat()}~{kind}~{ref}"
