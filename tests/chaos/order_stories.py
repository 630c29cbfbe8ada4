"""Stories of orders, seeded: what a shop tells of each, and what has to have come of it in the end.

What is expected is worked out here from the story itself, not by the product's own rules.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

PRODUCTS = 20
ON_HAND = 100_000
# How an order goes, and how often of a hundred.
PATHS: dict[tuple[str, ...], int] = {
    ("created paid",): 30,
    ("created", "paid"): 15,
    ("created paid", "sent"): 20,
    ("created", "paid", "sent"): 10,
    ("created paid", "cancelled"): 8,
    ("created", "cancelled"): 5,
    ("created paid", "refunded"): 6,
    ("created paid", "sent", "refunded"): 6,
}
_MAIL_OF = {
    "created": "order_confirmation",
    "paid": "order_paid",
    "fulfilled": "order_fulfilled",
    "refunded": "order_refunded",
    "cancelled": "order_cancelled",
}


@dataclass
class Story:
    """An order: its versions as the shop tells them, oldest first, and their lines (product number, pieces)."""

    id: str
    lines: list[tuple[int, int]]
    path: tuple[str, ...]
    placed_at: datetime
    versions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def email(self) -> str:
        """An address of its own, so that whoever refuses it refuses this order's mails only."""
        return f"shopper-{self.id}@example.org"

    def milestones(self) -> list[str]:
        """What it comes to."""
        words = " ".join(self.path)
        found = ["created"]
        found += ["paid"] if "paid" in words else []
        found += ["fulfilled"] if "sent" in words else []
        found += ["refunded"] if "refunded" in words else []
        return found + (["cancelled"] if "cancelled" in words else [])

    def steps(self) -> "Counter[str]":
        """Steps that it has to have in the end, by kind: a state of stock for each version, as each has another."""
        reached = self.milestones()
        found = Counter({"hold": 1, "payment": 1, "inventory": len(self.path)})
        found["analytics"] = len([each for each in reached if each != "fulfilled"])
        found.update(f"notify:{_MAIL_OF[each]}" for each in reached)
        return found

    def holds(self) -> dict[int, tuple[int, int, int]]:
        """Pieces by product: reserved without payment, allocated with it, gone from the shelf."""
        words, found = " ".join(self.path), dict[int, tuple[int, int, int]]()
        for product, pieces in self.lines:
            one = (0, pieces, 0) if "paid" in words else (pieces, 0, 0)
            if "sent" in words:
                one = (0, 0, pieces)
            if "refunded" in words:  # the first line's pieces come back whole
                back = pieces if product == self.lines[0][0] else 0
                one = (one[0], one[1] - (back if "sent" not in words else 0), one[2] - (back if "sent" in words else 0))
            found[product] = (0, 0, 0) if "cancelled" in words else one
        return found


def stories(count: int, *, seed: int, now: datetime) -> list[Story]:
    """That many, always the same ones for a seed."""
    drawn = random.Random(seed)
    paths, weights = list(PATHS), list(PATHS.values())
    return [_story(str(number), drawn, drawn.choices(paths, weights)[0], now) for number in range(1, count + 1)]


def _story(order_id: str, drawn: random.Random, path: tuple[str, ...], now: datetime) -> Story:
    products = drawn.sample(range(1, PRODUCTS + 1), drawn.randint(1, 3))
    story = Story(id=order_id, lines=[(each, drawn.randint(1, 3)) for each in products], path=path, placed_at=now)
    told: list[str] = []
    for place, word in enumerate(path):
        told += word.split()
        story.versions.append(_version(story, told, now + timedelta(seconds=place)))
    return story


def _version(story: Story, told: Sequence[str], at: datetime) -> dict[str, Any]:
    """The whole order as the shop tells it once all of that has happened."""
    refunded, sent = "refunded" in told, "sent" in told
    lines = [
        _line(place, product, pieces, sent=sent, back=refunded and place == 1)
        for place, (product, pieces) in enumerate(story.lines, 1)
    ]
    total = sum(10 * pieces for _, pieces in story.lines)
    data = {
        "id": story.id,
        "number": f"C{story.id}",
        "currency": "EUR",
        "total": f"{total}.00",
        "email": story.email,
        "locale": "de" if int(story.id) % 3 else "en",
        "lines": lines,
        "placed_at": story.placed_at.isoformat(),
        "updated_at": at.isoformat(),
        "status": "cancelled" if "cancelled" in told else "open",
        "fulfillment_status": "fulfilled" if sent else "unfulfilled",
        "delivery_address": {"first_name": "Ada", "last_name": "Lovelace", "city": "Berlin", "country": "DE"},
    }
    if "paid" in told:
        data["paid_at"] = at.isoformat()
    if refunded:
        amount = 10 * story.lines[0][1]
        data["refunds"] = [{"id": f"r1-{story.id}", "amount": f"{amount}.00", "created_at": at.isoformat()}]
    return {"type": "order.saved", "timestamp": at.isoformat(), "data": data}


def _line(place: int, product: int, pieces: int, *, sent: bool, back: bool) -> dict[str, Any]:
    gone = {"returned" if sent else "cancelled": pieces} if back else {}
    return {
        "id": str(place),
        "product_id": str(product),
        "title": f"Lamp {product}",
        "quantity": pieces,
        "price": "10.00",
        "fulfilled": pieces if sent else 0,
        **gone,
    }


def products(now: datetime) -> Iterator[dict[str, Any]]:
    """What the shop has to sell."""
    for number in range(1, PRODUCTS + 1):
        data = {"id": str(number), "title": f"Lamp {number}", "price": "10.00", "stock": ON_HAND}
        yield {"type": "product.saved", "timestamp": (now - timedelta(minutes=1)).isoformat(), "data": data}


def told(told_stories: Sequence[Story], *, seed: int) -> list[bytes]:
    """All versions of all orders as bodies: near their order, but shuffled, and every tenth one twice."""
    drawn = random.Random(seed + 1)
    placed: list[tuple[float, bytes]] = []
    for place, story in enumerate(told_stories):
        for version in story.versions:
            body = json.dumps(version).encode()
            times = 2 if drawn.random() < 0.1 else 1
            placed += [(place + drawn.uniform(0, 60), body) for _ in range(times)]
    return [body for _, body in sorted(placed, key=lambda one: one[0])]


def utc() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
