"""The words by which a person is found."""

import re
from collections.abc import Iterable, Sequence

NAME, MAIL, PHONE, TAG, ID = "name", "mail", "phone", "tag", "id"
_SPLIT = re.compile(r"[\s,;/()'\"]+")
_LONGEST = 120
_MOST = 60


def of_person(
    *, names: Iterable[str], mails: Iterable[str], phones: Iterable[str], tags: Sequence[str], ids: Iterable[str]
) -> frozenset[tuple[str, str]]:
    """(kind, word) of all that finds a person, in lower case and cut to what an index takes."""
    found = {(NAME, word) for name in names for word in split(name)}
    found |= {(MAIL, mail.lower()[:_LONGEST]) for mail in mails if mail}
    found |= {(PHONE, phone) for phone in phones if phone}
    found |= {(ID, one[:_LONGEST]) for one in ids if one}
    some = sorted(found)[:_MOST]
    return frozenset(some) | {(TAG, tag.lower()[:_LONGEST]) for tag in tags if tag}


def split(text: str) -> list[str]:
    """The words of a name or of what somebody looks for."""
    return [word[:_LONGEST] for word in _SPLIT.split(text.lower()) if word]
