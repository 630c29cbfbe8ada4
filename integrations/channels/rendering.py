"""Messages written out: subject, HTML and plain text of a mail, and the short forms for other channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from liquid.template import BoundTemplate

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import KINDS, MERCHANT
from integrations.channels import gsm, liquids
from integrations.channels.compiling import Compiled, UnableToCompile, compiled
from integrations.channels.composing import LONGEST_SUBJECT, one_line
from integrations.channels.defaults import Template, usual
from integrations.channels.text_part import tidied
from integrations.channels.wording import language_of, words_of

CLIPPED_AT = 102_000  # bytes of HTML after which Gmail shows no more
_LONGEST_NAME = 40  # in a text message
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # docs.slack.dev, "Escaping text"


class UnableToRender(ValueError):
    """The template went wrong with what it was given; the message says where, and nothing of what it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail as it is sent; `repr` shows nothing of it."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def is_clipped(self) -> bool:
        """Whether Gmail cuts it off."""
        return len(self.html.encode("utf-8", "replace")) > CLIPPED_AT


def render(template: Template, context: Mapping[str, Any], *, language: str, brand: Brand) -> Rendered:
    """A mail of a template. `context` is what `context.py` makes; money and days are written as `language`, a tag like
    "de-AT", has it. Raises UnableToRender."""
    try:
        ready = compiled(template)
    except UnableToCompile as error:
        raise UnableToRender(str(error)) from error
    return filled(ready, values(template.kind, context, language=language, brand=brand))


def filled(ready: Compiled, told: Mapping[str, Any]) -> Rendered:
    """A template that is ready, filled in with what `values` gives. Raises UnableToRender."""
    return Rendered(
        subject=one_line(_filled(ready.subject, told), LONGEST_SUBJECT),
        html=_filled(ready.html, told),
        text=tidied(_filled(ready.text, told)),
    )


def render_usual(kind: str, context: Mapping[str, Any], *, language: str, brand: Brand) -> Rendered:
    """A mail of the usual template in the reader's language. Raises UnableToRender, KeyError for an unknown kind."""
    return render(usual(kind, language), context, language=language, brand=brand)


def render_sms(kind: str, context: Mapping[str, Any], *, language: str, brand: Brand) -> str:
    """A text message, in at most `gsm.MOST_PARTS` parts. Raises UnableToRender."""
    return gsm.fitted(_line(kind, "sms", _with_short_names(context), language, brand))


def render_slack(kind: str, context: Mapping[str, Any], *, language: str, brand: Brand) -> str:
    """A message in Slack's markup, with a link where there is one. Raises UnableToRender."""
    heading, text = (_line(kind, name, context, language, brand).translate(_SLACK) for name in ("subject", "text"))
    url = link_of(kind, context)
    label = _line(kind, _label_of(kind), context, language, brand).translate(_SLACK)
    link = f"\n<{url.translate(_SLACK)}|{label}>" if url else ""
    return f"*{heading.replace('*', '∗')}*\n{text}{link}"


def render_webhook(kind: str, context: Mapping[str, Any], *, at: datetime) -> str:
    """The body of a signed webhook: `type`, `timestamp` and `data`, as Standard Webhooks proposes."""
    return orjson.dumps({"type": f"notification.{kind}", "timestamp": at.isoformat(), "data": context}).decode()


def link_of(kind: str, context: Mapping[str, Any]) -> str:
    """Where a message leads; empty where nowhere."""
    if "shipment" in KINDS[kind].objects:
        return str(context.get("tracking_url") or "")
    places = (context.get(name) for name in ("order", "product", "stock", "digest", "alert"))
    return next((str(place.get("url") or "") for place in places if isinstance(place, Mapping)), "")


def _with_short_names(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """The context with names so short that there is room for the links, which stand at the end of text messages."""
    named = {"shop": "name", "product": "title", "alert": "title"}
    cut = {
        place: {**context[place], name: one_line(str(context[place].get(name) or ""), _LONGEST_NAME)}
        for place, name in named.items()
        if isinstance(context.get(place), Mapping)
    }
    return {**context, **cut}


def _label_of(kind: str) -> str:
    objects = KINDS[kind].objects
    labels = {"shipment": "track_parcel", "order": "view_order", "product": "see_product"}
    return next((label for name, label in labels.items() if name in objects), "open_dashboard")


def _line(kind: str, name: str, context: Mapping[str, Any], language: str, brand: Brand) -> str:
    source = words_of(kind, language_of(language))[name]
    told = values(kind, context, language=language, brand=brand)
    return " ".join(_filled(liquids.plain(source), told).split())


def values(kind: str, context: Mapping[str, Any], *, language: str, brand: Brand) -> dict[str, Any]:
    """What templates read: the context with its amounts made ready, the brand, and the language."""
    shown = replace(brand, help_url="") if KINDS[kind].audience == MERCHANT else brand
    return {**liquids.ready(context, language), "brand": shown.shown(), "language": language}


def _filled(template: BoundTemplate, told: Mapping[str, Any]) -> str:
    try:
        return template.render(**told)
    except liquids.FAULTS as error:
        raise UnableToRender(f"The template goes wrong: {liquids.told(error)}.") from error
