"""Random events against cached pages: none that is read after an event is older than it, none is dropped in vain."""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from integrations.cache.pages import Space
from jobs import events
from tests.conftest import Backroom
from tests.examples import examples
from tests.shops import Shop
from webapp import parts as web_parts
from webapp.app import create_app
from webapp.reading.quick import asked_for

# So many events, so many pages; STEADY=10000x2000 is an hour of it.
EVENTS, PAGES = (int(word) for word in os.environ.get("STEADY", f"{examples(60)}x50").split("x"))
CATEGORIES = [{"id": str(key), "title": f"Category {key}", "handle": f"category-{key}"} for key in range(1, 9)]
SORTS = ("", "price:asc", "price:desc", "title:asc")
FEW = PAGES <= 100  # then every page is looked at after every event; otherwise some
LOOKED_AT = 20


class Shelves:
    """Products of a shop that change at random, and pages that show them."""

    def __init__(self, shop: Shop, chance: random.Random) -> None:
        self._shop, self._chance = shop, chance
        self._products: dict[int, dict[str, Any]] = {}
        self._number = max(20, PAGES // 8)

    def fill(self) -> None:
        for number in range(1, self._number + 1):
            self._products[number] = self._new(number)
            self._tell(number)
        events.apply_deliveries(shop_id=self._shop.id)

    def _new(self, number: int) -> dict[str, Any]:
        return {
            "id": str(number),
            "title": f"Lamp {number}",
            "handle": f"lamp-{number}",
            "brand": self._chance.choice(("Lux", "Zenit", "Acme")),
            "price": f"{self._chance.randrange(5, 60)}.00",
            "stock": self._chance.randrange(0, 4),
            "description": "Bright",
            "tags": [],
            "status": "active",
            "categories": self._chance.sample(CATEGORIES, 2),
            "created_at": f"2026-01-{1 + number % 28:02}T00:00:{number % 60:02}Z",
            "images": [],
        }

    def _tell(self, number: int) -> None:
        assert self._shop.send("product.saved", self._products[number]).status_code == 200

    def change(self) -> None:
        """Change one thing of one product, and deliver it."""
        number, chance = self._chance.randrange(1, self._number + 1), self._chance
        name, value = chance.choice(
            (
                ("title", f"Lamp {chance.randrange(1000)}"),
                ("handle", f"lamp-{number}{chance.choice(('', '-b'))}"),
                ("brand", chance.choice(("Lux", "Zenit", "Acme"))),
                ("price", f"{chance.randrange(5, 60)}.00"),
                ("stock", chance.randrange(0, 4)),
                ("description", f"Bright {chance.randrange(1000)}"),
                ("tags", chance.sample(("new", "sale", "gift"), chance.randrange(3))),
                ("status", chance.choice(("active", "active", "draft"))),
                ("categories", chance.sample(CATEGORIES, chance.randrange(3))),
                ("images", [{"url": f"https://x.example/{chance.randrange(3)}.png"}]),
                ("url", f"https://x.example/{number}/{chance.randrange(3)}"),
            )
        )
        self._products[number][name] = value
        self._tell(number)

    def paths(self) -> list[str]:
        """Addresses of products, by id and handle, and of pages of categories in many forms."""
        found = ["categories"]
        for number in range(1, self._number + 1):
            found += [f"products/{number}", f"products/lamp-{number}"]
        for category in CATEGORIES:
            for sort in SORTS:
                for page in (1, 2, 3):
                    for more in ("", "&filter[brand]=Lux", "&filter[price]=1000-3000", "&filter[available]=true"):
                        found.append(f"categories/{category['handle']}?per_page=4&page={page}&sort={sort}{more}")
        self._chance.shuffle(found)
        return found[:PAGES]


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    """A shop on any other back end."""
    return backroom.shops.custom(currency="EUR")


@pytest.fixture
def processes(backroom: Backroom) -> Iterator[list[Backroom]]:
    """Three web processes on the same tables and the same Redis, each with copies of its own."""
    made, whole = [backroom], backroom.process
    for _ in range(2):
        parts = web_parts.of(
            backroom.settings, database=whole.database, vault=whole.vault, queues=whole.queues, engine=whole.engine
        )
        app = create_app(backroom.settings, parts)
        made.append(replace(backroom, parts=parts, client=app.test_client()))
    yield made
    for one in made[1:]:
        one.parts.counting.end()
        one.parts.sightings.end()
        one.parts.keys.end()


def read(process: Backroom, shop: Shop, path: str) -> tuple[str, str]:
    """A page, and how the cache came by it."""
    mark = "&" if "?" in path else "?"
    answer = process.client.get(f"/storefront/v1/{shop.key}/{path}{mark}key={shop.publishable_key}")
    if answer.status_code == 404:
        return "none", "none"
    return answer.text, answer.headers["Cache-Status"].removeprefix("Backroom; ")


def look_again(processes: list[Backroom]) -> None:
    """What happens by itself within a tenth of a second."""
    for one in processes:
        one.parts.storefronts.forget()


def shown(page: str) -> Any:
    """What a page shows; when a product was told last counts as shown."""
    return None if page == "none" else json.loads(page)


class TestPages:
    def test_are_never_old_and_never_dropped_in_vain(
        self, backroom: Backroom, shop: Shop, processes: list[Backroom]
    ) -> None:
        chance = random.Random(4)
        shelves = Shelves(shop, chance)
        shelves.fill()
        paths = shelves.paths()
        before = {path: read(backroom, shop, path)[0] for path in paths}
        in_vain: list[str] = []
        for _ in range(EVENTS):
            shelves.change()
            events.apply_deliveries(shop_id=shop.id)
            look_again(processes)
            looked_at = paths if FEW else chance.sample(paths, LOOKED_AT)
            compared = set(chance.sample(looked_at, min(10, len(looked_at))))
            for path in looked_at:
                page, how = read(chance.choice(processes), shop, path)
                if how == "fwd=miss; stored" and shown(page) == shown(before[path]):
                    in_vain.append(path)
                if how == "hit" and path in compared:
                    backroom.parts.pages.drop(_space(backroom, shop), _names(path))
                    look_again(processes)  # else their copies may stay for a tenth of a second
                    assert shown(read(backroom, shop, path)[0]) == shown(page), f"{path} is old"
                before[path] = page
        assert not FEW or in_vain == []


def _space(backroom: Backroom, shop: Shop) -> Any:
    front = backroom.parts.storefronts.of(shop.key)
    assert front is not None
    return Space(shop_id=shop.id, version=front.version)


def _names(path: str) -> list[str]:
    place, _, query = path.partition("?")
    arguments = [(name, value) for name, values in parse_qs(query).items() for value in values]
    asked = asked_for(place.split("/"), arguments)
    assert asked is not None
    return list(asked.names)
