"""Copies of kept pages in this process, served only as long as it is proven that Redis would still give the same page.

The proof is renewed with each look at the shop (storefronts.py), ten times a second: first what is committed is looked
up, then what was dropped since the last look is heard of, and copies of it are thrown away. So whatever was committed
before the look either still waits, and is not served, or was dropped and told of before. Where something may have been
missed, as Redis was away, emptied or started again, no copy is served.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Lock

from integrations.cache.pages import Entry
from integrations.cache.told import EVERYTHING, Listening, Told, name_word, words_of
from integrations.errors import Transient

MOST_BYTES = 32_000_000  # in each process
_EACH = 1_500  # bytes that a copy takes beside its body

_Key = tuple[int, str]  # number of the proof, name of the page


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proof:
    """What one look at a shop vouches for: copies under this number, for pages of this version."""

    number: int
    version: int
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    entry: Entry
    until: float
    words: frozenset[tuple[int, str]]
    size: int


class Copies:
    """Safe to share among threads."""

    def __init__(self, listening: Listening, *, most_bytes: int = MOST_BYTES) -> None:
        self._listening, self._most_bytes = listening, most_bytes
        self._lock = Lock()
        self._numbers = count(1)
        self._proofs: dict[int, Proof] = {}  # by shop
        self._copies: OrderedDict[_Key, _Copy] = OrderedDict()
        self._shown: dict[tuple[int, str], set[_Key]] = {}  # by number and word: copies that a drop of it concerns
        self._bytes = 0

    def prove(self, shop_id: int, version: int) -> Proof | None:
        """Hear what was dropped since the last proof; None while nothing can be proven.

        To be called after what is committed was looked up, and for one shop by one thread at a time.
        """
        before = self._proofs.get(shop_id)
        try:
            told = self._listening.hear(shop_id, before.told if before else None)
        except Transient:
            told = None
        with self._lock:
            if told is None:
                self._proofs.pop(shop_id, None)
                return None
            words = told.words
            if before is None or before.version != version or words is None or EVERYTHING in words:
                number = next(self._numbers)  # copies under the former one are found by nobody
            else:
                number = before.number
                self._forget(number, words)
            self._proofs[shop_id] = made = Proof(number=number, version=version, told=told)
            return made

    def get(self, proof: Proof | None, names: Sequence[str]) -> Entry | None:
        """The copy under one of these names, while it is fresh."""
        if proof is None:
            return None
        for name in names:
            copy = self._copies.get((proof.number, name))
            if copy is not None:
                return copy.entry if copy.until > time.time() else None
        return None

    def add(self, shop_id: int, proof: Proof | None, name: str, entry: Entry) -> None:
        """Copy what was read from Redis since that proof; not if there is a newer one, which may not know of it."""
        until, size = min(entry.fresh_until, entry.kept_until), len(entry.body) + _EACH
        if proof is None or until <= time.time() or self._listening.run != proof.told.run:
            return
        words = frozenset((proof.number, word) for word in {*words_of(entry.about), name_word(name)})
        with self._lock:
            if self._proofs.get(shop_id) is not proof:
                return
            key = (proof.number, name)
            self._remove(key)
            self._copies[key] = _Copy(entry=entry, until=until, words=words, size=size)
            self._bytes += size
            for word in words:
                self._shown.setdefault(word, set()).add(key)
            while self._bytes > self._most_bytes:
                self._remove(next(iter(self._copies)))

    @property
    def held(self) -> int:
        """All bytes that copies take."""
        return self._bytes

    def _forget(self, number: int, words: Iterable[str]) -> None:
        told = {*words}
        for word in {*told, "all"} if told else told:
            for key in list(self._shown.get((number, word), ())):
                self._remove(key)

    def _remove(self, key: _Key) -> None:
        copy = self._copies.pop(key, None)
        if copy is None:
            return
        self._bytes -= copy.size
        for word in copy.words:
            keys = self._shown[word]
            keys.discard(key)
            if not keys:
                del self._shown[word]
