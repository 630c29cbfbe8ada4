"""Letting a shop in, whatever its platform: the attempt that belongs to a browser, and what follows when it is good."""

from datetime import datetime
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from commerce.tables import installs, syncs
from commerce.tables.connections import Credentials
from commerce.tables.shops import Shop
from commerce.vault import digest
from integrations.shop_api import Grant
from jobs.queues import SYNC
from webapp import pages
from webapp.parts import parts

SECONDS = int(installs.LASTS.total_seconds())
_MOST = 5  # attempts of one browser at the same time


def begin(platform: str, domain: str) -> str:
    """Begin an attempt to connect this shop; gives the token that has to come back."""
    here = parts()
    with here.database.write() as db:
        return installs.begin(db, platform=platform, domain=domain, now=pages.now())


def remember(response: Any, platform: str, token: str) -> Any:
    """Note in the browser that the attempt was begun in it; gives the response."""
    return _note(response, platform, [digest(token), *_noted(platform)][:_MOST])


def forget(response: Any, platform: str, token: str) -> Any:
    """The browser's attempt is over; gives the response."""
    return _note(response, platform, [known for known in _noted(platform) if known != digest(token)])


def was_begun_here(platform: str, token: str) -> bool:
    """Whether the attempt was begun in this browser."""
    return bool(token) and digest(token) in _noted(platform)


def _note(response: Response, platform: str, noted: list[str]) -> Response:
    config = current_app.config
    response.set_cookie(
        f"backroom_{platform}",
        _signer(platform).dumps(noted),
        max_age=SECONDS if noted else 0,
        path=f"/{platform}/",
        secure=bool(config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",  # the way back from the shop is a link of another site
    )
    return response


def _noted(platform: str) -> list[str]:
    try:
        found = _signer(platform).loads(request.cookies.get(f"backroom_{platform}", ""), max_age=SECONDS)
    except BadData:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _signer(platform: str) -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]  # the newest last
    return URLSafeTimedSerializer(keys, salt=f"attempts to connect {platform}")


def let_in(
    *,
    platform: str,
    domain: str,
    credentials: Credentials,
    at: datetime,
    name: str = "",
    webhook_secret: str = "",
    token: str = "",
) -> Shop:
    """The shop let us in at that time, by the platform's clock: store it, and begin to read everything of it.

    `webhook_secret` is only for a shop that is new; `token`: the attempt that led to it.
    """
    here, now = parts(), pages.now()
    with here.database.write() as db:
        done = installs.install(
            db,
            here.vault,
            platform=platform,
            domain=domain,
            credentials=credentials,
            at=at,
            now=now,
            name=name,
            webhook_secret=webhook_secret,
        )
        if token:
            installs.fulfil(db, token, shop_id=done.shop.id)
        if done.current:
            syncs.start(db, shop_id=done.shop.id, kind=syncs.IMPORT, now=now)
    here.queues.wake(SYNC, [done.shop.id])
    return done.shop


def credentials_of(grant: Grant) -> Credentials:
    """What the platform granted, as it is stored."""
    return Credentials(
        secrets=grant.secrets,
        expires_at=grant.expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        scopes=grant.scopes,
    )
