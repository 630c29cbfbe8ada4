"""A template made ready once, so that each mail is only filled in: MJML becomes HTML with the Liquid left in it."""

from dataclasses import dataclass
from functools import lru_cache

import mjml
from liquid.template import BoundTemplate

from integrations.channels import liquids
from integrations.channels.defaults import Template, document
from integrations.channels.liquid_places import Hidden, UnableToPlace
from integrations.channels.text_part import text_of

LONGEST_SOURCE = 100_000
_IN_MEMORY = 256


class UnableToCompile(ValueError):
    """The template cannot be used; the message says why, for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template's three parts, ready to be filled in."""

    subject: BoundTemplate
    html: BoundTemplate
    text: BoundTemplate


@lru_cache(maxsize=_IN_MEMORY)
def compiled(template: Template) -> Compiled:
    """A template, ready to be filled in; kept for the next mail. Raises UnableToCompile."""
    return compiled_anew(template, is_strict=False)


def compiled_anew(template: Template, *, is_strict: bool) -> Compiled:
    """A template, ready to be filled in; strictly, variables that do not exist are an error then."""
    if len(template.body.encode()) > LONGEST_SOURCE:
        raise UnableToCompile(f"The body is longer than {LONGEST_SOURCE // 1000} kB.")
    try:
        hidden = Hidden(document(template))
        html = mjml.mjml2html(hidden.text, fonts={})  # none from elsewhere: whoever reads a mail is nobody's to watch
        text = text_of(hidden.text)
    except UnableToPlace as error:
        raise UnableToCompile(str(error)) from error
    except RecursionError as error:
        raise UnableToCompile("The body is nested too deeply.") from error
    except ValueError as error:  # what the library raises, whatever is wrong
        raise UnableToCompile(
            f"The body is not MJML that can be read: {liquids.told(error)}. Often a tag is not closed."
        ) from error
    return Compiled(
        subject=_parsed(template.subject, "subject", is_html=False, is_strict=is_strict),
        html=_parsed(hidden.shown(html), "body", is_html=True, is_strict=is_strict),
        text=_parsed(hidden.shown(text), "body", is_html=False, is_strict=is_strict),
    )


def _parsed(source: str, part: str, *, is_html: bool, is_strict: bool) -> BoundTemplate:
    try:
        return liquids.environment(is_html=is_html, is_strict=is_strict).from_string(source)
    except liquids.FAULTS as error:
        raise UnableToCompile(f"The {part} is not Liquid that can be read: {liquids.told(error)}.") from error
