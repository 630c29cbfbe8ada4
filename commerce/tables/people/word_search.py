"""Persons found by the beginnings of words: names, mail addresses, phones, ids."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, literal, select, union_all

from commerce.rules.people.words import TAG, split
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles, words

_MOST_WORDS = 6
_FEW = 1000  # persons who have a word: they are named one by one
_LAST = "\U0010ffff"


def found_by(db: Connection, *, shop_id: int, text: str) -> list[ColumnElement[bool]]:
    """The conditions on profiles: who has words that begin so, each of them, or a word as their id.

    The first word that few have names them; of the others it is asked whether these have it. Where many have each of
    them, the database chooses between looking at whoever is next in the sort and putting the sets together.
    """
    found: list[ColumnElement[bool]] = []
    are_few = False
    for word in split(text)[:_MOST_WORDS]:
        if not are_few:
            ids = db.execute(_begin(shop_id, word).limit(_FEW + 1)).scalars().all()
            are_few = len(ids) <= _FEW
            if are_few:
                found.append(profiles.c.id.in_(sorted(set(ids))))
                continue
        theirs = and_(words.c.shop_id == shop_id, words.c.profile_id == profiles.c.id, _begun(word))
        found.append(select(words.c.word).where(theirs).exists())
    return found


def tagged(db: Connection, *, shop_id: int, tag: str) -> ColumnElement[bool]:
    """The condition on profiles: who has this tag. Few are named; of many, each is asked in the order of the sort."""
    theirs = and_(words.c.shop_id == shop_id, words.c.kind == TAG, words.c.word == tag.lower())
    ids = db.execute(select(words.c.profile_id).where(theirs).limit(_FEW + 1)).scalars().all()
    if len(ids) <= _FEW:
        return profiles.c.id.in_(sorted(ids))
    one = select(literal(1)).where(theirs, words.c.profile_id == profiles.c.id).limit(1).scalar_subquery()
    return one == 1  # as a value and not as a set: databases would put the whole set together first


def _begin(shop_id: int, word: str) -> CompoundSelect[Any]:
    """The ids of whoever has a word that begins so, or that id."""
    same = and_(members.c.shop_id == shop_id, members.c.id == word)
    begun = and_(words.c.shop_id == shop_id, _begun(word))
    return union_all(select(words.c.profile_id).where(begun), select(members.c.root).where(same))


def _begun(word: str) -> ColumnElement[bool]:
    return and_(words.c.word >= word, words.c.word < word + _LAST, words.c.kind != TAG)
