"""A shop on any other back end: what its developer reads on the page, sent through the front door and read back."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.conftest import Backroom
from tests.integrations.platforms.custom.conftest import EVENTS, PAGE
from tests.shops import Shop
from tests.stored import deliveries


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(currency="EUR")


def send(shop: Shop, topic: str, at: str = "", **changes: Any) -> None:
    """The page's example of that topic, with changes; `at` is when it happened."""
    data = {**EVENTS[topic]["data"], "updated_at": None, **changes}
    body = {**EVENTS[topic], "data": data} | ({"timestamp": at} if at else {})
    assert shop.send(topic, json.dumps(body).encode()).status_code == 200


def delete(shop: Shop, kind: str, key: object, at: str) -> None:
    body = {"type": f"{kind}.deleted", "timestamp": at, "data": {"id": key}}
    assert shop.send("", json.dumps(body).encode()).status_code == 200


class TestAnotherShop:
    def test_is_read_back_as_it_was_told(self, backroom: Backroom, shop: Shop) -> None:
        for topic in ("category.saved", "product.saved", "customer.saved", "order.saved"):
            send(shop, topic)
        backroom.work()
        assert {row.state for row in deliveries(backroom.parts.database, shop.id)} == {"applied"}
        product = shop.read("products/lamp-7")
        assert (product["title"], product["stock"]) == ("Desk lamp", 4)
        assert product["price"] == {"amount": 6900, "currency": "EUR"}
        assert [variant["id"] for variant in product["variants"]] == ["71", "72"]
        order = shop.read("orders/1001")
        assert (order["total"], order["customer_id"]) == ({"amount": 14290, "currency": "EUR"}, "55")
        assert order["shipments"][0]["tracking_number"] == "00340434161094042557"
        customer = shop.read("customers/55")
        assert (customer["email"], customer["orders_count"]) == ("ada@shopper.example", 1)
        found = shop.search("lamp", facets="brand")
        assert [hit["id"] for hit in found["hits"]] == ["lamp-7"]
        assert found["facets"]["brand"] == [{"value": "Lux", "count": 1}]

    def test_changes_its_stock_alone(self, backroom: Backroom, shop: Shop) -> None:
        send(shop, "product.saved", "2026-11-22T10:00:00Z")
        send(shop, "stock.changed", "2026-11-22T10:00:03Z", stock=0)
        send(shop, "stock.changed", "2026-11-22T10:00:02Z", stock=9)  # late
        backroom.work()
        product = shop.read("products/lamp-7")
        assert (product["stock"], product["available"]) == (0, False)
        send(shop, "product.saved", "2026-11-22T10:00:04Z")  # tells 4 again
        send(shop, "stock.changed", "2026-11-22T10:00:05Z", stock=0)
        backroom.work()
        assert shop.read("products/lamp-7")["stock"] == 0
        send(shop, "stock.changed", "2026-11-22T10:00:06Z", stock=5)
        backroom.work()
        assert (shop.read("products/lamp-7")["stock"], shop.search("lamp")["hits"][0]["available"]) == (5, True)

    def test_changes_the_stock_of_a_product_without_variants(self, backroom: Backroom, shop: Shop) -> None:
        send(shop, "product.saved", "2026-11-22T10:00:00Z", variants=None, price="5.00", stock=2)
        send(shop, "stock.changed", "2026-11-22T10:00:01Z", variant_id=None, stock=1)
        backroom.work()
        assert shop.read("products/lamp-7")["stock"] == 1

    def test_may_number_products_and_variants_alike(self, backroom: Backroom, shop: Shop) -> None:
        send(shop, "product.saved", id=71, title="Bulb", variants=None, price="5.00")
        send(shop, "product.saved")
        backroom.work()
        assert [len(shop.read(f"products/{key}")["variants"]) for key in ("71", "lamp-7")] == [1, 2]

    @pytest.mark.parametrize("kind", ["product", "order", "customer"])
    def test_deletes_at_the_time_it_says(self, backroom: Backroom, shop: Shop, kind: str) -> None:
        topic, key = f"{kind}.saved", EVENTS[f"{kind}.saved"]["data"]["id"]
        send(shop, topic, "2026-11-22T10:00:00Z")
        delete(shop, kind, key, "2026-11-22T10:00:02Z")
        send(shop, topic, "2026-11-22T10:00:01Z", note="late")
        backroom.work()
        assert shop.read(f"{kind}s/{key}")["status"] == 404
        send(shop, topic, "2026-11-22T10:00:03Z")
        backroom.work()
        assert shop.read(f"{kind}s/{key}")["id"] == str(key)

    def test_is_told_which_field_is_wrong(self, backroom: Backroom, shop: Shop) -> None:
        send(shop, "product.saved", variants=[{"id": 1, "price": 1999}])
        backroom.work()
        (row,) = deliveries(backroom.parts.database, shop.id)
        assert row.state == "failed"
        assert "`data.variants[0].price` is no amount as text" in row.error

    def test_learns_the_currency_from_its_first_order(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom("five")
        send(shop, "product.saved")
        send(shop, "order.saved", currency="EUR")
        backroom.work()
        assert shop.read("products/lamp-7")["price"] == {"amount": 6900, "currency": "EUR"}


@pytest.fixture
def environment(backroom: Backroom, shop: Shop) -> Iterator[dict[str, str]]:
    """What the page's examples need: a real address, and the secret."""
    server = make_server("127.0.0.1", 0, backroom.client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield {**os.environ, "WEBHOOK_URL": f"http://127.0.0.1:{server.port}{shop.door}", "WEBHOOK_SECRET": shop.secret}
    server.shutdown()
    thread.join()
    server.server_close()


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


class TestThePagesExample:
    def test_in_python_sends(self, backroom: Backroom, shop: Shop, environment: dict[str, str], tmp_path: Path) -> None:
        file = tmp_path / "example.py"
        file.write_text(example("python"))
        answer = subprocess.run(
            [sys.executable, "-I", str(file)], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert answer.returncode == 0, answer.stderr
        backroom.work()
        product = shop.read("products/7")
        assert (product["title"], product["stock"]) == ("Lamp", 11)
        assert product["price"] == {"amount": 1999, "currency": "EUR"}

    @pytest.mark.skipif(
        not all(map(shutil.which, ("sh", "curl", "openssl", "base64", "od"))), reason="no curl or openssl here"
    )
    def test_in_a_shell_sends(self, backroom: Backroom, shop: Shop, environment: dict[str, str]) -> None:
        environment |= {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
        answer = subprocess.run(
            ["sh", "-ec", example("sh")], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        (row,) = deliveries(backroom.parts.database, shop.id)
        assert row.topic == "product.deleted"
