"""What cannot be saved: a template that would go wrong when it is sent is told to the merchant who writes it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from liquid.template import BoundTemplate

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import COMMERCIAL, KINDS
from integrations.channels import rendering, samples
from integrations.channels.compiling import Compiled, UnableToCompile, compiled_anew
from integrations.channels.defaults import Template
from integrations.channels.rendering import UnableToRender

LONGEST_SUBJECT_SOURCE, MOST_COMPLAINTS = 500, 10
_ACTIVE = re.compile(
    r"<\s*(script|iframe|object|embed|form|base|link|meta\s+http-equiv)\b|\son\w+\s*=|javascript:", re.IGNORECASE
)
_GIVEN = ("brand", "language")


def complaints(template: Template, *, brand: Brand) -> list[str]:
    """Why a template cannot be saved, in plain words; nothing where it can. Every sample order is tried with it."""
    found = [*_at_first_sight(template)]
    try:
        ready = compiled_anew(template, is_strict=True)
    except UnableToCompile as error:
        return [*found, str(error)]
    found += _unknown(template.kind, ready)
    if not found:
        found += _tried(template, ready, brand)
    return list(dict.fromkeys(found))[:MOST_COMPLAINTS]


def _at_first_sight(template: Template) -> Iterator[str]:
    if not template.subject.strip():
        yield "The subject is empty."
    if len(template.subject) > LONGEST_SUBJECT_SOURCE:
        yield f"The subject is longer than {LONGEST_SUBJECT_SOURCE} characters."
    if not template.body.strip():
        yield "The body is empty."
    active = _ACTIVE.search(template.body)
    if active:
        yield f"“{active[0].strip()[:40]}” cannot be used: mail programs run and load nothing."
    if KINDS[template.kind].category == COMMERCIAL and template.is_whole and "unsubscribe_url" not in template.body:
        yield "A commercial message needs a link to {{ unsubscribe_url }}."


def _unknown(kind: str, ready: Compiled) -> Iterator[str]:
    """Variables and filters that do not exist, also where no sample comes by."""
    shapes = [*samples.all_contexts(kind).values()]
    known = {*_GIVEN, *(name for shape in shapes for name in shape)}
    for part in (ready.subject, ready.html, ready.text):
        analysis = part.analyze(include_partials=False)
        for root, places in analysis.globals.items():
            if root not in known:
                yield f"{{{{ {root} }}}} is not known here. Known are: {', '.join(sorted(known))}."
                continue
            for place in places:
                if root not in _GIVEN and not any(_is_there(shape, place.segments) for shape in shapes):
                    yield f"{{{{ {place} }}}} is not known."
        yield from (f"There is no filter “{name}”." for name in analysis.filters if name not in _filters(part))


def _filters(part: BoundTemplate) -> Mapping[str, Any]:
    return part.env.filters


def _is_there(node: Any, segments: Sequence[Any]) -> bool:
    """Whether a sample has something at the end of a variable's path; what is computed may be anything."""
    for segment in segments:
        if isinstance(segment, list) or segment == "size":
            return True
        if isinstance(node, list) and node and (segment in ("first", "last") or isinstance(segment, int)):
            node = node[0]
        elif isinstance(node, Mapping) and segment in node:
            node = node[segment]
        else:
            return False
    return True


def _tried(template: Template, ready: Compiled, brand: Brand) -> Iterator[str]:
    """What goes wrong with the samples."""
    for name, context in samples.all_contexts(template.kind).items():
        values = rendering.values(template.kind, context, language=template.language, brand=brand)
        try:
            made = rendering.filled(ready, values)
        except UnableToRender as error:
            yield f"{error} (Tried with: {name}.)"
            return
        if not made.subject:
            yield f"The subject is empty with: {name}."
        if made.is_clipped:
            yield f"The mail is longer than {rendering.CLIPPED_AT // 1000} kB, where Gmail cuts it off. (With: {name}.)"
            return
        if KINDS[template.kind].category == COMMERCIAL and context["unsubscribe_url"] not in made.html:
            yield f"The link to {{{{ unsubscribe_url }}}} is missing with: {name}."
            return


def checked(subject: str, body: str, *, kind: str, language: str, brand: Brand) -> list[str]:
    """`complaints` about a template that is not made yet."""
    return complaints(Template(kind=kind, language=language, subject=subject, body=body), brand=brand)
