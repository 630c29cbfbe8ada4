"""The indexes that this process has open: each holds memory maps, so only the latest used stay."""

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

import tantivy

from integrations.errors import Permanent
from integrations.search.embedded import generations
from integrations.search.embedded.form import Form
from integrations.search.embedded.vocabulary import Vocabulary

_log = logging.getLogger(__name__)
OPEN_AT_MOST = 64
# Of every open index: a few MB at most.
_KEPT_COUNTS, _KEPT_BEGINNINGS, _KEPT_TEXTS = 10_000, 500, 600
_SETTLED_NS = 50_000_000  # clocks of file systems tick every ten milliseconds at worst

Stamp = tuple[int, int, int]


class State:
    """One commit of an index, and what has been counted and understood in it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self._counts: dict[tuple[str, str], int] = {}
        self._beginnings: dict[tuple[str, str, int], list[tuple[str, int]]] = {}
        self.understood: dict[Hashable, object] = {}

    def remember(self, key: Hashable, understood: object) -> None:
        """Keep what a text means until the next commit."""
        if len(self.understood) >= _KEPT_TEXTS:
            self.understood.clear()
        self.understood[key] = understood

    def count(self, field: str, word: str) -> int:
        """In how many documents a word is."""
        key = field, word
        known = self._counts.get(key)
        if known is None:
            if len(self._counts) >= _KEPT_COUNTS:
                self._counts.clear()
            known = self._counts[key] = self.searcher.doc_freq(field, word)
        return known

    def beginning_with(self, field: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The commonest words with that beginning, and in how many documents they are."""
        key = field, beginning, limit
        known = self._beginnings.get(key)
        if known is None:
            if len(self._beginnings) >= _KEPT_BEGINNINGS:
                self._beginnings.clear()
            known = self._beginnings[key] = self.searcher.terms_with_prefix(field, beginning, limit=limit)
        return known


@dataclass(slots=True)
class Opened:
    """An open generation. `stamp` tells whether the pointer still names it."""

    folder: Path
    stamp: Stamp
    index: tantivy.Index
    form: Form
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _state: State | None = None
    _seen: Stamp | None = None

    @property
    def state(self) -> State:
        """The commit that was read last."""
        if self._state is None:
            self._state = State(self.index.searcher())
        return self._state

    @property
    def commit(self) -> str:
        """A name for the commit that was read last; "" while another one could bear it too."""
        return ".".join(map(str, self._seen)) if self._seen else ""

    def refresh(self) -> None:
        """Read the last commit, if it is not the one that is read already.

        Each commit puts a new meta file in the old one's place: looking at that takes a thirtieth of reloading. One
        so young that another could follow without a different time on it is not relied on. Raises FileNotFoundError
        where the files are gone.
        """
        path = self.folder / "meta.json"
        stat = path.stat()
        meta = stat.st_ino, stat.st_mtime_ns, stat.st_size
        if meta != self._seen:
            self.index.reload()
            self._state = State(self.index.searcher())
            is_settled = time.time_ns() - stat.st_mtime_ns > _SETTLED_NS
            self._seen = meta if is_settled else None


class Shelf:
    """Open indexes by name, for many threads. A forked child starts with an empty one: locks and maps stay behind."""

    def __init__(self, root: Path, *, at_most: int = OPEN_AT_MOST) -> None:
        self.root = root
        self._at_most = at_most
        self._clear()

    def _clear(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._damaged: dict[str, Stamp] = {}

    def home(self, name: str) -> Path:
        """The folder of an index. Raises Permanent for a name that could lead elsewhere."""
        if not name or name.startswith(".") or not name.replace("-", "").replace("_", "").isalnum():
            raise Permanent(f"not a name of an index: {name!r}")
        return self.root / name

    def get(self, name: str) -> Opened | None:
        """The searched generation, opened anew when another process has put one in its place; None without one."""
        home = self.home(name)
        stamp = _stamp(generations.pointer(home))
        if self._pid != os.getpid():
            self._clear()
        with self._lock:
            known = self._opened.get(name)
            if known and known.stamp == stamp:
                self._opened.move_to_end(name)
                return known
            self._opened.pop(name, None)
            if stamp is None or self._damaged.get(name) == stamp:
                return None
            return self._open(name, home, stamp)

    def _open(self, name: str, home: Path, stamp: Stamp) -> Opened | None:
        folder = generations.current(home)
        if folder is None:
            return None
        try:
            opened = Opened(folder, stamp, *generations.load(folder))
        except generations.UnableToOpen as error:
            _log.error("the search index %s is treated as empty until it is built anew: %s", name, error)
            self._damaged[name] = stamp
            return None
        self._damaged.pop(name, None)
        self._opened[name] = opened
        while len(self._opened) > self._at_most:
            self._opened.popitem(last=False)
        return opened

    def close(self, name: str) -> None:
        """Forget an index; the next use opens it again."""
        if self._pid != os.getpid():
            self._clear()
        with self._lock:
            self._opened.pop(name, None)
            self._damaged.pop(name, None)


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
