"""Shopify's Admin API, by GraphQL: one call at a time, with its own token, at the pace that the shop's budget allows.

Throttling comes as HTTP 200 with errors[].extensions.code THROTTLED, and partial data comes with errors beside it
(shopify.dev, usage/limits and usage/response-codes).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import requests
import structlog

from integrations.errors import Denied, Permanent, RateLimited, Refused, Transient
from integrations.outbound import Outbound, checked
from integrations.platforms.shopify.documents import VERSION
from integrations.shop_api import Access

_TRIES = 4  # of one call that is throttled, before the job comes again later
_FIRST_COST = 50.0  # points that a call is taken to cost until its document's cost is known
_LEAST_WAIT = 1.0
_PASSING = {"INTERNAL_SERVER_ERROR", "SHOP_INACTIVE", "TIMEOUT"}
_HIDDEN = {"ACCESS_DENIED"}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """The data of an answer, and what the errors beside it say: fields that the app may not see are null."""

    data: Mapping[str, Any]
    errors: tuple[str, ...] = ()


class Admin:
    """One shop's Admin API."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._origin = f"{access.origin}/{access.domain}" if access.origin else f"https://{access.domain}"
        self._who = f"Shopify's API for {access.domain}"
        self._http = Outbound(self._who, ca_bundle=access.ca_bundle, allow_private_hosts=access.allow_private_hosts)
        self._costs: dict[str, float] = {}

    def ask(self, document: str, variables: Mapping[str, Any] | None = None) -> Answered:
        """Send a document. Raises Transient, Permanent, Refused, and RateLimited after some tries."""
        for _ in range(_TRIES):
            self._access.pace.wait(self._costs.get(document, _FIRST_COST))
            body = self._call(document, variables or {})
            cost = self._told(document, body)
            errors = body.get("errors") or []
            codes = _codes(errors)
            if "THROTTLED" not in codes:
                return self._answered(body, errors, codes)
            # The bucket now says how much there is; the next round waits for what is missing.
            self._costs[document] = max(cost, self._costs.get(document, _FIRST_COST))
        raise RateLimited(f"{self._who} is asked as often as it allows.", retry_after=_LEAST_WAIT * 5)

    @contextmanager
    def download(self, url: str, *, start: int) -> Iterator[Iterator[bytes]]:
        """A bulk operation's result from that byte on. Raises Transient; Permanent where it is gone."""
        self._access.counted("download")
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._http.stream("GET", url, headers=headers) as answer:
            if answer.status_code == 416:  # nothing is left
                yield iter(())
                return
            if start and answer.status_code == 200:
                raise Permanent("Shopify's store of bulk results does not go on where a download stopped.")
            if answer.status_code in (403, 404, 410):
                raise Permanent("The result of the bulk operation is not there any more.")
            if answer.status_code not in (200, 206):
                raise Transient(f"Shopify's store of bulk results answered {answer.status_code}.")
            yield self._http.chunks(answer)

    def _call(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        self._access.counted(_name(document))
        answer = self._http.send(
            "POST",
            f"{self._origin}/admin/api/{VERSION}/graphql.json",
            headers={
                "X-Shopify-Access-Token": self._access.credentials.get("access_token", ""),
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            data=orjson.dumps({"query": document, "variables": dict(variables)}),
        )
        if answer.status_code in (402, 423):
            raise Permanent(f"{self._who} answered {answer.status_code}: the shop is frozen or locked.")
        if answer.status_code == 404:
            raise Refused(f"{self._who} answered 404: there is no such shop any more.")
        return self._parsed(checked(answer, self._who))

    def _parsed(self, answer: requests.Response) -> dict[str, Any]:
        version = answer.headers.get("X-Shopify-API-Version", VERSION)
        if version != VERSION:
            _log.warning("shopify.other_version", asked=VERSION, answered=version)
        try:
            body = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise Transient(f"{self._who} answered with something that is not JSON.") from None
        if not isinstance(body, dict):
            raise Transient(f"{self._who} answered with something else than an object.")
        return body

    def _told(self, document: str, body: Mapping[str, Any]) -> float:
        """Pass on what the answer says of the shop's budget; gives what the call was taken to cost."""
        cost = (body.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        requested = float(cost.get("requestedQueryCost") or _FIRST_COST)
        self._costs[document] = requested
        if status:
            self._access.pace.told(
                available=float(status.get("currentlyAvailable") or 0),
                restored_per_second=float(status.get("restoreRate") or 0),
                capacity=float(status.get("maximumAvailable") or 0),
            )
        return requested

    def _answered(self, body: Mapping[str, Any], errors: Any, codes: set[str]) -> Answered:
        data = body.get("data")
        messages = tuple(_message(error) for error in errors) if isinstance(errors, list) else (str(errors),)
        if isinstance(data, dict) and any(value is not None for value in data.values()):
            if messages:
                _log.warning("shopify.partial", shop=self._access.domain, errors=messages[:5])
            return Answered(data, messages)
        if not messages:
            return Answered(data if isinstance(data, dict) else {})
        said = "; ".join(messages[:3])
        if codes & _PASSING:
            raise Transient(f"{self._who}: {said}")
        if codes & _HIDDEN:
            raise Denied(f"{self._who} does not let Backroom read this: {said} Approve the app's permissions.")
        raise Permanent(f"{self._who}: {said}")


def _name(document: str) -> str:
    """The operation's own name."""
    return document.replace("(", " ").split()[1]


def _codes(errors: Any) -> set[str]:
    if not isinstance(errors, list):
        return set()
    return {str((error.get("extensions") or {}).get("code", "")) for error in errors if isinstance(error, dict)}


def _message(error: object) -> str:
    return str(error.get("message", error))[:300] if isinstance(error, dict) else str(error)[:300]


def refused_input(done: Mapping[str, Any] | None) -> str:
    """What a mutation's userErrors say; empty where it was carried out."""
    told: Sequence[Mapping[str, Any]] = (done or {}).get("userErrors") or []
    return "; ".join(
        f"{'.'.join(map(str, one.get('field') or []))}: {one.get('message', '')}".lstrip(": ") for one in told
    )
