"""What was dropped lately, told to whoever has copies of pages: by whole words, in the order in which it was dropped.

The last part of each drop, in the same step of Redis. So who was told of everything up to some moment, and read a copy
before that, has not missed a drop of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from redis.commands.core import Script

from integrations.cache import scripts
from integrations.cache.client import Client

EVERYTHING = "*"
_MOST_WORDS = 200  # more are told as everything
_ABOUT = ("products", "categories", "keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told up to `position`, in that run of Redis. `words` is None where some of it may have been missed."""

    run: str
    position: bytes
    words: frozenset[str] | None = None


class Listening:
    """Hears of drops. Safe to share among threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._script: Script = client.redis.register_script(scripts.HEAR)

    @property
    def run(self) -> str:
        """The present run of Redis."""
        return self._client.run

    def hear(self, shop_id: int, before: Told | None) -> Told | None:
        """What was told since `before`; None if Redis was started again just now. Raises Transient."""
        run = self._client.connected()
        position = before.position if before is not None and before.run == run else b""
        with self._client.reached():
            told: Any = self._script([key(shop_id)], [position])
        if self._client.run != run:
            return None
        if not told[0]:
            return Told(run=run, position=told[1])
        return Told(run=run, position=told[1], words=frozenset(word for one in told[2:] for word in orjson.loads(one)))


def key(shop_id: int) -> str:
    """Where a shop's drops are told."""
    return f"backroom:pages:{{{shop_id}}}:told"


def message(names: Iterable[str], about: Mapping[str, Any]) -> bytes:
    """What is told when these pages are dropped for changes that pages about these may show."""
    words = words_of(about) | {name_word(name) for name in names}
    return orjson.dumps([EVERYTHING] if len(words) > _MOST_WORDS else sorted(words))


def words_of(about: Mapping[str, Any]) -> set[str]:
    """The words for what a page, or a change, is about."""
    words = {f"{name}:{each}" for name in _ABOUT for each in about.get(name, ())}
    return words | {"all"} if about.get("all") else words


def name_word(name: str) -> str:
    """The word for a page's own name."""
    return f"page:{name}"
