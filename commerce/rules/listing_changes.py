"""Whether a change of one product changes a page of a category that was made before."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from commerce.rules.cards import Card, CardChange
from commerce.rules.listings import PRICE, USUAL_SORT, Key, Listing, ListingQuery, counted, key_of, meets


class Verdict(Enum):
    """Whether a page that was made before a change still shows what it would show now."""

    SAME, CHANGED, UNSURE = "same", "changed", "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What has to be known of a page that was made: `keys` of what it shows in order; whether it is the first or the
    last one; `is_cut` and `span` as in Listing; `digest` differs where anything that it shows does.
    """

    query: ListingQuery
    keys: tuple[Key, ...]
    is_last: bool
    span: tuple[int, int] | None
    is_cut: bool
    digest: str = ""


def made(query: ListingQuery, shown: Listing) -> Made:
    """What to remember of a page."""
    return Made(
        query=query,
        keys=tuple(key_of(card, query) for card in shown.cards),
        is_last=query.page * query.per_page >= shown.total,
        span=shown.span,
        is_cut=shown.is_cut,
        digest=_digest(shown),
    )


def _digest(shown: Listing) -> str:
    told = ([card.shown for card in shown.cards], shown.total, sorted(shown.facets.items()), shown.span)
    return hashlib.blake2b(repr(told).encode("utf-8", "replace"), digest_size=16).hexdigest()


def verdict(page: Made, change: CardChange) -> Verdict:
    """Whether this change changes that page. What it says stays true for later changes, as long as it says SAME."""
    query = page.query
    before, after = _there(change.before, query), _there(change.after, query)
    if before is None and after is None:
        return Verdict.SAME
    was, now = (card is not None and meets(card, query) for card in (before, after))
    if was != now:
        return Verdict.CHANGED
    said = {_counts_change(page, before, after), _span_changes(page, before, after)}
    if was and before is not None and after is not None:
        said.add(_moves(page, before, after))
    return next((each for each in (Verdict.CHANGED, Verdict.UNSURE) if each in said), Verdict.SAME)


def _there(card: Card | None, query: ListingQuery) -> Card | None:
    there = card is not None and (query.category in card.categories or card.id in query.added)
    return card if there else None


def _moves(page: Made, before: Card, after: Card) -> Verdict:
    """Whether a card that is on the list before and after is shown differently, or moves into, out of or over the page.

    Keys by price and title are of what is shown, so that those of a page that is kept are those of now. In the usual
    order a card may get another key and stay where it is: the keys of the page say nothing sure then.
    """
    is_shown = any(key[-1] == before.id for key in page.keys)
    if is_shown and before.shown != after.shown:
        return Verdict.CHANGED
    old, new = key_of(before, page.query), key_of(after, page.query)
    if old == new:
        return Verdict.SAME
    if page.query.sort == USUAL_SORT:
        return Verdict.UNSURE
    return Verdict.CHANGED if _side(page, old) != _side(page, new) else Verdict.SAME


def _side(page: Made, key: Key) -> int:
    """Before the page (-1), after it (1), on it (0). A page that shows nothing is behind everything."""
    if not page.keys or (key < page.keys[0] and page.query.page > 1):
        return -1
    if key > page.keys[-1] and not page.is_last:
        return 1
    return 0


def _counts_change(page: Made, before: Card | None, after: Card | None) -> Verdict:
    old = Counter(counted(before, page.query)) if before else Counter[tuple[str, str]]()
    new = Counter(counted(after, page.query)) if after else Counter[tuple[str, str]]()
    if old == new:
        return Verdict.SAME
    return Verdict.UNSURE if page.is_cut else Verdict.CHANGED


def _span_changes(page: Made, before: Card | None, after: Card | None) -> Verdict:
    query = page.query
    old = before.price if before and meets(before, query, but=PRICE) else None
    new = after.price if after and meets(after, query, but=PRICE) else None
    if old == new:
        return Verdict.SAME
    if page.span is None or (new is not None and not page.span[0] <= new <= page.span[1]):
        return Verdict.CHANGED
    return Verdict.UNSURE if old in page.span else Verdict.SAME  # another product may have the same price
