"""What carriers tell by themselves, at /webhooks/carriers/<carrier>/<shop_key>: who is genuine, and what is told.

A line for each carrier, loaded when first used. Every pusher is a module with these two functions.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from commerce.rules.events import PARCEL, Reading, UnableToRead, ignored
from commerce.rules.tracking import Told
from integrations.carrier_api import Asked
from integrations.payload import UnableToParse, parse

TOPIC = "carriers/"  # before the carrier's name, in the place of a platform's topic


class Pusher(Protocol):
    """Reads what one carrier pushes."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether one of the secrets proves it genuine; names of headers are in lower case. Constant time. Never
        raises; without secrets nothing is genuine."""

    def read(self, body: bytes, *, now: datetime) -> list[Told]:
        """What it tells, each of one parcel; empty for events about something else. Raises UnableToRead where it is no
        JSON, or tells of no parcel at all where it should."""


PUSHERS = {
    "ups": "integrations.carriers.ups.push",
    "fedex": "integrations.carriers.fedex.push",
    "usps": "integrations.carriers.usps.push",
    "dhl": "integrations.carriers.dhl.push",
    "easypost": "integrations.carriers.easypost.push",
    "aftership": "integrations.carriers.aftership.push",
    "seventeentrack": "integrations.carriers.seventeentrack.push",
}


@cache
def pusher(carrier: str) -> Pusher:
    """The pusher of that carrier. Raises KeyError for one that does not push."""
    return cast(Pusher, import_module(PUSHERS[carrier]))


def read(topic: str, body: bytes, *, now: datetime) -> Reading:
    """What a stored push says, as deliveries of platforms are read. Raises UnableToRead, KeyError."""
    told = pusher(topic.removeprefix(TOPIC)).read(body, now=now)
    if not told:
        return ignored("It tells of no parcel.", kind=PARCEL)
    return Reading(kind=PARCEL, object_id=told[0].number, changes=tuple(told))


def json_of(body: bytes, carrier: str) -> Any:
    """The body as JSON. Raises UnableToRead."""
    try:
        return parse(body)
    except (UnableToParse, RecursionError) as error:
        raise UnableToRead(f"{carrier}: the body is no JSON: {error}") from error


def asked(number: str) -> Asked:
    """A parcel of which nobody asked: its number is all that is known of it."""
    return Asked(number=number)


def same(given: str, expected: Sequence[bytes]) -> bool:
    """Whether the header holds one of these, in constant time."""
    told = given.encode("utf-8", "surrogatepass")
    found = False
    for one in expected:
        found |= bool(one) and hmac.compare_digest(told, one)
    return found


def is_signed(given: str, message: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made this HMAC-SHA256 of the message, written in hex or base64. Constant time."""
    read = _digest(given)
    found = False
    for secret in secrets:
        made = hmac.digest(secret, message, hashlib.sha256)
        found |= bool(secret) and hmac.compare_digest(read, made)
    return found


def _digest(given: str) -> bytes:
    given = given.strip()
    try:
        if len(given) == 64:
            return bytes.fromhex(given)
        return base64.b64decode(given.encode("ascii"), validate=True)
    except (ValueError, binascii.Error, UnicodeEncodeError):
        return b""
