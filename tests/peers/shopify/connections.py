"""Pages of things: `first`, `after`, `last`, `before`, and cursors that stay right while things change."""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLError

LARGEST_PAGE = 250
# How many sorted lists a shop keeps until it changes.
KEPT_LISTINGS = 16
Key = tuple[Any, ...]


class Listing:
    """Things in the order of a key, which is what a cursor holds."""

    def __init__(self, things: Sequence[Any], keys: Sequence[Key] | None = None, *, reverse: bool = False) -> None:
        self.things = list(reversed(things)) if reverse else things
        # A list that nobody sorted has the places as keys.
        self.keys = keys if keys is not None else [(place,) for place in range(len(things))]
        self.reverse = reverse

    def page(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The connection that these arguments ask for. Raises GraphQLError where there are too many or none."""
        first, last = arguments.get("first"), arguments.get("last")
        if first is None and last is None:
            raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
        if not 0 <= (first if first is not None else last) <= LARGEST_PAGE:
            raise GraphQLError(f"first and last must be at most {LARGEST_PAGE}", extensions={"code": "BAD_REQUEST"})
        start, end = 0, len(self.things)
        if arguments.get("after"):
            start = self.place(arguments["after"], behind=True)
        if arguments.get("before"):
            end = self.place(arguments["before"], behind=False)
        low = start if first is not None else max(start, end - last)
        high = min(end, start + first) if first is not None else end
        edges = [{"node": self.things[at], "cursor": self.cursor(at)} for at in range(low, high)]
        return {
            "edges": edges,
            "nodes": [edge["node"] for edge in edges],
            "pageInfo": {
                "hasNextPage": high < len(self.things),
                "hasPreviousPage": low > 0,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
        }

    def key_at(self, place: int) -> Key:
        return self.keys[len(self.keys) - 1 - place if self.reverse else place]

    def cursor(self, place: int) -> str:
        told = [each.isoformat() if isinstance(each, datetime) else each for each in self.key_at(place)]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()

    def place(self, cursor: str, *, behind: bool) -> int:
        """Where a page after (or before) a cursor begins (or ends)."""
        key = self._key(cursor)
        if self.reverse:
            return len(self.keys) - (bisect_left if behind else bisect_right)(self.keys, key)
        return (bisect_right if behind else bisect_left)(self.keys, key)

    def _key(self, cursor: str) -> Key:
        try:
            told = json.loads(base64.urlsafe_b64decode(cursor))
            return tuple(datetime.fromisoformat(each) if _is_time(each) else each for each in told)
        except (binascii.Error, ValueError, TypeError) as error:
            raise GraphQLError("Invalid cursor for current pagination sort.") from error


def _is_time(told: Any) -> bool:
    return isinstance(told, str) and told[4:5] == "-" and "T" in told


class Listings:
    """Sorted and filtered lists, kept until the shop changes: following pages of one list cost nothing."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], tuple[int, Listing]] = {}

    def get(self, name: tuple[Any, ...], revision: int, make: Callable[[], Listing]) -> Listing:
        found = self.kept.get(name)
        if found is None or found[0] != revision:
            if len(self.kept) >= KEPT_LISTINGS:
                self.kept.clear()
            found = (revision, make())
            self.kept[name] = found
        return found[1]
