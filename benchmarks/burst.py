"""A bulk edit: five hundred products change at once, until a search finds all of them."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import searchable
from benchmarks.backroom import Backroom
from benchmarks.payloads import product_body, signed
from benchmarks.processes import UnableToMeasure
from benchmarks.wire import Wire, get, post

PRODUCTS = 500
GOAL_S = 1.0  # from the last delivery taken in to the last one found
_SENDERS, _GIVEN_UP_AFTER = 8, 60.0


def measure(ours: Backroom, *, products: int) -> dict[str, Any]:
    """Seconds from the first and from the last delivery until all are found; the catalogue has to be there."""
    number, word = min(PRODUCTS, products), searchable.new_word()
    messages = [_message(product, f"Burst {word}") for product in range(1, number + 1)]
    began = time.perf_counter()
    with ThreadPoolExecutor(_SENDERS) as senders:
        list(senders.map(_send, [ours.port] * _SENDERS, [messages[start::_SENDERS] for start in range(_SENDERS)]))
    sent, wire = time.perf_counter(), Wire(ours.port)
    while True:
        _, body = wire.ask(get(ours.search_path(f"q={word}&per_page=1")))
        now = time.perf_counter()
        if json.loads(body)["total"] == number:
            break
        if now - sent > _GIVEN_UP_AFTER:
            raise UnableToMeasure(f"not all of {number} products that changed at once were found")
        time.sleep(0.01)
    wire.close()
    return {"products": number, "from_first_s": round(now - began, 2), "from_last_s": round(now - sent, 2)}


def _message(product: int, title: str) -> bytes:
    body = product_body(product, title=title, version=2)
    return post("/webhooks/shopify", signed(body, "products/update"), body)


def _send(port: int, messages: list[bytes]) -> None:
    wire = Wire(port)
    for message in messages:
        status, _ = wire.ask(message)
        if status != 200:
            raise UnableToMeasure(f"the door answered {status}")
    wire.close()
