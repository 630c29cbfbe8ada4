"""Sends webhooks to the app, with all the disorder that Shopify allows itself."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import requests

from tests.peers.shopify.signing import webhook_signature
from tests.peers.shopify.state import Told

API_VERSION = "2026-10"
TIMEOUTS = (1, 5)


@dataclass(frozen=True)
class Disorder:
    """`drop` and `duplicate` are shares (0 to 1); `delay` is the longest, in seconds; `shuffle` mixes what waits."""

    drop: float = 0.0
    duplicate: float = 0.0
    shuffle: bool = False
    delay: float = 0.0
    seed: int = 1


ORDERLY = Disorder()


@dataclass(frozen=True)
class Delivery:
    """One webhook on its way to one address; `status` is what came back, 0 where nothing did."""

    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


def delivery(told: Told, *, url: str, domain: str, secret: str, name: str | None = None) -> Delivery:
    """Sign what a shop tells."""
    body = json.dumps(told.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": told.topic,
        "X-Shopify-Hmac-Sha256": webhook_signature(secret, body),
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": str(uuid4()),
        "X-Shopify-Event-Id": str(told.event_id),
        "X-Shopify-Triggered-At": _nanoseconds(told.triggered_at),
    }
    return Delivery(url, headers | ({"X-Shopify-Name": name} if name else {}), body)


def _nanoseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time.time_ns() % 10**9:09d}Z"


class Sender:
    """Posts deliveries from a thread of its own. `sent` and `dropped` tell what became of them.

    While `held` is set everything waits; `flush` sends it all.
    """

    def __init__(self, disorder: Disorder = ORDERLY, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.disorder, self.clock = disorder, clock
        self.held = False
        self.sent: list[Delivery] = []
        self.dropped: list[Delivery] = []
        self._rng = random.Random(disorder.seed)
        self._waiting: list[tuple[float, Delivery]] = []
        self._posting = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def send(self, each: Delivery) -> None:
        """Send, lose or repeat a delivery."""
        rules = self.disorder
        with self._changed:
            if self._rng.random() < rules.drop:
                self.dropped.append(each)
                return
            times = 2 if self._rng.random() < rules.duplicate else 1
            for _ in range(times):
                self._waiting.append((self.clock() + self._rng.uniform(0, rules.delay), each))
            self._changed.notify_all()

    def flush(self, timeout: float = 30.0) -> None:
        """Wait until nothing waits. Raises TimeoutError."""
        with self._changed:
            self.held = False
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: not self._waiting and not self._posting, timeout):
                raise TimeoutError(f"{len(self._waiting)} webhooks still wait.")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _next(self) -> Delivery | None:
        """The next delivery that is due; None when there will be none."""
        with self._changed:
            while not self._closed:
                moment = self.clock()
                due = [place for place, (at, _) in enumerate(self._waiting) if at <= moment and not self.held]
                if due:
                    place = self._rng.choice(due) if self.disorder.shuffle else due[0]
                    self._posting += 1
                    return self._waiting.pop(place)[1]
                soonest = min((at for at, _ in self._waiting), default=moment + 1) - moment
                self._changed.wait(None if self.held or not self._waiting else max(0.001, soonest))
            return None

    def _work(self) -> None:
        with requests.Session() as session:
            while (each := self._next()) is not None:
                try:
                    answer = session.post(each.url, data=each.body, headers=each.headers, timeout=TIMEOUTS)
                    status = answer.status_code
                except requests.RequestException:
                    status = 0
                with self._changed:
                    self.sent.append(replace(each, status=status))
                    self._posting -= 1
                    self._changed.notify_all()
