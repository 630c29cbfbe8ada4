"""What the stand-in does at each of its addresses."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.peers.meilisearch import searching
from tests.peers.meilisearch.call import Asked
from tests.peers.meilisearch.filtering import compiled
from tests.peers.meilisearch.refusals import Refusal, no_index
from tests.peers.meilisearch.rights import Rights
from tests.peers.meilisearch.state import Index, now, refuse_bad_settings
from tests.peers.meilisearch.work import Work

_UID = re.compile(r"[A-Za-z0-9_-]{1,400}")
_VERSION = {"commitSha": "unknown", "commitDate": "unknown", "pkgVersion": "1.50.0"}
Answer = tuple[int, Any]


class Routes:
    """All addresses, with the right that each takes."""

    def __init__(self, rights: Rights, work: Work) -> None:
        self.rights, self.work = rights, work
        self.indexes: dict[str, Index] = {}
        self._table: list[tuple[str, re.Pattern[str], str, Callable[..., Answer]]] = []
        for line, action, act in self._lines():
            method, _, pattern = line.partition(" ")
            self._table.append((method, re.compile(pattern.replace("{}", "([^/]+)")), action, act))

    def answer(self, asked: Asked) -> Answer:
        """Status and body. Raises Refusal."""
        for method, pattern, action, act in self._table:
            match = pattern.fullmatch(asked.path)
            if match and method == asked.method:
                index = match[1] if asked.path.startswith("/indexes/") else None
                also = self.rights.allow(asked.authorization, action, index) if action else None
                with self.work.lock:
                    return act(asked, *match.groups(), **({"also": also} if action == "search" and index else {}))
        return 404, None

    def _lines(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET /health", "", lambda _: (200, {"status": "available"})),
            ("GET /version", "version", lambda _: (200, _VERSION)),
            ("GET /stats", "stats.get", self._stats),
            ("GET /indexes", "indexes.get", self._list),
            ("POST /indexes", "indexes.create", self._create),
            ("GET /indexes/{}", "indexes.get", lambda _, uid: (200, self._index(uid).shown())),
            ("DELETE /indexes/{}", "indexes.delete", self._delete),
            ("GET /indexes/{}/stats", "stats.get", lambda _, uid: (200, self._index(uid).stats())),
            ("GET /indexes/{}/settings", "settings.get", lambda _, uid: (200, self._index(uid).settings)),
            ("PATCH /indexes/{}/settings", "settings.update", self._set_up),
            ("DELETE /indexes/{}/settings", "settings.update", self._reset),
            ("PUT /indexes/{}/settings/{}", "settings.update", self._set_one),
            ("PATCH /indexes/{}/settings/{}", "settings.update", self._set_one),
            ("POST /indexes/{}/documents", "documents.add", self._replace),
            ("PUT /indexes/{}/documents", "documents.add", self._update),
            ("GET /indexes/{}/documents/{}", "documents.get", self._document),
            ("POST /indexes/{}/documents/fetch", "documents.get", self._fetch),
            ("DELETE /indexes/{}/documents/{}", "documents.delete", self._remove_one),
            ("DELETE /indexes/{}/documents", "documents.delete", self._remove_all),
            ("POST /indexes/{}/documents/delete-batch", "documents.delete", self._remove_some),
            ("POST /indexes/{}/documents/delete", "documents.delete", self._remove_met),
            ("POST /indexes/{}/search", "search", self._search),
            ("POST /indexes/{}/facet-search", "search", self._facet_search),
            ("POST /multi-search", "", self._several),
            ("POST /swap-indexes", "indexes.swap", self._swap),
            ("GET /tasks", "tasks.get", lambda asked: (200, self.work.listed(asked.query))),
            ("GET /tasks/{}", "tasks.get", lambda _, uid: (200, self.work.one(uid))),
            ("POST /tasks/cancel", "tasks.cancel", lambda asked: (200, self.work.cancel(asked.query))),
            ("DELETE /tasks", "tasks.delete", lambda asked: (200, self.work.delete(asked.query))),
            ("GET /keys", "keys.get", lambda _: (200, self.rights.listed())),
            ("POST /keys", "keys.create", lambda asked: (201, self.rights.create(asked.json()))),
            ("GET /keys/{}", "keys.get", lambda _, uid: (200, self.rights.one(uid))),
            ("DELETE /keys/{}", "keys.delete", self._delete_key),
        ]

    def _index(self, uid: str) -> Index:
        if uid not in self.indexes:
            raise no_index(uid)
        return self.indexes[uid]

    def _stats(self, _: Asked) -> Answer:
        indexes = {uid: index.stats() for uid, index in sorted(self.indexes.items())}
        return 200, {"databaseSize": 0, "usedDatabaseSize": 0, "lastUpdate": now(), "indexes": indexes}

    def _list(self, asked: Asked) -> Answer:
        offset, limit = int(asked.query.get("offset", 0)), int(asked.query.get("limit", 20))
        every = [index.shown() for _, index in sorted(self.indexes.items())]
        return 200, {"results": every[offset : offset + limit], "offset": offset, "limit": limit, "total": len(every)}

    def _create(self, asked: Asked) -> Answer:
        told = asked.json()
        uid, key = told.get("uid", ""), told.get("primaryKey")
        if not isinstance(uid, str) or not _UID.fullmatch(uid):
            raise Refusal("invalid_index_uid", f"Invalid value at `.uid`: `{uid}` is not a valid index uid.")

        def act() -> dict[str, Any]:
            if uid in self.indexes:
                raise Refusal("index_already_exists", f"Index `{uid}` already exists.")
            self.indexes[uid] = Index(uid, key)
            return {}

        return 202, self.work.add("indexCreation", uid, {"primaryKey": key}, act)

    def _delete(self, _: Asked, uid: str) -> Answer:
        def act() -> dict[str, Any]:
            count = len(self._index(uid).documents)
            del self.indexes[uid]
            return {"deletedDocuments": count}

        return 202, self.work.add("indexDeletion", uid, {"deletedDocuments": None}, act)

    def _set_up(self, asked: Asked, uid: str) -> Answer:
        return self._settings(uid, asked.json())

    def _reset(self, _: Asked, uid: str) -> Answer:
        return self._settings(uid, dict.fromkeys(self._index(uid).settings) if uid in self.indexes else {})

    def _set_one(self, asked: Asked, uid: str, name: str) -> Answer:
        first, *others = name.split("-")
        return self._settings(uid, {"".join([first, *(other.capitalize() for other in others)]): asked.json()})

    def _settings(self, uid: str, changes: dict[str, Any]) -> Answer:
        refuse_bad_settings(changes)

        def act() -> dict[str, Any]:
            self.indexes.setdefault(uid, Index(uid, None)).set_up(changes)
            return {}

        return 202, self.work.add("settingsUpdate", uid, changes, act)

    def _replace(self, asked: Asked, uid: str) -> Answer:
        return self._add(asked, uid, is_partial=False)

    def _update(self, asked: Asked, uid: str) -> Answer:
        return self._add(asked, uid, is_partial=True)

    def _add(self, asked: Asked, uid: str, *, is_partial: bool) -> Answer:
        documents, key = asked.documents(), asked.query.get("primaryKey")

        def act() -> dict[str, Any]:
            self.indexes.setdefault(uid, Index(uid, None)).add(documents, key, is_partial=is_partial)
            return {"indexedDocuments": len(documents)}

        details = {"receivedDocuments": len(documents), "indexedDocuments": None}
        return 202, self.work.add("documentAdditionOrUpdate", uid, details, act)

    def _document(self, _: Asked, uid: str, id_: str) -> Answer:
        documents = self._index(uid).documents
        if id_ not in documents:
            raise Refusal("document_not_found", f"Document `{id_}` not found.")
        return 200, documents[id_]

    def _fetch(self, asked: Asked, uid: str) -> Answer:
        index, told = self._index(uid), asked.json()
        test = compiled(told.get("filter"), index.refuse_unless_filterable)
        found = [index.documents[id_] for id_ in index.order if test(index.documents[id_])]
        offset, limit, fields = told.get("offset", 0), told.get("limit", 20), told.get("fields") or ["*"]
        page = [
            {name: value for name, value in document.items() if "*" in fields or name in fields}
            for document in found[offset : offset + limit]
        ]
        return 200, {"results": page, "offset": offset, "limit": limit, "total": len(found)}

    def _removal(self, uid: str, ids: Callable[[], list[str]], provided: int, written: str | None = None) -> Answer:
        def act() -> dict[str, Any]:
            return {"deletedDocuments": self._index(uid).remove(ids())}

        details = {"providedIds": provided, "deletedDocuments": None, "originalFilter": written}
        return 202, self.work.add("documentDeletion", uid, details, act)

    def _remove_one(self, _: Asked, uid: str, id_: str) -> Answer:
        return self._removal(uid, lambda: [id_], 1)

    def _remove_all(self, _: Asked, uid: str) -> Answer:
        return self._removal(uid, lambda: list(self._index(uid).documents), 0)

    def _remove_some(self, asked: Asked, uid: str) -> Answer:
        ids = [str(each) for each in asked.json()]
        return self._removal(uid, lambda: ids, len(ids))

    def _remove_met(self, asked: Asked, uid: str) -> Answer:
        filter_ = asked.json()["filter"]

        def ids() -> list[str]:
            index = self._index(uid)
            test = compiled(filter_, index.refuse_unless_filterable)
            return [id_ for id_, document in index.documents.items() if test(document)]

        return self._removal(uid, ids, 0, json.dumps(filter_))

    def _search(self, asked: Asked, uid: str, *, also: Any) -> Answer:
        return 200, searching.search(self._index(uid), asked.json(), also=also)

    def _facet_search(self, asked: Asked, uid: str, *, also: Any) -> Answer:
        return 200, searching.facet_search(self._index(uid), asked.json())

    def _several(self, asked: Asked) -> Answer:
        results: list[dict[str, Any]] = []
        for at, query in enumerate(asked.json()["queries"]):
            uid = query.pop("indexUid")
            also = self.rights.allow(asked.authorization, "search", uid)
            try:
                results.append({"indexUid": uid, **searching.search(self._index(uid), query, also=also)})
            except Refusal as refusal:
                raise Refusal(refusal.code, f"Inside `.queries[{at}]`: {refusal.message}", status=400) from refusal
        return 200, {"results": results}

    def _swap(self, asked: Asked) -> Answer:
        swaps = [{"indexes": each["indexes"], "rename": each.get("rename", False)} for each in asked.json()]

        def act() -> dict[str, Any]:
            for swap in swaps:
                one, other = swap["indexes"]
                first, second = self._index(one), self._index(other)
                self.indexes[one], self.indexes[other] = second, first
                second.uid, first.uid = one, other
            return {}

        return 202, self.work.add("indexSwap", None, {"swaps": swaps}, act)

    def _delete_key(self, _: Asked, uid: str) -> Answer:
        self.rights.delete(uid)
        return 204, None
