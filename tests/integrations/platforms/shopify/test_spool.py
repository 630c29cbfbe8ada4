"""A bulk result's lines become objects again: in any order, in any pieces, however often the loading stops."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.platforms.shopify.shapes import number
from integrations.platforms.shopify.spool import Disturbed, Spool, delete
from tests.examples import examples

Tree = dict[str, dict[str, list[str]]]  # product to variant to pictures


def lines_of(tree: Tree) -> list[bytes]:
    lines: list[dict[str, Any]] = []
    for product, variants in tree.items():
        own = f"gid://shopify/Product/{product}"
        lines += [{"id": own}, {"id": f"gid://shopify/Collection/{len(product)}", "__parentId": own}]
        for variant, pictures in variants.items():
            gid = f"gid://shopify/ProductVariant/{product}-{variant}"
            lines.append({"id": gid, "__parentId": own})
            # The same picture may be of several variants, and of the product.
            lines += [{"id": f"gid://shopify/MediaImage/{one}", "__parentId": gid} for one in pictures]
    return [json.dumps(line).encode() for line in lines]


def pieces(body: bytes, rng: random.Random) -> Iterator[bytes]:
    while body:
        size = rng.randint(1, 60)
        yield body[:size]
        body = body[size:]


def tree_of(spool: Spool, limit: int) -> Tree:
    found: Tree = {}
    place = 0
    while True:
        nodes, place, more = spool.after(place, limit)
        for node in nodes:
            assert len(node["collections"]["nodes"]) == 1
            variants = node.get("variants", {"nodes": []})["nodes"]
            found[number(node["id"])] = {
                number(one["id"]).partition("-")[2]: [
                    number(picture["id"]) for picture in one.get("media", {"nodes": []})["nodes"]
                ]
                for one in variants
            }
        if not more:
            return found


def in_order(tree: Tree) -> Tree:
    return {key: {name: sorted(some) for name, some in variants.items()} for key, variants in tree.items()}


ids = st.integers(1, 40).map(str)
trees = st.dictionaries(ids, st.dictionaries(ids, st.lists(ids, max_size=3, unique=True), max_size=4), max_size=12)


class TestSpool:
    @settings(max_examples=examples(40), deadline=None)
    @given(trees, st.randoms(use_true_random=False), st.integers(1, 5))
    def test_joins_lines_in_any_order_and_any_pieces(self, tree: Tree, rng: random.Random, limit: int) -> None:
        lines = lines_of(tree)
        rng.shuffle(lines)
        body = b"\n".join(lines) + (b"\n" if rng.random() < 0.5 else b"")
        with TemporaryDirectory() as folder, Spool(Path(folder) / "products-1.db") as spool:
            while not spool.complete:
                # Each time a little more comes before the connection breaks off.
                cut = min(len(body), spool.loaded + rng.randint(1, 400))
                whole = cut == len(body)
                rest = body[spool.loaded : cut]
                spool.load(pieces(rest, rng) if whole else interrupted(rest, rng), seconds=10 if whole else 0)
            assert in_order(tree_of(spool, limit)) == in_order(tree)

    def test_goes_on_in_another_process(self, tmp_path: Path) -> None:
        body = b"\n".join(lines_of({str(key): {"1": ["2"]} for key in range(100, 120)}))
        file = tmp_path / "products-1.db"
        with Spool(file) as spool:
            spool.load(iter([body[:700]]), seconds=0)
            assert 0 < spool.loaded <= 700
            assert not spool.complete
        with Spool(file) as spool:
            spool.load(iter([body[spool.loaded :]]), seconds=10)
            assert len(tree_of(spool, 7)) == 20

    def test_holds_each_line_once_when_two_processes_load_it(self, tmp_path: Path) -> None:
        """One that lost its turn to another does not know it before it writes."""
        body = b"\n".join(lines_of({str(key): {"1": ["2"]} for key in range(100, 120)}))
        with Spool(tmp_path / "products-1.db") as one, Spool(tmp_path / "products-1.db") as other:

            def overtaken() -> Iterator[bytes]:
                yield body[:300]
                other.load(iter([body]), seconds=10)
                yield body[300:]

            with pytest.raises(Disturbed):
                one.load(overtaken(), seconds=10)
            assert all(list(variants) == ["1"] for variants in tree_of(other, 7).values())

    def test_is_complete_once_all_of_it_is_there(self, tmp_path: Path) -> None:
        body = b"\n".join(lines_of({str(key): {} for key in range(100, 120)}))
        cut = body.index(b"\n", 200) + 1  # between two lines, where nothing shows that some are missing
        with Spool(tmp_path / "products-1.db") as spool:
            spool.load(iter([body[:cut]]), seconds=10, size=len(body))
            assert (spool.complete, spool.loaded) == (False, cut)
            spool.load(iter([body[cut:]]), seconds=10, size=len(body))
            assert spool.complete
            assert len(tree_of(spool, 7)) == 20

    def test_gives_fewer_objects_at_once_where_they_are_large(self, tmp_path: Path) -> None:
        lines = []
        for number_ in range(9):
            own = f"gid://shopify/Product/{number_}"
            lines.append(json.dumps({"id": own}).encode())
            lines += [
                json.dumps({"id": f"gid://shopify/ProductVariant/{number_}{each}", "__parentId": own}).encode()
                for each in range(4000)
            ]
        with Spool(tmp_path / "products-1.db") as spool:
            spool.load(iter([b"\n".join(lines)]), seconds=60)
            place, more, sizes = 0, True, []
            while more:
                found, place, more = spool.after(place, 200)
                sizes.append(len(found))
        assert sizes == [2, 2, 2, 2, 1]

    def test_says_so_when_its_file_is_damaged(self, tmp_path: Path) -> None:
        file = tmp_path / "products-1.db"
        file.write_bytes(b"no database" * 2000)
        with pytest.raises(Disturbed):
            Spool(file)

    def test_is_gone_when_it_is_deleted(self, tmp_path: Path) -> None:
        file = tmp_path / "products-1.db"
        with Spool(file) as spool:
            spool.load(iter([b'{"id":"gid://shopify/Product/1"}']), seconds=1)
        delete(file)
        assert list(tmp_path.iterdir()) == []


def interrupted(body: bytes, rng: random.Random) -> Iterator[bytes]:
    """What comes before the loading is stopped: the last line may be cut anywhere."""
    yield body or b""
    yield b""
