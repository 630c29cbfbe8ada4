"""Why a search finds nothing, and what would help: no answer is empty without a reason."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from commerce.database import Connection
from commerce.rules.merchandising import NOTHING, folded
from commerce.tables import products, reindexes, syncs
from integrations.search_api import SearchResult
from webapp.search.composed import Search

SHORT, BUILDING, NO_PRODUCTS, HIDDEN = "query_too_short", "index_being_built", "no_products", "hidden_by_rule"
FILTERS, UNKNOWN, NO_MATCH, PAST_THE_END = "filters_too_narrow", "words_unknown", "no_match", "past_the_last_page"
ALL_FILTERS = "all"
_TRIED = 5  # filters that are left out one at a time, each of which is a search of its own
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why nothing is found: a code for programs, a text for people.

    `words`: those that no product has. `suggestion`: a query that finds something. `filter`: without it (`all`: without
    any) there would be `total`. `done` of `total` products are in the index that is being built.
    """

    code: str
    text: str
    words: tuple[str, ...] = ()
    suggestion: str = ""
    filter: str = ""
    total: int | None = None
    done: int | None = None

    def shape(self) -> dict[str, Any]:
        """As JSON, without what there is not."""
        told: dict[str, Any] = {
            "code": self.code,
            "text": self.text,
            "words": list(self.words),
            "suggestion": self.suggestion,
        }
        told |= {"filter": self.filter, "total": self.total, "done": self.done}
        return {name: value for name, value in told.items() if value not in ("", [], None)}


def reason(search: Search, result: SearchResult, read: Callable[[], Any], shop_id: int) -> Reason:
    """The reason of an empty answer. `read` opens the database. Raises what the engine raises."""
    query = search.query
    if query.offset < result.total:  # the index is a moment behind
        return Reason(code=NO_MATCH, text="What was found has just been taken from sale.")
    if result.total:
        return Reason(code=PAST_THE_END, text="There are results, but not so many pages of them.", total=result.total)
    if query.text.strip() and not folded(query.text):
        return Reason(code=SHORT, text="Type at least one letter or number.")
    if not search.engine.count(search.index):
        with read() as db:
            return _of_an_empty_index(db, shop_id)
    for look in (_hidden, _narrow):
        if (found := look(search)) is not None:
            return found
    return _of_words(search, result)


def _of_an_empty_index(db: Connection, shop_id: int) -> Reason:
    run = reindexes.one(db, shop_id=shop_id)
    if run is not None and run.state == reindexes.RUNNING:
        text = "The search is being set up. Try again in a moment."
        return Reason(code=BUILDING, text=text, done=run.done, total=run.total)
    there, runs = products.count(db, shop_id=shop_id), syncs.latest(db, shop_id=shop_id)
    if there or any((run.kind, run.state) == (syncs.IMPORT, syncs.RUNNING) for run in runs):
        return Reason(code=BUILDING, text="The search is being set up. Try again in a moment.", done=0, total=there)
    return Reason(code=NO_PRODUCTS, text="There are no products yet.")


def _hidden(search: Search) -> Reason | None:
    if not search.outcome.hidden:
        return None
    total = replace(search, outcome=NOTHING).total(text=search.outcome.query or search.query.text)
    return Reason(code=HIDDEN, text="What would be found is not shown at present.") if total else None


def _narrow(search: Search) -> Reason | None:
    """The filter without which the most would be found; all of them where one does not help, or there are many."""
    query = search.query
    without: list[tuple[str, dict[str, Any]]] = [
        (name, {"filters": {other: values for other, values in query.filters.items() if other != name}})
        for name in query.filters
    ]
    without += [("price", {"price": (None, None)})] if query.price != (None, None) else []
    without += [("available", {"available": None})] if query.available is not None else []
    if not without:
        return None
    totals = [(search.total(**changes), name) for name, changes in without] if len(without) <= _TRIED else []
    most, name = max(totals, key=lambda told: told[0], default=(0, ""))
    if not most and len(without) > 1:
        most, name = search.total(filters={}, price=(None, None), available=None), ALL_FILTERS
    if not most:
        return None
    words = "any filter" if name == ALL_FILTERS else f"the filter “{name}”"
    text = f"Nothing fits all filters. Without {words} there would be {most}."
    return Reason(code=FILTERS, text=text, filter=name, total=most)


def _of_words(search: Search, result: SearchResult) -> Reason:
    text = search.outcome.query or search.query.text
    suggestion = _first_that_finds(search, [result.corrected, _without(text, result.unknown)])
    if result.unknown:
        words = ", ".join(f"“{word}”" for word in result.unknown)
        return Reason(code=UNKNOWN, text=f"No product has {words}.", words=result.unknown, suggestion=suggestion)
    return Reason(code=NO_MATCH, text="No product fits this search.", suggestion=suggestion)


def _without(text: str, unknown: Iterable[str]) -> str:
    gone = {folded(word) for word in unknown}
    return " ".join(word for word in _WORD.findall(text) if folded(word) not in gone) if gone else ""


def _first_that_finds(search: Search, texts: Iterable[str]) -> str:
    outcome = replace(search.outcome, query="")
    return next((text for text in texts if text and replace(search, outcome=outcome).total(text=text)), "")
