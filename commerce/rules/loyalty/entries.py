"""What moves points: batches of them, and entries, each of which adds up to nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Accounts. The first two are what a member holds; the others are the shop's, by the member they stand against.
PENDING_POINTS, AVAILABLE_POINTS = "pending", "available"
ISSUED, SPENT, EXPIRED, ADJUSTED = "issued", "spent", "expired", "adjusted"
# States of batches.
PENDING, AVAILABLE, ENDED = "pending", "available", "ended"
# Kinds of entries.
EARN, REVERSE, MATURE, SPEND, RETURN, EXPIRE, ADJUST = (
    "earn", "reverse", "mature", "spend", "return", "expire", "adjust",
)  # fmt: skip
_NEVER = datetime.max.replace(tzinfo=UTC)


class NotEnoughPoints(ValueError):
    """More was to be taken than is available."""

    def __init__(self, *, wanted: int, available: int) -> None:
        super().__init__(f"{wanted} points are needed, {max(0, available)} are available.")
        self.wanted, self.available = wanted, available


@dataclass(slots=True, kw_only=True)
class Batch:
    """Points of one source; `left` of them can be spent, once they are available."""

    source: str
    member_id: str
    state: str
    points: int
    left: int
    matures_at: datetime
    expires_at: datetime | None = None
    warned_at: datetime | None = None
    id: int = 0

    @property
    def turn(self) -> tuple[datetime, datetime, str]:
        """What ends soonest is spent first."""
        return self.expires_at or _NEVER, self.matures_at, self.source


@dataclass(slots=True)
class Sums:
    """What a member holds, waits for, and was ever given for orders and actions."""

    points: int = 0
    pending: int = 0
    earned: int = 0


@dataclass(slots=True, kw_only=True)
class Entry:
    """A transaction. `key` empty: it is numbered among those about the same. Postings: (account, member, points)."""

    kind: str
    about: str
    key: str = ""
    reason: str = ""
    made_by: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    postings: list[tuple[str, str, int]] = field(default_factory=list)
