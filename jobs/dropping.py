"""Finding the kept pages that a change makes old, and dropping them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from commerce.database import Database
from commerce.rules import page_names
from commerce.rules.cards import Card, CardChange
from commerce.rules.categories import CategoryChange
from commerce.rules.listing_changes import Made, Verdict, made, verdict
from commerce.rules.listings import ListingQuery, listing
from commerce.rules.page_scope import NOTHING_DROPPED, Scope
from commerce.tables import cards, categories
from integrations.cache.pages import ANYWHERE, Pages, Space

_NAMED = 3  # pages whose names an event's timeline tells

Change = CardChange | CategoryChange


class Dropping:
    """Drops pages of one shop. Everything raises Transient while Redis is away."""

    def __init__(self, database: Database, pages: Pages, space: Space) -> None:
        self._database, self._pages, self._space = database, pages, space
        self._kept: dict[str, dict[str, Made | None]] = {}  # None: kept by another version of this code
        self._stored: dict[tuple[str, tuple[str, ...]], list[Card]] = {}
        self._now: dict[str, str] = {}  # digests of pages as they would be made now
        self._gone: set[str] = (
            set()
        )  # pages that an earlier one of these changes made old: nobody asks about them again

    def of_changes(self, rows: Mapping[int, Sequence[Change]]) -> dict[int, str]:
        """Drop what these changes make old; gives in plain words what was dropped for each row."""
        changes = [change for changes in rows.values() for change in changes]
        scope = Scope.of(changes)
        self._look(scope, Scope.of(each for each in changes if isinstance(each, CategoryChange)).keys)
        old = {row: self._old(changes) for row, changes in rows.items()}
        names = [name for found in old.values() for name in found]
        dropped = set(self._pages.drop(self._space, names, about=scope.detail()))
        return {row: _told([name for name in names if name in dropped]) for row, names in old.items()}

    def of_scope(self, scope: Scope) -> str:
        """Drop all pages that changes of this scope could touch; gives that in plain words."""
        self._look(scope, scope.keys)
        names = ["categories"]
        for key in scope.keys:
            names += [*page_names.every_of_product(key), page_names.of_no_category(key)]
        names += [name for found in self._kept.values() for name in found]
        dropped = len(self._pages.drop(self._space, names, about=scope.detail()))
        return f"Dropped all {dropped} pages that it may have changed." if dropped else NOTHING_DROPPED

    def _look(self, scope: Scope, keys: Collection[str]) -> None:
        """Mark what changed, and only then see which pages there are: none of the old can come after that.

        Those of the scope's categories, and of others that had to be asked for by one of these keys until now.
        """
        self._pages.mark(self._space, scope.marks())
        touched = set(scope.categories)
        if keys:
            with self._database.read() as db:
                touched |= categories.answering(db, shop_id=self._space.shop_id, keys=keys)
        found = self._pages.made_of(self._space, [*sorted(touched), ANYWHERE])
        self._kept = {
            category: {name: _made(described) for name, described in pages.items()} for category, pages in found.items()
        }

    def _old(self, changes: Iterable[Change]) -> list[str]:
        names: dict[str, None] = {}
        for change in changes:
            found = self._of_card(change) if isinstance(change, CardChange) else self._of_category(change)
            names |= dict.fromkeys(found)
        return list(names)

    def _of_card(self, change: CardChange) -> Iterable[str]:
        before, after = change.before, change.after
        if before is None or after is None or before.page != after.page:
            yield from page_names.every_of_product(change.product_id)
            for side in (before, after):
                if side is not None:
                    yield from page_names.every_of_product(side.handle)
        there = [side.categories if side is not None else () for side in (before, after)]
        if sorted(there[0]) != sorted(there[1]):
            yield "categories"
        if before is not None and after is not None and replace(before, page=after.page) == after:
            return  # lists show nothing of it
        for category in {*there[0], *there[1], ANYWHERE}:
            for name, page in self._kept.get(category, {}).items():
                if name not in self._gone and self._is_old(name, page, change):
                    self._gone.add(name)
                    yield name

    def _is_old(self, name: str, page: Made | None, change: CardChange) -> bool:
        found = verdict(page, change) if page is not None else Verdict.CHANGED
        if found is not Verdict.UNSURE:
            return found is Verdict.CHANGED
        assert page is not None
        if name not in self._now:  # seldom: made once more, to compare
            self._now[name] = made(page.query, listing(self._cards(page.query), page.query)).digest
        return self._now[name] != page.digest

    def _cards(self, query: ListingQuery) -> list[Card]:
        """The cards of a category as they are now: since these changes were committed."""
        key = query.category, tuple(query.added)
        if key not in self._stored:
            with self._database.read() as db:
                self._stored[key] = cards.of_category(
                    db, shop_id=self._space.shop_id, category_id=query.category, added=query.added
                )
        return self._stored[key]

    def _of_category(self, change: CategoryChange) -> Iterable[str]:
        before, after = change.before, change.after
        if before is None or after is None or replace(before, description=after.description) != after:
            yield "categories"
        moves = before is None or after is None or before.handle != after.handle
        keys = {change.category_id, *(side.handle for side in (before, after) if side)}
        yield from (page_names.of_no_category(key) for key in keys)
        for found in self._kept.values():
            for name, page in found.items():
                is_its_own = page is None or page.query.category == change.category_id
                if is_its_own or (moves and page_names.is_of(name, keys)):
                    yield name


def _made(described: bytes) -> Made | None:
    try:
        told: dict[str, Any] = orjson.loads(described)
        return Made(**(told | {"query": ListingQuery(**told["query"])}))
    except (ValueError, TypeError, KeyError):
        return None


def _told(names: Sequence[str]) -> str:
    if not names:
        return NOTHING_DROPPED
    more = len(names) - _NAMED
    return f"Dropped {', '.join(names[:_NAMED])}{f' and {more} more' if more > 0 else ''}."
