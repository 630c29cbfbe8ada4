"""A rebuild: a generation beside the one that is searched."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from commerce.rules.documents import Document
from integrations.errors import Permanent, Transient
from integrations.search.embedded import generations, writing
from integrations.search.embedded.form import Form


class EmbeddedRebuild:
    """See Rebuild."""

    def __init__(self, name: str, folder: Path, index: tantivy.Index, form: Form) -> None:
        self._name, self._folder, self._index, self._form = name, folder, index, form

    def save(self, documents: Sequence[Document]) -> None:
        """Add or replace documents in the new index; they are kept when it returns."""
        with outcome(self._name):
            writing.commit(self._index, self._form, documents=documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of the new index."""
        with outcome(self._name):
            writing.commit(self._index, self._form, removed=ids)

    def finish(self) -> int:
        """Let searches use the new index. The old one is deleted a minute later, with a later save or rebuild."""
        home = self._folder.parent
        with outcome(self._name):
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
def outcome(index: str) -> Iterator[None]:
    """Errors of writing as what they mean to the caller: later, or never."""
    try:
        yield
    except generations.UnableToOpen as error:
        raise Permanent(f"this rebuild of the search index {index} cannot go on, begin another: {error}") from error
    except (OSError, ValueError) as error:
        raise Transient(f"writing the search index {index}: {error}") from error
