"""What shoppers see of a category."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryShown:
    """A category as its page shows it; `description` is the shop's own HTML."""

    id: str
    handle: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChange:
    """A category before and after a change; None where shoppers do not see it."""

    category_id: str
    before: CategoryShown | None
    after: CategoryShown | None
