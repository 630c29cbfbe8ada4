"""The stand-in as a server: `with Peer() as peer: peer.url`. UPS, FedEx, USPS, DHL and EasyPost behind one address."""

import asyncio
import random
import ssl
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.peers.carriers import routes
from tests.peers.carriers.parcels import Parcel, parcel
from tests.peers.carriers.wire import DROP, Call, Reply, Wire
from tests.peers.woocommerce.certificate import make_certificate

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>The gateway is tired.</body></html>"
HANG, BAD_GATEWAY, DROPPED, TOO_MANY = "hang", "html", "drop", "429"
NOT_JSON, OTHER_JSON, NOT_LET_IN, BROKEN = "not json", "other json", "403", "500"
ODD = (BAD_GATEWAY, DROPPED, TOO_MANY)  # what `errors` does at random


@dataclass
class Fault:
    """What goes wrong: with calls for a number, or on a path ("/oauth/token"), `times` times. `after` seconds."""

    kind: str
    times: int = 1 << 30
    retry_after: str = ""


class Peer:
    """Carriers on loopback.

    `stages`: how far parcels are, by number; others are at `stage`. `faults` by number or path. `delay`: seconds before
    each answer; `errors`: share of tracking calls that fail at random. `left_out`: numbers of which FedEx says nothing.
    `numbers`, `paths`: calls counted; `times`: by path, when (time.monotonic); `token_calls`; `asked`: all calls, where
    `keeps`. `labels`: sold and not voided.
    `tls`: https with a certificate that `ca_bundle` vouches for.
    """

    def __init__(self, *, port: int = 0, tls: bool = False, keeps: bool = True, seed: int = 1) -> None:
        self.stages: dict[str, str] = {}
        self.stage = "in_transit"
        self.faults: dict[str, Fault] = {}
        self.delay = self.errors = 0.0
        self.left_out: set[str] = set()
        self.told: set[str] = set()
        self.labels: list[str] = []
        self.asked: list[Call] = []
        self.numbers: Counter[str] = Counter()
        self.paths: Counter[str] = Counter()
        self.times: dict[str, list[float]] = {}
        self.token_calls = 0
        self.now: datetime | None = None
        self.ca_bundle = ""
        self._tokens: set[str] = set()
        self._random = random.Random(seed)
        self._keeps, self._tls, self._port = keeps, tls, port
        self._gathering: asyncio.Barrier | None = None
        self._wire = Wire(self._answer)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def connections(self) -> int:
        """Connections that were opened."""
        return self._wire.connections

    def __enter__(self) -> "Peer":
        context = None
        if self._tls:
            folder = Path(tempfile.mkdtemp(prefix="peer-"))
            self.ca_bundle = str(make_certificate(folder))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        self._server = self._loop.run_until_complete(self._wire.listen(self._port, context))
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._ended())
        self._loop.close()

    async def _ended(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def gather(self, calls: int) -> None:
        """From now on answer only when so many calls wait at the same time."""
        self._gathering = asyncio.Barrier(calls)

    def parcel(self, number: str) -> Parcel:
        """The parcel of that number as it is now."""
        return parcel(number, self.stage_of(number), self.now or datetime.now(UTC))

    def stage_of(self, number: str) -> str:
        return self.stages.get(number, self.stage)

    def count(self, number: str) -> None:
        """Somebody asked for that number."""
        self.numbers[number] += 1

    def issued(self, made: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
        """A new token."""
        told = made(self.token_calls)
        self._tokens.add(told["access_token"])
        return told

    def is_let_in(self, call: Call) -> bool:
        """Whether the call bears a token that was issued here and not taken back."""
        return call.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    def take_tokens_back(self) -> None:
        """All tokens are worth nothing from now on."""
        self._tokens.clear()

    def sold(self, start: str) -> str:
        """A label with a new number."""
        number = f"{start}{len(self.labels) + 1:06d}00"
        self.labels.append(number)
        return number

    async def _answer(self, call: Call) -> Reply:
        if self._keeps:
            self.asked.append(call)
        found = routes.found(call)
        if found is None:
            return Reply(404, b'{"message": "no such path"}')
        route, is_token, number = found
        path = call.path if not number else call.path.removesuffix(number)
        number = number or call.query.get("trackingNumber", "")
        self.paths[path] += 1
        self.times.setdefault(path, []).append(time.monotonic())
        self.token_calls += is_token
        if number:
            self.count(number)
        await asyncio.sleep(self.delay)
        if self._gathering is not None:
            await self._gathering.wait()
        odd = self._fault(number, path)
        if odd is not None:
            return await self._failing(odd)
        return route(self, call, number)

    def _fault(self, number: str, path: str) -> Fault | None:
        for name in (number, path):
            fault = self.faults.get(name) if name else None
            if fault is not None and fault.times > 0:
                fault.times -= 1
                return fault
        if self.errors and "token" not in path and self._random.random() < self.errors:
            return Fault(self._random.choice(ODD), retry_after="1")
        return None

    async def _failing(self, fault: Fault) -> Reply:
        if fault.kind == HANG:
            await asyncio.sleep(3600)
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return {
            BAD_GATEWAY: Reply(502, HTML, headers | {"Content-Type": "text/html"}),
            DROPPED: Reply(DROP),
            TOO_MANY: Reply(429, b'{"response":{"errors":[{"code":"10429","message":"Too Many Requests"}]}}', headers),
            NOT_JSON: Reply(200, HTML, headers | {"Content-Type": "text/html"}),
            OTHER_JSON: Reply(200, b'["surprise", {"shipments": 7, "trackResponse": [1]}]'),
            NOT_LET_IN: Reply(403, b'{"message": "Forbidden"}'),
            BROKEN: Reply(500, b'{"message": "Internal error"}', headers),
        }.get(fault.kind, Reply(DROP))
