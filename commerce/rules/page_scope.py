"""Which pages a change may touch: what they are about, by what they are found, what has to be marked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from commerce.rules.cards import Card, CardChange
from commerce.rules.categories import CategoryChange

# What came of a change that no kept page shows.
NOTHING_DROPPED = "No page that is kept shows what changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What pages that a change may touch are about: products, categories, and keys that lead to either."""

    products: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, changes: Iterable[CardChange | CategoryChange]) -> "Scope":
        """What these changes may touch."""
        scope = cls()
        for change in changes:
            sides = [side for side in (change.before, change.after) if side is not None]
            scope.keys.update(side.handle for side in sides)
            if isinstance(change, CardChange):
                scope.products.add(change.product_id)
                scope.categories.update(each for side in sides if isinstance(side, Card) for each in side.categories)
                scope.keys.add(change.product_id)
            else:
                scope.categories.add(change.category_id)
                scope.keys.add(change.category_id)
        return scope

    @classmethod
    def stored(cls, details: Iterable[Mapping[str, Any]]) -> "Scope":
        """What the changes may touch whose effects have these details."""
        scope = cls()
        for detail in details:
            scope.products.update(detail["products"])
            scope.categories.update(detail["categories"])
            scope.keys.update(detail["keys"])
        return scope

    def detail(self) -> dict[str, list[str]]:
        """It as it is stored with an effect."""
        return {name: sorted(getattr(self, name)) for name in ("products", "categories", "keys")}

    def marks(self) -> list[str]:
        """What has to be marked before anything is dropped."""
        return [
            "categories",
            *(f"product:{each}" for each in self.products),
            *(f"category:{each}" for each in self.categories),
            *(f"key:{each}" for each in self.keys),
        ]
