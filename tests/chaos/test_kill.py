"""Processes are killed and Redis is emptied in the middle of the work: nothing is lost, nothing happens twice."""

import base64
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from redis import Redis

from tests.conftest import free_port
from tests.running import Running, started, until

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

PRODUCTS = 1500


def body(key: int) -> bytes:
    product = {
        "id": key,
        "title": f"Kettle number {key}",
        "handle": f"kettle-{key}",
        "vendor": "Hot",
        "status": "active",
        "published_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "tags": "",
        "options": [],
        "images": [],
        "body_html": "<p>Boils water.</p>",
        "variants": [{"id": key * 10, "product_id": key, "title": "Default Title", "sku": f"K{key}", "price": "30.00"}],
    }
    return json.dumps(product).encode()


def flood(running: Running, shop: dict[str, Any], keys: range) -> list[int]:
    """Post deliveries as Shopify does: one that is not answered with 200 is sent again under the same id."""
    unanswered: list[int] = []

    def post(mine: range) -> None:
        session = requests.Session()
        for key in mine:
            content = body(key)
            signed = base64.b64encode(hmac.digest(shop["webhook_secret"].encode(), content, hashlib.sha256)).decode()
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Topic": "products/create",
                "X-Shopify-Hmac-Sha256": signed,
                "X-Shopify-Shop-Domain": "chaos.myshopify.com",
                "X-Shopify-Webhook-Id": str(uuid4()),
            }
            for _ in range(100):
                try:
                    if session.post(shop["webhook_url"], data=content, headers=headers, timeout=10).status_code == 200:
                        break
                except requests.RequestException:
                    pass
                time.sleep(0.1)
            else:
                unanswered.append(key)

    threads = [threading.Thread(target=post, args=(keys[part::4],)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return unanswered


def found(running: Running, shop: dict[str, Any]) -> int:
    """How many of the flood's products are found; -1 while the web process is being started again."""
    try:
        answer = requests.get(
            f"{running.url}/storefront/v1/{shop['shop_key']}/search",
            params={"key": shop["publishable_key"], "q": "kettle", "per_page": 1},
            timeout=10,
        )
    except requests.RequestException:
        return -1
    return int(answer.json()["total"])


def rows(running: Running, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(running.var_dir / "backroom.db") as db:
        return db.execute(query).fetchall()


class TestKilling:
    def test_workers_web_and_redis_loses_nothing_and_does_nothing_twice(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var") as running:
            shop = running.command("shops", "add-shopify", "chaos.myshopify.com")
            posting = threading.Thread(target=lambda: unanswered.extend(flood(running, shop, range(1, PRODUCTS + 1))))
            unanswered: list[int] = []
            posting.start()
            redis = Redis.from_url(running.parts()["redis"]["address"])
            for victims in (("worker-1",), ("worker-2",), ("worker-1", "worker-2"), ("redis",), ("web",), ("cron",)):
                time.sleep(0.7)
                for victim in victims:
                    running.kill(victim)
            redis.flushall()
            posting.join()
            assert unanswered == []
            until(lambda: found(running, shop) == PRODUCTS, seconds=120, what="all products are searchable")
            assert rows(running, "select count(*) from products") == [(PRODUCTS,)]
            assert rows(running, "select state, count(*) from inbox group by state") == [("applied", PRODUCTS)]
            assert rows(running, "select count(*), count(distinct object_id) from effects where kind = 'index'") == [
                (PRODUCTS, PRODUCTS)
            ]

    def test_a_worker_and_emptying_redis_stops_the_work_for_less_than_ten_seconds(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var") as running:
            shop = running.command("shops", "add-shopify", "chaos.myshopify.com")
            posting = threading.Thread(target=flood, args=(running, shop, range(1, PRODUCTS + 1)))
            posting.start()
            time.sleep(1)
            redis = Redis.from_url(running.parts()["redis"]["address"])
            for name in ("worker-1", "worker-2"):
                running.kill(name)
            redis.flushall()
            before = rows(running, "select count(*) from inbox where state = 'applied'")[0][0]
            killed = time.monotonic()
            until(lambda: rows(running, "select count(*) from inbox where state = 'applied'")[0][0] > before)
            assert time.monotonic() - killed < 10  # a promise of the product, not a measure of this machine
            posting.join()
            until(lambda: found(running, shop) == PRODUCTS, seconds=120, what="all products are searchable")
