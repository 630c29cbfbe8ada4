"""The search engine inside our own processes: tantivy on files, one folder per index.

Any number of processes and threads search while one writes. A commit is seen by the next search of every process on
this host; what a killed writer had not committed is gone, what it had is kept.
"""

import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from commerce.rules.documents import Document
from integrations.errors import Permanent, Transient
from integrations.search.embedded import generations, searching, writing
from integrations.search.embedded.analysis import Language
from integrations.search.embedded.opened import Opened, Shelf
from integrations.search_api import Rebuild, SearchEngine, SearchQuery, SearchResult

_log = logging.getLogger(__name__)
_EMPTY = SearchResult(hits=(), total=0)


def open_engine(*, url: str, key: str, folder: Path) -> SearchEngine:  # noqa: ARG001 - the same door for all engines
    """The embedded engine with its files under `folder`; it needs no address and no key."""
    return EmbeddedEngine(folder)


class EmbeddedEngine:
    """See SearchEngine. Raises Transient also while a file cannot be written or another process writes."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)

    def save(self, index: str, documents: Sequence[Document]) -> None:
        """Add or replace documents. An index that is missing or cannot be opened begins anew with them."""
        home = self._shelf.home(index)
        with _outcome(index):
            opened = self._fresh(index)
            if opened:
                writing.commit(opened.index, opened.language, documents=documents)
            else:
                folder = generations.first_folder(home)
                writing.commit(*generations.make(folder), documents=documents)
                generations.switch(home, folder)
            generations.sweep(home)

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out."""
        with _outcome(index):
            opened = self._fresh(index)
            if opened:
                writing.commit(opened.index, opened.language, removed=ids)

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products, with the state of the last commit of any process."""
        opened = self._fresh(index)
        if opened is None:
            return _EMPTY
        try:
            return searching.search(opened, query)
        except (ValueError, OSError) as error:
            self._shelf.close(index)
            raise Transient(f"searching in {index}: {error}") from error

    def count(self, index: str) -> int:
        """How many documents the index has."""
        opened = self._fresh(index)
        return int(opened.index.searcher().num_docs) if opened else 0

    def rebuild(self, index: str, token: str) -> Rebuild:
        """Begin or go on with a rebuild; once finished, its token opens what is searched by now.

        Raises Permanent when its files cannot be gone on with: begin one with another token.
        """
        home = self._shelf.home(index)
        folder = generations.rebuild_folder(home, token)
        with _outcome(index):
            if not generations.is_made(folder):
                return EmbeddedRebuild(self._shelf, index, folder, *generations.make(folder))
            return EmbeddedRebuild(self._shelf, index, folder, *generations.load(folder))

    def drop(self, index: str) -> None:
        """Delete the index and its rebuilds."""
        home = self._shelf.home(index)
        # The pointer first: whoever looks from now on finds nothing rather than half of it.
        generations.pointer(home).unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
        self._shelf.close(index)

    def _fresh(self, index: str) -> Opened | None:
        """The index as of the last commit, even if a rebuild took its place while it was being looked at."""
        for _ in range(2):
            try:
                opened = self._shelf.get(index)
                if opened:
                    opened.index.reload()
            except (ValueError, OSError) as error:
                if generations.is_passing(error):
                    raise Transient(f"opening the search index {index}: {error}") from error
                _log.warning("opening the search index %s again: %s", index, error)
                self._shelf.close(index)
            else:
                return opened
        return None


class EmbeddedRebuild:
    """See Rebuild."""

    def __init__(self, shelf: Shelf, name: str, folder: Path, index: tantivy.Index, language: Language) -> None:
        self._shelf, self._name, self._folder = shelf, name, folder
        self._index, self._language = index, language

    def save(self, documents: Sequence[Document]) -> None:
        """Add or replace documents in the new index; they are kept when it returns."""
        with _outcome(self._name):
            writing.commit(self._index, self._language, documents=documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of the new index."""
        with _outcome(self._name):
            writing.commit(self._index, self._language, removed=ids)

    def finish(self) -> int:
        """Let searches use the new index. The old one is deleted a minute later, with a later save or rebuild."""
        home = self._folder.parent
        with _outcome(self._name):
            generations.load(self._folder)  # it may have been dropped meanwhile
            generations.switch(home, self._folder)
            generations.sweep(home)
            self._index.reload()
        return int(self._index.searcher().num_docs)

    def abandon(self) -> None:
        """Throw the new index away; does nothing once it is searched."""
        if generations.current(self._folder.parent) != self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def _outcome(index: str) -> Iterator[None]:
    try:
        yield
    except generations.UnableToOpen as error:
        raise Permanent(f"this rebuild of the search index {index} cannot go on, begin another: {error}") from error
    except (OSError, ValueError) as error:
        raise Transient(f"writing the search index {index}: {error}") from error
