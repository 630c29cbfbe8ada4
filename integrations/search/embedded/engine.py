"""The search engine inside our own processes: tantivy on files, one folder per index.

Any number of processes and threads search while one writes. A commit is seen by the next search of every process on
this host; what a killed writer had not committed is gone, what it had is kept.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.errors import Transient
from integrations.search.embedded import alike, completing, explaining, form, generations, listing, searching, writing
from integrations.search.embedded.opened import Opened, Shelf
from integrations.search.embedded.rebuilding import EmbeddedRebuild, outcome
from integrations.search_api import Explanation, Rebuild, SearchEngine, SearchQuery, SearchResult

_log = logging.getLogger(__name__)
_EMPTY = SearchResult(hits=(), total=0)
_T = TypeVar("_T")


def open_engine(*, url: str, key: str, folder: Path) -> SearchEngine:  # noqa: ARG001 - the same door for all engines
    """The embedded engine with its files under `folder`; it needs no address and no key."""
    return EmbeddedEngine(folder)


class EmbeddedEngine:
    """See SearchEngine. Raises Transient also while a file cannot be written or another process writes."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)

    def save(self, index: str, documents: Sequence[Document], settings: SearchSettings = USUAL) -> None:
        """Add or replace documents. An index that is missing or cannot be opened begins anew with them."""
        home = self._shelf.home(index)
        with outcome(index):
            opened = self._fresh(index)
            if opened:
                writing.commit(opened.index, opened.form, documents=documents)
            else:
                folder = generations.first_folder(home)
                writing.commit(*generations.make(folder, form.wanted(settings)), documents=documents)
                generations.switch(home, folder)
            generations.sweep(home)

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out."""
        with outcome(index):
            opened = self._fresh(index)
            if opened:
                writing.commit(opened.index, opened.form, removed=ids)

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products, with the state of the last commit of any process."""
        return self._read(index, lambda opened: searching.search(opened, query), _EMPTY)

    def complete(self, index: str, text: str, limit: int, settings: SearchSettings = USUAL) -> list[str]:
        """What the text may be the beginning of: its last word goes on as titles do that have the words before it."""
        return self._read(index, lambda opened: completing.complete(opened, text, limit, settings), [])

    def similar(self, index: str, product_id: str, limit: int) -> list[str]:
        """Products with titles, kinds and, where there are vectors, meanings like this one's."""
        return self._read(index, lambda opened: alike.similar(opened, product_id, limit), [])

    def explain(self, index: str, query: SearchQuery, product_id: str) -> Explanation:
        """Why the query finds the product, or does not."""
        nothing = Explanation(read_as=("The search index is empty.",), reasons=(), score=0.0, is_found=False)
        return self._read(index, lambda opened: explaining.explain(opened, query, product_id), nothing)

    def configure(self, index: str, settings: SearchSettings) -> bool:
        """Whether languages, searched attributes or vectors differ; all else is told with each query."""
        opened = self._fresh(index)
        return opened is not None and opened.form != form.wanted(settings)

    def state(self, index: str) -> str:
        """The generation and its last commit."""
        opened = self._fresh(index)
        return f"{opened.folder.name}:{opened.commit}" if opened is not None and opened.commit else ""

    def count(self, index: str) -> int:
        """How many documents the index has."""
        opened = self._fresh(index)
        return int(opened.state.searcher.num_docs) if opened else 0

    def digests(self, index: str) -> Iterator[tuple[str, str]]:
        """Every document's id and digest, as of the moment when this is begun."""
        opened = self._fresh(index)
        return listing.digests(opened.state.searcher) if opened else iter(())

    def rebuild(self, index: str, token: str, settings: SearchSettings = USUAL) -> Rebuild:
        """Begin or go on with a rebuild; once finished, its token opens what is searched by now.

        Raises Permanent when its files cannot be gone on with: begin one with another token.
        """
        folder = generations.rebuild_folder(self._shelf.home(index), token)
        with outcome(index):
            if not generations.is_made(folder):
                return EmbeddedRebuild(index, folder, *generations.make(folder, form.wanted(settings)))
            return EmbeddedRebuild(index, folder, *generations.load(folder))

    def drop(self, index: str) -> None:
        """Delete the index and its rebuilds."""
        home = self._shelf.home(index)
        # The pointer first: whoever looks from now on finds nothing rather than half of it.
        generations.pointer(home).unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
        self._shelf.close(index)

    def token(self, index: str, settings: SearchSettings, *, seconds: int) -> tuple[str, str] | None:  # noqa: ARG002
        """None: these files are searched through our own doors alone."""
        return None

    def _read(self, index: str, ask: Callable[[Opened], _T], nothing: _T) -> _T:
        opened = self._fresh(index)
        if opened is None:
            return nothing
        try:
            return ask(opened)
        except (ValueError, OSError) as error:
            self._shelf.close(index)
            raise Transient(f"searching in {index}: {error}") from error

    def _fresh(self, index: str) -> Opened | None:
        """The index as of the last commit, even if a rebuild took its place while it was being looked at."""
        for _ in range(2):
            try:
                opened = self._shelf.get(index)
                if opened:
                    opened.refresh()
            except (ValueError, OSError) as error:
                if generations.is_passing(error):
                    raise Transient(f"opening the search index {index}: {error}") from error
                _log.warning("opening the search index %s again: %s", index, error)
                self._shelf.close(index)
            else:
                return opened
        return None
