"""Indexes: settings, documents, and what is done to them by tasks."""

import copy
import re
from datetime import UTC, datetime
from typing import Any

from tests.peers.meilisearch.matching import Words
from tests.peers.meilisearch.refusals import Refusal

_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")
USUAL: dict[str, Any] = {
    "displayedAttributes": ["*"],
    "searchableAttributes": ["*"],
    "filterableAttributes": [],
    "sortableAttributes": [],
    "rankingRules": ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
    "stopWords": [],
    "nonSeparatorTokens": [],
    "separatorTokens": [],
    "dictionary": [],
    "synonyms": {},
    "distinctAttribute": None,
    "proximityPrecision": "byWord",
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
        "disableOnWords": [],
        "disableOnAttributes": [],
        "disableOnNumbers": False,
    },
    "faceting": {"maxValuesPerFacet": 100, "sortFacetValuesBy": {"*": "alpha"}},
    "pagination": {"maxTotalHits": 1000},
    "embedders": {},
    "searchCutoffMs": None,
    "localizedAttributes": None,
    "facetSearch": True,
    "prefixSearch": "indexingTime",
}
_RULES = {"words", "typo", "proximity", "attribute", "attributeRank", "sort", "wordPosition", "exactness"}
_SORTED = ("sortableAttributes", "stopWords")


def now() -> str:
    """This moment, as the server writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Index:
    """One index."""

    def __init__(self, uid: str, primary_key: str | None) -> None:
        self.uid, self.primary_key = uid, primary_key
        self.created_at = self.updated_at = now()
        self.settings = copy.deepcopy(USUAL)
        self.documents: dict[str, dict[str, Any]] = {}
        self.order: dict[str, int] = {}
        self._words: Words | None = None
        self._number = 0

    @property
    def words(self) -> Words:
        """The words of all documents."""
        if self._words is None:
            self._words = Words(self.settings, self.documents)
        return self._words

    def shown(self) -> dict[str, Any]:
        """The index as it is listed."""
        times = {"createdAt": self.created_at, "updatedAt": self.updated_at}
        return {"uid": self.uid, **times, "primaryKey": self.primary_key}

    def stats(self) -> dict[str, Any]:
        """How many documents, and which fields they have."""
        fields = sorted({name for document in self.documents.values() for name in document})
        return {
            "numberOfDocuments": len(self.documents),
            "rawDocumentDbSize": 0,
            "avgDocumentSize": 0,
            "isIndexing": False,
            "numberOfEmbeddings": 0,
            "numberOfEmbeddedDocuments": 0,
            "fieldDistribution": {name: sum(name in each for each in self.documents.values()) for name in fields},
        }

    def changed(self) -> None:
        """Something is another than it was."""
        self._words = None
        self.updated_at = now()

    def set_up(self, changes: dict[str, Any]) -> None:
        """Change settings; None means the usual."""
        for name, value in changes.items():
            if value is None:
                self.settings[name] = copy.deepcopy(USUAL[name])
            elif isinstance(value, dict) and name in ("typoTolerance", "faceting", "pagination"):
                _merge(self.settings[name], value)
            else:
                self.settings[name] = sorted(value) if name in _SORTED else copy.deepcopy(value)
        self.changed()

    def add(self, documents: list[dict[str, Any]], primary_key: str | None, *, is_partial: bool) -> None:
        """Add or replace documents, all or none. Raises Refusal."""
        key = self.primary_key or primary_key or _guessed(documents)
        checked = [(_id(document, key), document) for document in documents]
        self.primary_key = key
        for id_, document in checked:
            before = self.documents.get(id_, {}) if is_partial else {}
            self.documents[id_] = before | copy.deepcopy(document)
            if id_ not in self.order:
                self._number += 1
                self.order[id_] = self._number
        self.changed()

    def remove(self, ids: list[str]) -> int:
        """Take documents out; gives how many there were."""
        removed = [id_ for id_ in dict.fromkeys(ids) if self.documents.pop(id_, None) is not None]
        for id_ in removed:
            self.order.pop(id_, None)
        self.changed()
        return len(removed)

    def is_filterable(self, path: str) -> bool:
        """Whether a path may be filtered and counted by."""
        return any(path == name or path.startswith(f"{name}.") for name in self.settings["filterableAttributes"])

    def refuse_unless_filterable(self, path: str) -> None:
        """Raises Refusal for an attribute that cannot be filtered by."""
        if not self.is_filterable(path):
            names = ", ".join(f"`{name}`" for name in self.settings["filterableAttributes"])
            message = (
                f"Index `{self.uid}`: Attribute `{path}` is not filterable. Available filterable attribute patterns"
            )
            raise Refusal("invalid_search_filter", f"{message} are: {names}.")


def _merge(into: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = copy.deepcopy(value)


def _guessed(documents: list[dict[str, Any]]) -> str:
    names = [name for name in (documents[0] if documents else {}) if name.lower().endswith("id")]
    return names[0] if names else "id"


def _id(document: dict[str, Any], key: str) -> str:
    if key not in document:
        raise Refusal("missing_document_id", f"Document doesn't have a `{key}` attribute: `{document}`.")
    value = document[key]
    if isinstance(value, bool) or not isinstance(value, int | str) or not _ID.fullmatch(str(value)):
        raise Refusal("invalid_document_id", f"Document identifier `{value!r}` is invalid.")
    return str(value)


def refuse_bad_settings(changes: dict[str, Any]) -> None:
    """What the server refuses at once."""
    for name in changes.keys() - USUAL.keys():
        raise Refusal("bad_request", f"Unknown field `{name}`: expected one of `displayedAttributes`, …")
    for at, rule in enumerate(changes.get("rankingRules") or ()):
        if rule not in _RULES and not rule.endswith((":asc", ":desc")):
            message = f"Invalid value at `.rankingRules[{at}]`: `{rule}` ranking rule is invalid."
            raise Refusal("invalid_settings_ranking_rules", message)
    if not isinstance(changes.get("stopWords") or [], list):
        raise Refusal("invalid_settings_stop_words", "Invalid value type at `.stopWords`: expected an array")
