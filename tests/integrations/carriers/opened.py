"""Trackers of the four carriers on the stand-in."""

import threading
from datetime import UTC, datetime
from typing import Any

from integrations import registry
from integrations.carrier_api import Account, Answers, Asked, Fetch, Tracker
from tests.peers.carriers.peer import HANG, Peer

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
CARRIERS = ("ups", "fedex", "usps", "dhl")
NUMBERS = {
    "ups": ["1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591"],
    "fedex": ["986578788855", "477179081230", "799531274483"],
    "usps": ["9400111899223197428490", "9361289878700317633795", "9205590164917312751089"],
    "dhl": ["00340434161094042557", "00340434161094038253", "00340434161094032954"],
}
CREDENTIALS = {
    "client_id": "client",
    "client_secret": "a secret",
    "track_api_key": "client",
    "track_secret_key": "a secret",
    "api_key": "client",
    "secret_key": "a secret",
    "account_number": "A1B2C3",
    "consumer_key": "a key",
}


def patience(fault: str = "") -> float:
    """Seconds until an answer is given up: what hangs soon, and whoever answers may be as slow as the machine is."""
    return 1.0 if fault == HANG else 60.0


class OwnTokens:
    """A TokenStore of one process and no cleverness. `dropped`: what was."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.dropped: list[str] = []
        self._lock = threading.Lock()

    def token(self, key: str, fetch: Fetch) -> str:
        with self._lock:
            if key not in self.kept:
                self.kept[key] = fetch()[0]
            return self.kept[key]

    def drop(self, key: str, token: str) -> None:
        self.dropped.append(token)
        self.kept.pop(key, None)


def account(carrier: str, origin: str, **credentials: str) -> Account:
    return Account(carrier=carrier, key=f"{carrier}:1", credentials=CREDENTIALS | credentials, origin=origin)


def opened(carrier: str, peer: Peer, tokens: Any = None, *, answer_seconds: float = 60, **more: Any) -> Tracker:
    """The carrier's tracker on the peer; `more` are credentials."""
    line = registry.load(registry.CONNECTORS[carrier])
    tracker: Tracker = line(
        account(carrier, peer.url, **more),
        tokens or OwnTokens(),
        allow_private_hosts=True,
        answer_seconds=answer_seconds,
        ca_bundle=peer.ca_bundle,
    )
    return tracker


def ask(tracker: Tracker, *numbers: str) -> Answers:
    """Ask for numbers, to Portland in Oregon."""
    asked = [Asked(number=number, country="US", postcode="97201", zone="America/Los_Angeles") for number in numbers]
    return tracker.track(asked, now=NOW)


def kinds(answers: Answers) -> list[str]:
    """What came of each number: its last status, or the kind of its problem."""
    return [answer.problem.kind if answer.problem else _last(answer.told) for answer in answers.answers]


def _last(told: Any) -> str:
    scans = sorted(told.scans, key=lambda scan: scan.at)
    return scans[-1].status if scans else told.status
