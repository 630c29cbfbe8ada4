"""The search engine on a Meilisearch server: one index per shop, which a rebuild is swapped for.

Writes return when the server has done them. The server does one batch after the other for all shops, so they may wait
for another shop's import; nothing is lost when that takes too long, what is sent again comes after.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from meilisearch.models.task import TaskInfo

from commerce.rules.documents import Document
from integrations.errors import Transient
from integrations.search.meilisearch import asking
from integrations.search.meilisearch.calls import NoIndex, Server
from integrations.search.meilisearch.shape import differing, key_of, row
from integrations.search_api import Rebuild, SearchEngine, SearchQuery, SearchResult

ENOUGH = 5
_DOCUMENTS_PER_CALL = 1000
_SWAPS_LOOKED_AT = 200
_INDEXES_PER_CALL = 1000
_EMPTY = SearchResult(hits=(), total=0)


def open_engine(*, url: str, key: str, folder: Path) -> SearchEngine:  # noqa: ARG001 - the same door for all engines
    """The engine on the server at `url`, with a key that may create and delete indexes; it keeps no files."""
    return MeilisearchEngine(Server(url, key))


class MeilisearchEngine:
    """See SearchEngine. Raises RateLimited when the server's queue is full."""

    name = "meilisearch"

    def __init__(self, server: Server) -> None:
        self._server = server

    def save(self, index: str, documents: Sequence[Document]) -> None:
        """Add or replace documents."""
        if not documents:
            return
        what = f"saving {len(documents)} products to the search index {index}"
        tasks = self.prepare(what, index)
        rows = [row(document) for document in documents]
        add = self._server.index(index).add_documents
        tasks += [
            self._server.ask(what, add, rows[start : start + _DOCUMENTS_PER_CALL], "id")
            for start in range(0, len(rows), _DOCUMENTS_PER_CALL)
        ]
        self._server.finish(what, tasks, fine=("index_already_exists",))

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out."""
        keys = [key_of(id_) for id_ in ids]
        if keys:
            what = f"removing {len(keys)} products from the search index {index}"
            task = self._server.ask(what, self._server.remove, index, keys)
            self._server.finish(what, [task], fine=("index_not_found",))

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products: those with every word while there are a few, otherwise also with fewer, the best first."""
        found = self._search(index, query, "all")
        if found.total < ENOUGH and len(query.text.split()) > 1:
            return self._search(index, query, "last")
        return found

    def _search(self, index: str, query: SearchQuery, strategy: str) -> SearchResult:
        what = f"searching in {index}"
        wanted = asking.requests(index, query, strategy=strategy)
        try:
            answer = self._server.ask(what, self._server.searching.multi_search, wanted)
            return asking.result(query, answer["results"])
        except NoIndex:
            return _EMPTY
        except (KeyError, TypeError) as error:
            raise Transient(f"{what}: the search server's answer lacks {error}") from error

    def count(self, index: str) -> int:
        """How many documents the index has."""
        try:
            stats = self._server.ask(f"counting {index}", self._server.index(index).get_stats)
        except NoIndex:
            return 0
        return int(stats.number_of_documents)

    def rebuild(self, index: str, token: str) -> Rebuild:
        """Begin or go on with a rebuild; once finished, its token opens what is searched by now."""
        beside = f"{index}__{key_of(token)}"
        # After a swap the index beside holds the old documents: a caller that died right then must not swap back.
        is_finished = self._has_swapped(index, beside)
        if not is_finished:
            what = f"rebuilding the search index {index}"
            self._server.finish(what, self.prepare(what, beside), fine=("index_already_exists",))
        return MeilisearchRebuild(self, self._server, index, beside, is_finished=is_finished)

    def drop(self, index: str) -> None:
        """Delete the index and its rebuilds."""
        what = f"deleting the search index {index}"
        uids = [uid for uid in self._uids(what) if uid == index or uid.startswith(f"{index}__")]
        tasks = [self._server.ask(what, self._server.client.delete_index, uid) for uid in uids]
        self._server.finish(what, tasks, fine=("index_not_found",))

    def _uids(self, what: str) -> list[str]:
        found: list[str] = []
        while True:
            asked = {"limit": _INDEXES_PER_CALL, "offset": len(found)}
            # The client's type hint says it is a list; it hands on the whole answer.
            page = dict(self._server.ask(what, self._server.client.get_raw_indexes, asked))["results"]
            found += [str(each["uid"]) for each in page]
            if len(page) < _INDEXES_PER_CALL:
                return found

    def prepare(self, what: str, uid: str) -> list[TaskInfo]:
        """Have the index made if it is not there, and the settings that differ changed; gives the tasks of it.

        What is sent afterwards is done afterwards: the tasks need not be awaited before.
        """
        server = self._server
        tasks: list[TaskInfo] = []
        try:
            settings = server.ask(what, server.index(uid).get_settings)
        except NoIndex:
            settings = {}
            tasks.append(server.ask(what, server.client.create_index, uid, {"primaryKey": "id"}))
        changes = differing(settings)
        if changes:
            tasks.append(server.ask(what, server.index(uid).update_settings, changes))
        return tasks

    def _has_swapped(self, index: str, beside: str) -> bool:
        asked = {"types": "indexSwap", "statuses": "enqueued,processing,succeeded", "limit": _SWAPS_LOOKED_AT}
        tasks = self._server.ask(f"rebuilding the search index {index}", self._server.client.get_tasks, asked)
        swaps = [swap for task in tasks.results for swap in (task.details or {}).get("swaps", [])]
        return any({index, beside} == set(swap["indexes"]) for swap in swaps)


class MeilisearchRebuild:
    """See Rebuild."""

    def __init__(
        self, engine: MeilisearchEngine, server: Server, index: str, beside: str, *, is_finished: bool
    ) -> None:
        self._engine, self._server = engine, server
        self._index, self._beside = index, beside
        self._is_finished = is_finished

    @property
    def _uid(self) -> str:
        return self._index if self._is_finished else self._beside

    def save(self, documents: Sequence[Document]) -> None:
        """Add or replace documents in the new index."""
        self._engine.save(self._uid, documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of the new index."""
        self._engine.remove(self._uid, ids)

    def finish(self) -> int:
        """Swap, in one step for all searches, and delete the old index."""
        what = f"putting the rebuilt search index {self._index} in its place"
        if not self._is_finished:
            tasks = self._engine.prepare(what, self._index)
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
