"""Telling a CDN which pages it has to forget, by the keys that the pages carried.

Limits: Fastly takes 256 keys in a call (Fastly API, "Purge multiple surrogate keys"), Cloudflare 100 tags (Cloudflare
API, "Purge cached content by tag").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integrations.outbound import Outbound, checked

_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of CDN: what merchants call it, what its address looks like, keys in one call, and how one is made."""

    title: str
    address: str
    most_keys: int
    call: Callable[[Outbound, str, str, Sequence[str]], None]


def _fastly(outbound: Outbound, address: str, token: str, keys: Sequence[str]) -> None:
    headers = {"Fastly-Key": token, "Surrogate-Key": " ".join(keys), "Accept": "application/json"}
    checked(outbound.send("POST", address, headers=headers, answer_seconds=_SECONDS), "Fastly")


def _cloudflare(outbound: Outbound, address: str, token: str, keys: Sequence[str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = outbound.send("POST", address, headers=headers, json={"tags": list(keys)}, answer_seconds=_SECONDS)
    checked(answer, "Cloudflare")


def _other(outbound: Outbound, address: str, token: str, keys: Sequence[str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = outbound.send("POST", address, headers=headers, json={"keys": list(keys)}, answer_seconds=_SECONDS)
    checked(answer, "The CDN")


KINDS = {
    "fastly": Kind(
        title="Fastly", address="https://api.fastly.com/service/SERVICE_ID/purge", most_keys=256, call=_fastly
    ),
    "cloudflare": Kind(
        title="Cloudflare",
        address="https://api.cloudflare.com/client/v4/zones/ZONE_ID/purge_cache",
        most_keys=100,
        call=_cloudflare,
    ),
    "other": Kind(title="Another one", address="https://cdn.example.com/purge", most_keys=500, call=_other),
}


def purge(outbound: Outbound, kind: str, address: str, token: str, keys: Sequence[str]) -> None:
    """Have everything forgotten that carries one of these keys. Raises the errors of outgoing calls, KeyError."""
    known = KINDS[kind]
    for start in range(0, len(keys), known.most_keys):
        known.call(outbound, address, token, keys[start : start + known.most_keys])
