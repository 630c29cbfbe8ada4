"""Sentences that the floors below say, in the language of the page: down there no language is known.

A refusal of a rule ("must be a number") becomes a sentence where a form shows it ("This must be a number."); these are
the sentences, with names for what varies in them.
"""

import re

from webapp import languages


def _(text: str) -> str:
    """Marks a text; it is looked up when it is told."""
    return text


SENTENCES = (
    # Fields of the merchant's own.
    _("This must begin with a letter and have small letters, digits and _ only, %(most)s at most."),
    _("This is that of another field already."),
    _("This is one too many: there may be %(most)s fields at most."),
    _("This must be %(least)s to %(most)s lines."),
    _("This must be lines of at most %(most)s characters."),
    _("This must be yes or no."),
    _("This must be true or false."),
    _("This must be a number."),
    _("This must be a day such as %(example)s."),
    _("This must be one of its choices."),
    _("This must be a text of at most %(most)s characters."),
    _("This must be a text of %(least)s to %(most)s characters."),
    # Segments.
    _("Here there may be at most %(most)s conditions."),
    _("This groups may stand in each other %(most)s deep at most."),
    _("This must be left out beside within_last."),
    _("This there is no such field of your own."),
    _("This must be a currency such as EUR."),
    _("This must begin with the lower number."),
    _("This must be a whole number of days from %(least)s to %(most)s."),
    _("A shop has at most %(most)s segments. Remove one that is no longer needed."),
    _("The rules of %(names)s ask this segment. Change those first."),
    _("There is no such segment."),
    _("A segment cannot ask itself, nor one whose rules ask it."),
    # Merges.
    _("There is no customer %(id)s, or they were merged into another one already."),
    _("A customer cannot be merged with themselves."),
    _("There is no such merge."),
    _("The shop itself merged these accounts; there is only one of them left to show."),
    _("This merge was undone before."),
    _("There is nobody %(id)s who stands under another customer."),
    _("This one was merged by hand: undo that merge."),
    # Points and the loyalty programme.
    _("%(wanted)s points are needed, %(available)s are available."),
    _("This must be chosen."),
    _("This must say why."),
    _("This cannot be bought: the loyalty programme is switched off."),
    _("This is not one of the programme's."),
    _("This must be a whole number above 0."),
    _("This must be a whole number from 0 on."),
    _("This must be a whole number from %(least)s to %(most)s."),
    _("This must be a number from %(least)s to %(most)s with three decimals at most."),
    _("This must be an amount above 0."),
    _("This must be an amount from 0 on."),
    _("This must be an amount from %(least)s to %(most)s."),
    _("This must be a list of at most %(most)s entries."),
    _("This must be small letters, digits, dots, dashes and underscores."),
    _("This must be higher than that of the level before."),
    _("This is there already."),
    _("This is missing."),
    # Titles that are stored with what stands on timelines.
    _("Note"),
    _("%(points)s points end on %(day)s"),
)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text)), re.DOTALL)


_PATTERNS = tuple((text, _pattern(text)) for text in SENTENCES)


def this(text: str) -> str:
    """What a rule says of a field ("must be a number"), as the sentence that stands under it."""
    return told(f"This {text}.")


def told(text: str) -> str:
    """The sentence in the language of this request; as it is where it is none of those."""
    for known, pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return languages.translated(known) % found.groupdict()
    return text
