"""The stand-in's webhooks: what is queued, what is delivered, when one is switched off.

As measured on WooCommerce 10.5: one delivery at a time, in order, never resent; its body is made when it is delivered;
what is queued already is not queued again; the seventh failure in a row switches a webhook off.
"""

import base64
import hashlib
import hmac
import html
import json
import random
import time
from typing import Any

import requests

from tests.peers.woocommerce import shapes
from tests.peers.woocommerce.shapes import Row

TOPICS = {f"{noun}.{event}" for noun in ("coupon", "customer", "order", "product")
          for event in ("created", "updated", "deleted", "restored")}  # fmt: skip
AGENT = "WooCommerce/10.5.0 Hookshot (WordPress/6.9.1)"


def is_topic(topic: str) -> bool:
    hook = topic.removeprefix("action.")
    return topic in TOPICS or (topic.startswith("action.") and hook.startswith(("woocommerce_", "wc_")))


class Hooks:
    """The webhooks of a store and their queue. `dropped`: deliveries that were lost on purpose (`drop_share`)."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.all: dict[int, Row] = {}
        self.drop_share = 0.0
        self.delivered: list[tuple[str, Any]] = []
        self.dropped: list[tuple[str, Any]] = []
        self.pings: list[tuple[str, int]] = []
        self.chance = random.Random(1)
        self._queue: dict[tuple[int, str], None] = {}  # in order, each once
        self._numbers = 0

    def create(self, row: Row, *, ping: bool = True) -> Row:
        with self.store.lock:
            self._numbers += 1
            now = self.store.now()
            made = {
                "id": self._numbers,
                "name": row.get("name") or f"Webhook created on {now:%b %d}",
                "status": "active",
            }
            made |= {"secret": "", "_created": now, "_modified": now, "_failures": 0, "_pending": True}
            made |= {name: row[name] for name in ("name", "topic", "delivery_url", "secret", "status") if row.get(name)}
            self.all[self._numbers] = made
        if ping:
            self.ping(made)
        return made

    def ping(self, hook: Row) -> None:
        """An unsigned form; only 200 ends the pinging that follows each delivery."""
        try:
            answer = requests.post(
                hook["delivery_url"], data={"webhook_id": hook["id"]}, headers={"User-Agent": AGENT}, timeout=5
            )
            status = answer.status_code
        except requests.RequestException:
            status = 0
        self.pings.append((hook["delivery_url"], status))
        hook["_pending"] = status != 200

    def fire(self, topic: str, arg: Any) -> None:
        with self.store.lock:
            written = json.dumps(arg)
            for hook in self.all.values():
                if hook["status"] == "active" and hook["topic"] == topic:
                    self._queue.setdefault((hook["id"], written))

    def waiting(self) -> int:
        return len(self._queue)

    def deliver(self) -> int:
        """Deliver what is queued, in order; gives how many. What is queued meanwhile is delivered too."""
        done = 0
        while True:
            with self.store.lock:
                if not self._queue:
                    return done
                number, written = next(iter(self._queue))
                del self._queue[number, written]
                hook = self.all.get(number)
                if hook is None or hook["status"] != "active":
                    continue
                arg = json.loads(written)
                body = json.dumps(self._payload(hook["topic"], arg), separators=(",", ":")).replace("/", "\\/").encode()
            done += 1
            if self.chance.random() < self.drop_share:
                self.dropped.append((hook["topic"], arg))
                continue
            self._send(hook, body)
            self.delivered.append((hook["topic"], arg))

    def _send(self, hook: Row, body: bytes) -> None:
        resource, _, event = hook["topic"].partition(".")
        key = html.unescape(hook["secret"]).encode()
        signature = base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
        second = hashlib.md5(f"{hook['id']}{int(time.time())}".encode(), usedforsecurity=False).hexdigest()
        headers = {
            "User-Agent": AGENT,
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.store.home}/",
            "X-WC-Webhook-Topic": hook["topic"],
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-ID": str(hook["id"]),
            "X-WC-Webhook-Delivery-ID": second,
            "Connection": "close",
        }
        try:
            answer = requests.post(hook["delivery_url"], data=body, headers=headers, timeout=60, allow_redirects=False)
            good = 200 <= answer.status_code < 303
        except requests.RequestException:
            good = False
        hook["_failures"] = 0 if good else hook["_failures"] + 1
        if hook["_failures"] > 6:
            hook["status"], hook["_failures"] = "disabled", 6
        if hook["_pending"]:
            self.ping(hook)

    def _payload(self, topic: str, arg: Any) -> Any:
        noun, _, event = topic.partition(".")
        if noun == "action":
            return {"action": event, "arg": arg}
        if event == "deleted":
            return {"id": arg}
        store = self.store
        if noun == "product" and arg in store.products:
            return shapes.product(store, store.products[arg])
        if noun == "product" and arg in store.variations:
            return shapes.variation_as_product(store, store.variations[arg])
        if noun == "order" and arg in store.orders:
            return shapes.order(store, store.orders[arg])
        if noun == "customer" and arg in store.customers:
            return shapes.customer(store, store.customers[arg])
        code = {"order": "woocommerce_rest_shop_order_invalid_id"}.get(noun, f"woocommerce_rest_{noun}_invalid_id")
        return {"code": code, "message": "Invalid ID.", "data": {"status": 404}}
