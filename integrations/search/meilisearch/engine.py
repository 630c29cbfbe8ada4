"""The search engine on a Meilisearch server: one index per shop, which a rebuild is swapped for.

Writes return when the server has done them. The server does one batch after the other for all shops, so they may wait
for another shop's import; nothing is lost when that takes too long, what is sent again comes after.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from meilisearch.models.task import TaskInfo

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.errors import Transient
from integrations.search.meilisearch import explaining, searching, sending, suggesting
from integrations.search.meilisearch.calls import NoIndex, Server
from integrations.search.meilisearch.frequencies import Frequencies
from integrations.search.meilisearch.index_settings import differing, languages_of
from integrations.search.meilisearch.meaning import Ask
from integrations.search.meilisearch.shape import key_of, row, text_of
from integrations.search.meilisearch.tokens import Tokens
from integrations.search_api import Explanation, Rebuild, SearchEngine, SearchQuery, SearchResult

_SWAPS_LOOKED_AT = 200
_PER_CALL = 1000
_EMPTY = SearchResult(hits=(), total=0)


def open_engine(*, url: str, key: str, folder: Path) -> SearchEngine:  # noqa: ARG001 - the same door for all engines
    """The engine on the server at `url`, with a key that may create and delete indexes; it keeps no files."""
    return MeilisearchEngine(Server(url, key))


class MeilisearchEngine:
    """See SearchEngine. Raises RateLimited when the server's queue is full."""

    name = "meilisearch"

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tokens = Tokens(server)
        self._frequencies: defaultdict[str, Frequencies] = defaultdict(Frequencies)

    def save(self, index: str, documents: Sequence[Document], settings: SearchSettings = USUAL) -> None:
        """Add or replace documents."""
        if not documents:
            return
        what = f"saving {len(documents)} products to the search index {index}"
        tasks, languages = self.prepare(what, index, settings)
        rows = (row(document, languages) for document in documents)
        tasks += sending.send(self._server, what, index, rows)
        self._server.finish(what, tasks, fine=("index_already_exists",))

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out."""
        keys = [key_of(id_) for id_ in ids]
        what = f"removing {len(keys)} products from the search index {index}"
        self._server.finish(what, sending.remove(self._server, what, index, keys), fine=("index_not_found",))

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products: those with every word while there are a few, otherwise also with fewer, the best first."""
        what = f"searching in {index}"
        try:
            return searching.search(query, self._asker(what, index), self._frequencies[index])
        except NoIndex:
            return _EMPTY
        except (KeyError, TypeError, ValueError) as error:
            raise Transient(f"{what}: the search server's answer lacks {error}") from error

    def complete(self, index: str, text: str, limit: int, settings: SearchSettings = USUAL) -> list[str]:
        """Queries that the text may be the beginning of, from the words of titles."""
        try:
            return suggesting.completions(text, limit, settings, self._asker(f"completing in {index}", index))
        except NoIndex:
            return []

    def similar(self, index: str, product_id: str, limit: int) -> list[str]:
        """Ids of the products most like this one: by words of their titles and by what they have in common."""
        what = f"looking for what is like {product_id} in {index}"
        try:
            return suggesting.alike(product_id, limit, self._asker(what, index))
        except NoIndex:
            return []

    def explain(self, index: str, query: SearchQuery, product_id: str) -> Explanation:
        """Why the query finds the product, or does not."""
        what = f"explaining a search in {index}"
        try:
            return explaining.explain(query, product_id, self._asker(what, index), self._frequencies[index])
        except NoIndex:
            return Explanation(read_as=("there is no search index yet",), reasons=(), score=0.0, is_found=False)

    def configure(self, index: str, settings: SearchSettings) -> bool:
        """Bring an index in line with settings. The server indexes anew by itself, but for other languages: the stems
        of every document are others then."""
        what = f"setting up the search index {index}"
        try:
            found = self._server.settings(what, index)
        except NoIndex:
            return False
        if languages_of(found) != settings.languages:
            return True
        changes = differing(settings, found)
        if changes:
            task = self._server.ask(what, self._server.index(index).update_settings, changes)
            self._server.finish(what, [task], fine=("index_not_found",))
        return False

    def state(self, index: str) -> str:  # noqa: ARG002
        """Not known: asking the server for it takes as long as a search."""
        return ""

    def count(self, index: str) -> int:
        """How many documents the index has."""
        try:
            stats = self._server.ask(f"counting {index}", self._server.index(index).get_stats)
        except NoIndex:
            return 0
        return int(stats.number_of_documents)

    def digests(self, index: str) -> Iterator[tuple[str, str]]:
        """Every document's id and digest."""
        what, path, start = f"comparing the search index {index}", f"indexes/{index}/documents/fetch", 0
        while True:
            try:
                asked = {"fields": ["id", "digest"], "offset": start, "limit": _PER_CALL}
                page = self._server.post(what, path, asked)["results"]
            except NoIndex:
                return
            for each in page:
                yield text_of(str(each["id"])), str(each.get("digest", ""))
            start += len(page)
            if len(page) < _PER_CALL:
                return

    def rebuild(self, index: str, token: str, settings: SearchSettings = USUAL) -> Rebuild:
        """Begin or go on with a rebuild; once finished, its token opens what is searched by now."""
        beside = f"{index}__{key_of(token)}"
        # After a swap the index beside holds the old documents: a caller that died right then must not swap back.
        is_finished = self._has_swapped(index, beside)
        if not is_finished:
            what = f"rebuilding the search index {index}"
            tasks, _ = self.prepare(what, beside, settings)
            self._server.finish(what, tasks, fine=("index_already_exists",))
        return MeilisearchRebuild(self, self._server, index, beside, settings, is_finished=is_finished)

    def drop(self, index: str) -> None:
        """Delete the index, its rebuilds, and the key that tokens for it were signed with."""
        what = f"deleting the search index {index}"
        uids = [uid for uid in self._uids(what) if uid == index or uid.startswith(f"{index}__")]
        tasks = [self._server.ask(what, self._server.client.delete_index, uid) for uid in uids]
        self._server.finish(what, tasks, fine=("index_not_found",))
        self._tokens.revoke(index)

    def token(self, index: str, settings: SearchSettings, *, seconds: int) -> tuple[str, str] | None:  # noqa: ARG002
        """The server's address and a tenant token; None where the server asks nobody for a key."""
        return self._tokens.token(index, seconds=seconds)

    def prepare(self, what: str, uid: str, settings: SearchSettings) -> tuple[list[TaskInfo], tuple[str, ...]]:
        """Have the index made if it is not there; gives the tasks of that, and the languages of the index.

        What is sent afterwards is done afterwards: the tasks need not be awaited before. An index that is there keeps
        its settings: each change, sent between documents, would have the server index everything anew.
        """
        server = self._server
        try:
            return [], languages_of(server.settings(what, uid)) or settings.languages
        except NoIndex:
            made = server.ask(what, server.client.create_index, uid, {"primaryKey": "id"})
            set_up = server.ask(what, server.index(uid).update_settings, differing(settings, {}))
            return [made, set_up], settings.languages

    def _asker(self, what: str, index: str) -> Ask:
        return partial(self._server.several, what, index)

    def _uids(self, what: str) -> list[str]:
        found: list[str] = []
        while True:
            asked = {"limit": _PER_CALL, "offset": len(found)}
            # The client's type hint says it is a list; it hands on the whole answer.
            page = dict(self._server.ask(what, self._server.client.get_raw_indexes, asked))["results"]
            found += [str(each["uid"]) for each in page]
            if len(page) < _PER_CALL:
                return found

    def _has_swapped(self, index: str, beside: str) -> bool:
        asked: dict[str, Any] = {"types": "indexSwap", "statuses": "enqueued,processing,succeeded"}
        asked["limit"] = _SWAPS_LOOKED_AT
        tasks = self._server.ask(f"rebuilding the search index {index}", self._server.client.get_tasks, asked)
        swaps = [swap for task in tasks.results for swap in (task.details or {}).get("swaps", [])]
        return any({index, beside} == set(swap["indexes"]) for swap in swaps)


class MeilisearchRebuild:
    """See Rebuild."""

    def __init__(
        self,
        engine: MeilisearchEngine,
        server: Server,
        index: str,
        beside: str,
        settings: SearchSettings,
        *,
        is_finished: bool,
    ) -> None:
        self._engine, self._server, self._settings = engine, server, settings
        self._index, self._beside = index, beside
        self._is_finished = is_finished

    @property
    def _uid(self) -> str:
        return self._index if self._is_finished else self._beside

    def save(self, documents: Sequence[Document]) -> None:
        """Add or replace documents in the new index."""
        self._engine.save(self._uid, documents, self._settings)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of the new index."""
        self._engine.remove(self._uid, ids)

    def finish(self) -> int:
        """Swap, in one step for all searches, and delete the old index."""
        what = f"putting the rebuilt search index {self._index} in its place"
        if not self._is_finished:
            tasks, _ = self._engine.prepare(what, self._index, self._settings)
            swap = self._server.ask(what, self._server.client.swap_indexes, [{"indexes": [self._index, self._beside]}])
            self._server.finish(what, [*tasks, swap], fine=("index_already_exists",))
            self._is_finished = True
        self._delete(what)
        return self._engine.count(self._index)

    def abandon(self) -> None:
        """Throw the new index away; does nothing to what is searched."""
        self._delete(f"giving up the rebuild of the search index {self._index}")

    def _delete(self, what: str) -> None:
        task = self._server.ask(what, self._server.client.delete_index, self._beside)
        self._server.finish(what, [task], fine=("index_not_found",))
