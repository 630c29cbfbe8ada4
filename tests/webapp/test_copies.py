"""Copies of pages in web processes: none is served that is older than what was committed before the last look."""

import random
import time
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from integrations.cache.pages import Entry, Pages, Space, open_pages
from integrations.cache.told import Listening
from webapp.reading.copies import Copies
from webapp.reading.storefronts import Waiting

SPACE, NAME = Space(shop_id=1, version=0), "product:1"
ABOUT = {"products": ["1"], "keys": ["1"]}
STEPS = 20_000


def entry(body: bytes = b"page", *, seconds: float = 600, about: dict[str, Any] | None = None) -> Entry:
    """A page that is kept for so long."""
    until = time.time() + seconds
    return Entry(body=body, etag="e", fresh_until=until, kept_until=until, about=ABOUT if about is None else about)


@pytest.fixture
def pages(redis_url: str) -> Pages:
    """Pages in an empty Redis."""
    return open_pages(redis_url, most_bytes=1_000_000)


@pytest.fixture
def copies(pages: Pages) -> Copies:
    """The copies of one process."""
    return Copies(Listening(pages.client))


class TestCopies:
    def test_are_found_while_nothing_about_them_is_dropped(self, pages: Pages, copies: Copies) -> None:
        proof = copies.prove(1, 0)
        copies.add(1, proof, NAME, entry())
        pages.drop(SPACE, ["product:2"], about={"products": ["2"], "categories": ["7"]})
        found = copies.get(copies.prove(1, 0), ("handle:1", NAME))
        assert found is not None
        assert found.body == b"page"

    @pytest.mark.parametrize(
        ("names", "about"),
        [([NAME], {}), ([], {"products": ["1"]}), ([], {"keys": ["1"]}), ([f"x:{each}" for each in range(300)], {})],
    )
    def test_go_with_what_is_dropped(
        self, pages: Pages, copies: Copies, names: list[str], about: dict[str, Any]
    ) -> None:
        copies.add(1, copies.prove(1, 0), NAME, entry())
        pages.drop(SPACE, names, about=about)
        assert copies.get(copies.prove(1, 0), (NAME,)) is None

    def test_that_show_something_of_everything_go_with_anything(self, pages: Pages, copies: Copies) -> None:
        copies.add(1, copies.prove(1, 0), "categories", entry(about={"all": 1}))
        pages.drop(SPACE, ["product:9"])
        assert copies.get(copies.prove(1, 0), ("categories",)) is None

    def test_of_another_version_are_not_found(self, copies: Copies) -> None:
        copies.add(1, copies.prove(1, 0), NAME, entry())
        assert copies.get(copies.prove(1, 1), (NAME,)) is None

    def test_of_another_shop_stay(self, pages: Pages, copies: Copies) -> None:
        proof = copies.prove(2, 0)
        copies.add(2, proof, NAME, entry())
        copies.prove(1, 0)
        pages.drop(SPACE, [NAME], about=ABOUT)
        copies.prove(1, 0)
        assert copies.get(copies.prove(2, 0), (NAME,)) is not None

    def test_are_not_made_of_what_was_read_before_the_last_look(self, copies: Copies) -> None:
        before = copies.prove(1, 0)
        after = copies.prove(1, 0)
        copies.add(1, before, NAME, entry())
        assert copies.get(after, (NAME,)) is None

    @pytest.mark.parametrize("lost", ["flushall", "told", "missed", "run"])
    def test_go_when_something_may_have_been_missed(self, pages: Pages, copies: Copies, lost: str) -> None:
        copies.add(1, copies.prove(1, 0), NAME, entry())
        redis = pages.client.redis
        if lost == "flushall":
            redis.flushall()
        elif lost == "told":
            redis.delete("backroom:pages:{1}:told")
        elif lost == "run":
            pages.client.run = "another"
        for number in range(301 if lost == "missed" else 0):
            pages.drop(SPACE, [f"product:{number + 2}"])
        assert copies.get(copies.prove(1, 0), (NAME,)) is None

    def test_are_vouched_for_by_nobody_while_redis_is_away(self, copies: Copies) -> None:
        away = Copies(Listening(open_pages("redis://127.0.0.1:1", most_bytes=1).client))
        assert away.prove(1, 0) is None
        copies.add(1, None, NAME, entry())
        assert copies.get(None, (NAME,)) is None

    def test_end_with_the_page_s_time(self, copies: Copies) -> None:
        proof = copies.prove(1, 0)
        copies.add(1, proof, NAME, entry(seconds=-1))
        copies.add(1, proof, "of-before", Entry(body=b"", etag="e", fresh_until=time.time() + 60, about=ABOUT))
        assert copies.held == 0

    def test_take_no_more_than_their_share(self, pages: Pages) -> None:
        few = Copies(Listening(pages.client), most_bytes=10_000)
        proof = few.prove(1, 0)
        for number in range(50):
            few.add(1, proof, f"product:{number}", entry(about={"products": [str(number)]}))
            assert few.held <= 10_000
        assert few.get(proof, ("product:49",)) is not None
        assert few.get(proof, ("product:0",)) is None


class World:
    """A shop of one page, and who changes, makes, drops and reads it: steps of each come between the others'."""

    def __init__(self, pages: Pages, chance: random.Random) -> None:
        self.pages, self.chance = pages, chance
        self.truth = 0  # what is committed
        self.waiting: set[int] = set()  # changes that are committed, and whose pages are not dropped yet
        self.from_copies = self.read = 0

    def worker(self) -> Iterator[None]:
        """Commits changes and drops their pages, mostly."""
        while True:
            self.truth += 1
            change = self.truth
            self.waiting.add(change)
            yield
            self.pages.mark(SPACE, ["product:1", "key:1"])
            yield
            names = [NAME] if self.chance.random() < 0.8 else []  # [] for a page that Redis forgot
            if not names:
                self.pages.client.redis.delete(*self.pages.client.redis.keys("*product:1") or ["none"])
            self.pages.drop(SPACE, names, about=ABOUT)
            yield
            self.waiting.discard(change)
            for _ in range(self.chance.randrange(40)):
                yield

    def maker(self) -> Iterator[None]:
        """Makes the page again and again."""
        while True:
            begun = self.pages.begin(SPACE)
            yield
            body = str(self.truth).encode()
            yield
            self.pages.keep(SPACE, NAME, entry(body), begun=begun, marks=("product:1", "key:1"), seconds=60)
            for _ in range(self.chance.randrange(8)):
                yield

    def web(self) -> tuple[Iterator[None], list[Iterator[None]]]:
        """A web process: who looks, and two who read by the last look."""
        copies, last = Copies(Listening(self.pages.client)), [(0, Waiting(), None)]
        return self._look(copies, last), [self._read(copies, last) for _ in range(2)]

    def _look(self, copies: Copies, last: list[Any]) -> Generator[None, None, None]:
        while True:
            known, waiting = self.truth, Waiting(products=frozenset({"1"} if self.waiting else ()))
            yield
            proof = copies.prove(1, 0)
            yield
            last[0] = (known, waiting, proof)
            for _ in range(self.chance.randrange(12)):
                yield

    def _read(self, copies: Copies, last: list[Any]) -> Generator[None, None, None]:
        while True:
            known, waiting, proof = last[0]
            found = copies.get(proof, (NAME,))
            is_copy = found is not None
            if found is None:
                found = self.pages.read(SPACE, (NAME,)).entry
                yield
            if found is not None and not waiting.touches(found.about):
                assert int(found.body) >= known, "a page is older than what was committed before the look"
                self.read, self.from_copies = self.read + 1, self.from_copies + is_copy
                copies.add(1, proof, NAME, found)
            yield


class TestInAnyOrder:
    @pytest.mark.parametrize("seed", range(4))
    def test_no_page_is_older_than_the_last_look(self, pages: Pages, seed: int) -> None:
        chance = random.Random(seed)
        world = World(pages, chance)
        everybody: list[Iterator[None]] = [world.worker(), world.maker()]
        for _ in range(2):
            looks, reads = world.web()
            everybody += [looks, *reads]
        for _ in range(STEPS):
            next(chance.choice(everybody))
        assert world.truth > 50
        assert world.from_copies > 50, "copies were served, and changes came between"
        assert world.read > world.from_copies
