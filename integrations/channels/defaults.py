"""The usual templates, in every language, and the layout around them and around merchants' own.

Files hold MJML with Liquid; [[name]] stands for words of the language, [[> name]] for a piece. Both are put in before
anything else, so a merchant who changes a template starts from one that speaks their language.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from commerce.rules.notifications.kinds import COMMERCIAL, KINDS, MERCHANT, Kind
from integrations.channels.liquid_places import escaped
from integrations.channels.wording import is_from_the_right, language_of, words_of

_FOLDER = Path(__file__).parent / "templates"
_PIECE = re.compile(r"\[\[> (\w+)\]\]")
_WORD = re.compile(r"\[\[(\w+)\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """How a kind of message is written in one language (of wording.LANGUAGES).

    `subject` is Liquid. `body` is MJML with Liquid: sections, which get the usual layout around them, or a whole
    document that starts with <mjml>. `preheader` is what mail programs show beside the subject.
    """

    kind: str
    language: str
    subject: str
    body: str
    preheader: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it brings its own layout."""
        return self.body.lstrip()[:5].lower() == "<mjml"


@lru_cache(maxsize=512)
def usual(kind: str, language: str) -> Template:
    """The usual template of a kind, in the language that a tag like "de-AT" means. Raises KeyError for a kind that does
    not exist."""
    language = language_of(language)
    words = words_of(kind, language)
    body = _worded(_file(f"bodies/{kind}"), kind, language)
    return Template(kind=kind, language=language, subject=words["subject"], body=body, preheader=words["text"])


def document(template: Template) -> str:
    """The whole MJML of a template."""
    if template.is_whole:
        return template.body
    kind = KINDS[template.kind]
    layout = _layout(kind.name, template.language)
    told = {"subject": template.subject, "preheader": template.preheader}
    for name, words in told.items():
        layout = layout.replace(f"[[{name}]]", escaped(words))
    return layout.replace("[[body]]", template.body)


@lru_cache(maxsize=512)
def _layout(kind: str, language: str) -> str:
    """The layout with everything in it but subject, preheader and body."""
    return _worded(_file("layout"), kind, language, kept=("subject", "preheader", "body"))


def _worded(source: str, kind: str, language: str, *, kept: tuple[str, ...] = ()) -> str:
    """A source with its pieces and words. Raises KeyError for words that do not exist."""
    about = KINDS[kind]
    words = {name: escaped(told) for name, told in words_of(kind, language).items()} | _given(about, language)
    while _PIECE.search(source):
        source = _PIECE.sub(lambda found: _file(f"pieces/{found[1]}"), source)
    source = source.replace("[[way_out]]", _file("pieces/way_out") if about.category == COMMERCIAL else "")
    return _WORD.sub(lambda found: found[0] if found[1] in kept else words[found[1]], source)


def _given(kind: Kind, language: str) -> dict[str, str]:
    """What does not stand in the files of words: sides, and which of three sentences says why it is sent."""
    from_right = is_from_the_right(language)
    reason = "why_news" if kind.category == COMMERCIAL else "why_order"
    words = words_of(kind.name, language)
    return {
        "language": language,
        "direction": "rtl" if from_right else "ltr",
        "start": "right" if from_right else "left",
        "end": "left" if from_right else "right",
        "why": escaped(words["why_merchant" if kind.audience == MERCHANT else reason]),
    }


@cache
def _file(name: str) -> str:
    return (_FOLDER / f"{name}.mjml").read_text()
