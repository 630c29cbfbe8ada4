"""The form of a customer: what is filled in, what is wrong with it, and what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from commerce.mirror.changes import Said
from commerce.rules.people import keys, own_fields
from commerce.rules.people.own_fields import UnableToReadField
from commerce.rules.segments.fields import Declared
from commerce.rules.written_settings import is_storable
from integrations.platforms.phones import e164
from webapp import sentences
from webapp.languages import gettext as _

PLAIN = {"first_name": 100, "last_name": 100, "email": 320, "phone": 40, "locale": 20, "note": 5000}
OWN, WAS = "own_", "was_"
DASHBOARD = "dashboard"
_MOST_TAGS, _LONGEST_TAG = 250, 255

Own = Mapping[str, Declared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is filled in, as text; `wrong`: what has to be put right, by field."""

    values: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)


def blank(own: Own) -> Form:
    """The form of a new customer."""
    return Form(values=dict.fromkeys([*PLAIN, "tags", *(OWN + name for name in own)], ""))


def of_profile(row: Any, own: Own) -> Form:
    """The form of a customer who is there."""
    values = {name: getattr(row, name) for name in PLAIN} | {"tags": ", ".join(row.tags)}
    values |= {OWN + name: own_fields.text_of(row.attributes.get(name, {}).get("value")) for name in own}
    return Form(values=values)


def filled_in(form: MultiDict[str, str], before: Form) -> Form:
    """The form as it came; fields that did not come stay as they were."""
    return Form(values={name: _typed(form.get(name, value)) for name, value in before.values.items()})


def as_shown(form: MultiDict[str, str], now: Form) -> Form:
    """What stood in the form when it was opened, which came along with it; what did not come is as it is now.

    What the shop says meanwhile of a field that was not touched is not taken back by an older form.
    """
    return Form(values={name: _typed(form.get(WAS + name, value)) for name, value in now.values.items()})


def read(form: Form, before: Form, own: Own, *, country: str = "") -> tuple[Form, Said]:
    """The form with what is wrong, and what it says where nothing is: the fields that differ from `before`.

    `country`: of phones that are written without one.
    """
    wrong: dict[str, str] = {}
    differing = {name: value for name, value in form.values.items() if value != _typed(before.values[name])}
    fields: dict[str, str | None] = {}
    for name in PLAIN.keys() & differing.keys():
        fields[name] = _plain(name, differing[name], country, wrong)
    attributes: dict[str, Any] = {}
    for name, declared in own.items():
        if OWN + name in differing:
            try:
                attributes[name] = own_fields.value_of(declared, differing[OWN + name])
            except UnableToReadField as error:
                wrong[OWN + name] = sentences.this(error.text)
    tags = _tags(differing["tags"], wrong) if "tags" in differing else None
    said = Said(fields=fields, tags=tags, attributes=attributes or None, source=DASHBOARD)
    return Form(values=form.values, wrong=wrong), said


def is_nobody(form: Form) -> bool:
    """Whether there is nothing by which anybody could be told from others."""
    return not any(form.values[name] for name in ("first_name", "last_name", "email", "phone"))


def _typed(text: str) -> str:
    """Browsers send another end of lines than they were given."""
    return text.replace("\r\n", "\n").strip()


def _plain(name: str, value: str, country: str, wrong: dict[str, str]) -> str | None:
    if len(value) > PLAIN[name] or not is_storable(value):
        wrong[name] = _("This must be a text of at most %(most)s characters.", most=PLAIN[name])
    elif not value:
        return None
    elif name == "email":
        if not keys.mail(value):
            wrong[name] = _("This is no mail address. One looks like ada@example.org.")
        return keys.mail(value)
    elif name == "phone":
        number = e164(value, country)
        if not number:
            wrong[name] = _("This is no phone number with its country. One looks like +49 30 1234567.")
        return number
    return value


def _tags(text: str, wrong: dict[str, str]) -> list[str]:
    tags = list(dict.fromkeys(tag for one in text.split(",") if (tag := one.strip())))
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG or not is_storable(tag) for tag in tags):
        wrong["tags"] = _(
            "There may be %(most)s tags of at most %(longest)s characters each.", most=_MOST_TAGS, longest=_LONGEST_TAG
        )
    return tags
