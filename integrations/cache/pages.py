"""Pages of shops in Redis: read, kept, dropped.

Names, under `backroom:pages:{<shop>}:<run of Redis>:<version of the shop>:`

    product:<id>  handle:<handle or what was asked for>  categories
    category:<handle or id>:page:<n>[:<what else was asked for>]

A page is kept only if nothing that it was made of was marked as changed since it was begun. So whoever changes
something first commits it, then marks it, then drops the pages that show it; whatever happens in between, no page
that was made of the old can be kept after that.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import orjson
from redis.commands.core import Script
from redis.exceptions import NoScriptError

from integrations.cache import scripts, told
from integrations.cache.client import Client

NOTHING: Mapping[str, Any] = {}
# In the place of a category: pages that also show products from elsewhere.
ANYWHERE = "*"
_AT_ONCE = 2_000  # pages that are dropped in one step: others wait meanwhile
_REMEMBERED = 300  # drops that are told to who listens late
_MARKED_SECONDS = 180
_MAKING_SECONDS = 120.0  # what took longer is not kept: marks that were made meanwhile may be gone
_SCRIPTS = ("READ", "BEGIN", "KEEP", "MARK", "DROP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where a shop's pages are: nothing made for another version of the shop is found."""

    shop_id: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much somebody may ask for: `name` says who, units come back at a rate, and may be saved up."""

    name: str
    per_second: int
    saved_up: int
    units: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page as kept. `about`: what it is of (ids of products or of the category); `fresh_until`: seconds since 1970.

    `body` is compressed (gzip) where `is_gzip`. `kept_until`: when Redis forgets it.
    """

    body: bytes
    etag: str
    fresh_until: float
    about: Mapping[str, Any]
    is_gzip: bool = False
    kept_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """When a page was begun: the last mark then, in which run of Redis, and by this process' clock."""

    mark: int
    run: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a read gave: the entry and the number of the name under which it was, or `wait_ms`: too much was asked."""

    entry: Entry | None = None
    number: int = 0
    wait_ms: int = 0


class Pages:
    """Safe to share among threads. Everything raises Transient, soon, while Redis is away."""

    def __init__(self, client: Client, *, most_bytes: int) -> None:
        self._client, self._most_bytes = client, most_bytes
        self._scripts: dict[str, Script] = {
            name: client.redis.register_script(getattr(scripts, name)) for name in _SCRIPTS
        }

    @property
    def client(self) -> Client:
        """The connection."""
        return self._client

    def read(self, space: Space, names: Sequence[str], allowance: Allowance | None = None) -> Read:
        """The first of these pages that is there, in one round trip with the allowance."""
        run, shop = self._client.connected(), _shop(space)
        keys = [f"{shop}:used", f"{shop}:allowance:{allowance.name if allowance else ''}", f"{shop}:sizes"]
        arguments: list[int] = []
        if allowance is not None:
            interval = 1_000_000 // allowance.per_second
            arguments = [interval, interval * allowance.saved_up, allowance.units]
        found = self._run_read([*keys, *(_key(space, run, name) for name in names)], arguments)
        if not found[0]:
            return Read(wait_ms=int(found[1]))
        is_there = found[1] and self._is(run)
        return Read(entry=_opened(found[1]), number=int(found[2])) if is_there else Read()

    def _run_read(self, keys: list[str], arguments: list[int]) -> Any:
        script = self._scripts["READ"]
        try:
            return self._client.quickly("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except NoScriptError:  # a server that was started again
            with self._client.reached():
                return script(keys, arguments)

    def several(self, space: Space, names: Sequence[str]) -> list[Entry | None]:
        """Each of these pages, None where it is not there, in one round trip."""
        run = self._client.connected()
        with self._client.reached():
            found: Any = self._client.redis.mget([_key(space, run, name) for name in names])
        return [_opened(kept) if kept and self._is(run) else None for kept in found]

    def _is(self, run: str) -> bool:
        """Whether that is still the present run: else a new connection may have read what a former run left behind."""
        return self._client.run == run

    def begin(self, space: Space) -> Begun:
        """A page is about to be made: to be called before anything is read for it, and given to `keep`."""
        run, at = self._client.connected(), monotonic()
        with self._client.reached():
            return Begun(mark=int(self._scripts["BEGIN"]([f"{_shop(space)}:marks"], [])), run=run, at=at)

    def keep(
        self,
        space: Space,
        name: str,
        entry: Entry,
        *,
        begun: Begun,
        marks: Iterable[str],
        seconds: float,
        made: tuple[str, bytes] | None = None,
    ) -> bool:
        """Keep a page for so long; False where something that it shows was or may have been marked since it was begun.

        `made`: the category and what the page was made of, for `made_of`.
        """
        run = self._client.connected()
        if run != begun.run or monotonic() - begun.at > _MAKING_SECONDS:
            return False
        shop, key = _shop(space), _key(space, run, name)
        category, described = made or ("", b"")
        keys = [key, f"{shop}:marks", f"{shop}:used", f"{shop}:sizes", f"{shop}:bytes"]
        keys += [_made(space, run, category), *(f"{shop}:mark:{mark}" for mark in marks)]
        arguments: list[bytes | int] = [_closed(entry), max(1, round(seconds * 1000)), begun.mark, self._most_bytes]
        arguments += [described, int(time.time())]
        with self._client.reached():
            return bool(self._scripts["KEEP"](keys, arguments))

    def mark(self, space: Space, marks: Iterable[str]) -> None:
        """These changed: pages of them that are being made now are not kept."""
        shop = _shop(space)
        keys = [f"{shop}:marks", *(f"{shop}:mark:{mark}" for mark in dict.fromkeys(marks))]
        with self._client.reached():
            self._scripts["MARK"](keys, [_MARKED_SECONDS])

    def made_of(self, space: Space, categories: Iterable[str]) -> dict[str, dict[str, bytes]]:
        """By category, what its pages that are kept were made of, by the pages' names."""
        run, wanted = self._client.connected(), list(dict.fromkeys(categories))
        with self._client.reached(), self._client.redis.pipeline(transaction=False) as asked:
            for category in wanted:
                asked.hgetall(_made(space, run, category))
            described: list[dict[bytes, bytes]] = asked.execute()
        before = len(_key(space, run, ""))
        return {
            category: {key.decode()[before:]: value for key, value in found.items()}
            for category, found in zip(wanted, described, strict=True)
        }

    def drop(self, space: Space, names: Iterable[str], *, about: Mapping[str, Any] = NOTHING) -> list[str]:
        """Drop pages, and tell it to those who have copies; gives those that were there.

        `about`: what changed. Copies of pages about any of it go too, also of those that Redis has forgotten.
        """
        run, shop, wanted = self._client.connected(), _shop(space), list(dict.fromkeys(names))
        dropped: list[str] = []
        arguments: list[bytes | int] = [told.message(wanted, about), _REMEMBERED]
        for start in range(0, max(1, len(wanted)), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            keys = [f"{shop}:used", f"{shop}:sizes", f"{shop}:bytes", told.key(space.shop_id)]
            with self._client.reached():
                there = self._scripts["DROP"]([*keys, *(_key(space, run, name) for name in some)], arguments)
            dropped += [name for name, was_there in zip(some, there, strict=True) if was_there]
        return dropped

    def sizes(self, space: Space, *, most: int) -> tuple[int, list[tuple[str, int]]]:
        """All bytes of the shop's pages, and its largest pages by name."""
        with self._client.reached():
            sizes: Any = self._client.redis.hgetall(f"{_shop(space)}:sizes")
        prefix = _key(space, self._client.connected(), "")
        keys = [(key.decode(), int(known.split(b" ")[0])) for key, known in sizes.items()]
        found = [(key.removeprefix(prefix), size) for key, size in keys if key.startswith(prefix)]
        return sum(size for _, size in found), sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most]


def open_pages(url: str, *, most_bytes: int) -> Pages:
    """The pages in the Redis at this address; `most_bytes` is each shop's share. Nothing connects before it is used."""
    return Pages(Client(url), most_bytes=most_bytes)


def _shop(space: Space) -> str:
    return f"backroom:pages:{{{space.shop_id}}}"


def _key(space: Space, run: str, name: str) -> str:
    return f"{_shop(space)}:{run}:{space.version}:{name}"


def _made(space: Space, run: str, category: str) -> str:
    return f"{_shop(space)}:{run}:{space.version}:made:{category}"


def _closed(entry: Entry) -> bytes:
    head = {"e": entry.etag, "f": entry.fresh_until, "a": entry.about, "z": entry.is_gzip, "k": entry.kept_until}
    return orjson.dumps(head) + b"\n" + entry.body


def _opened(kept: bytes) -> Entry:
    head, _, body = kept.partition(b"\n")
    it = orjson.loads(head)
    return Entry(
        body=body,
        etag=it["e"],
        fresh_until=it["f"],
        about=it["a"],
        is_gzip=it["z"],
        kept_until=it.get("k", 0.0),
    )
