"""Access tokens: exchanged when the app is installed, refreshed while it is (shopify.dev, offline access tokens).

An access token holds for an hour, a refresh token for 90 days, and each refresh gives a new pair. Both are asked for
on `/admin/oauth/access_token` of the shop.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from commerce.settings import Settings
from commerce.vault import shopify_secret
from integrations.errors import Refused, Transient
from integrations.outbound import Outbound, checked
from integrations.shop_api import Grant

_TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - the name of a grant
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
# What holds where an answer does not say: a refresh that is not repeated loses the shop for good.
_LASTS, _REFRESH_LASTS = timedelta(hours=1), timedelta(days=90)


class InvalidSessionToken(Refused):
    """Shopify did not take the session token: it is too old, and a fresh one may do."""


def from_code(settings: Settings, domain: str, code: str) -> Grant:
    """Access for the code of an authorization. Raises Refused, Transient."""
    return _asked(settings, domain, {"code": code, "expiring": "1"})


def from_session_token(settings: Settings, domain: str, session_token: str) -> Grant:
    """Access for a session token of App Bridge. Raises InvalidSessionToken, Refused, Transient."""
    return _asked(
        settings,
        domain,
        {
            "grant_type": _TOKEN_EXCHANGE,
            "subject_token": session_token,
            "subject_token_type": _ID_TOKEN,
            "requested_token_type": _OFFLINE,
            "expiring": "1",
        },
    )


def renew(settings: Settings, domain: str, secrets: Mapping[str, str]) -> Grant:
    """New access for a refresh token. Raises Refused where it is lost, Transient."""
    refresh_token = secrets.get("refresh_token", "")
    if not refresh_token:
        raise Refused("The access has ended, and there is nothing to renew it with.")
    grant = _asked(settings, domain, {"grant_type": "refresh_token", "refresh_token": refresh_token})
    if "refresh_token" in grant.secrets:
        return grant
    # Told without a new one, the old one still is what there is.
    kept = {**grant.secrets, "refresh_token": refresh_token}
    return Grant(
        secrets=kept,
        at=grant.at,
        expires_at=grant.expires_at or grant.at + _LASTS,
        refresh_expires_at=grant.refresh_expires_at,
        scopes=grant.scopes,
    )


def _asked(settings: Settings, domain: str, asked: Mapping[str, str]) -> Grant:
    who = f"Shopify's sign-in for {domain}"
    http = Outbound(who, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)
    origin = f"{settings.shopify_api_origin}/{domain}" if settings.shopify_api_origin else f"https://{domain}"
    ours = {"client_id": settings.shopify_api_key, "client_secret": shopify_secret(settings)}
    asked_at = datetime.now(UTC)
    answer = http.send(
        "POST", f"{origin}/admin/oauth/access_token", json={**ours, **asked}, headers={"Accept": "application/json"}
    )
    if 400 <= answer.status_code < 500 and answer.status_code not in (408, 425, 429):
        raise _refusal(answer, who)
    body = _parsed(checked(answer, who), who)
    return _grant(body, _told_at(answer) or asked_at, asked_at)


def _refusal(answer: requests.Response, who: str) -> Refused:
    """What the refusal says; its words never hold what was sent."""
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        told = {}
    error = str(told.get("error", "")) if isinstance(told, dict) else ""
    if error == "invalid_subject_token":
        return InvalidSessionToken(f"{who} did not take the session token.")
    return Refused(f"{who} refused ({answer.status_code} {error})".rstrip(" )") + ").")


def _parsed(answer: requests.Response, who: str) -> Mapping[str, Any]:
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("access_token"), str) or not told["access_token"]:
        raise Transient(f"{who} answered without a token.")
    return told


def _grant(body: Mapping[str, Any], at: datetime, asked_at: datetime) -> Grant:
    """The access that an answer gives; its end is counted by our clock, from before it was asked for."""
    secrets = {name: body[name] for name in ("access_token", "refresh_token") if body.get(name)}
    expires_at = _end(body.get("expires_in"), asked_at)
    if expires_at is None and "refresh_token" in secrets:
        expires_at = asked_at + _LASTS
    refresh_ends = _end(body.get("refresh_token_expires_in"), asked_at)
    if refresh_ends is None and "refresh_token" in secrets:
        refresh_ends = asked_at + _REFRESH_LASTS
    scopes = tuple(scope.strip() for scope in str(body.get("scope") or "").split(",") if scope.strip())
    return Grant(secrets=secrets, at=at, expires_at=expires_at, refresh_expires_at=refresh_ends, scopes=scopes)


def _end(seconds: object, since: datetime) -> datetime | None:
    try:
        return since + timedelta(seconds=float(str(seconds))) if seconds is not None else None
    except (ValueError, OverflowError):
        return None


def _told_at(answer: requests.Response) -> datetime | None:
    """Shopify's own time, by which installing and removing the app are put in order."""
    try:
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None
