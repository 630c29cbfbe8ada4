"""How merchants come in from Shopify: by its authorization page, or with a session token from inside its admin.

Permission URL, the query's HMAC and session tokens are ShopifyAPI's work, on a class of our own settings: its Session
keeps key and secret on the class, for all shops and threads. Loaded when it is first used; the package is slow to load.
"""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import shopify.session_token
from shopify.session import Session

from commerce.settings import Settings
from commerce.vault import shopify_secret
from integrations.platforms.shopify import tokens
from integrations.platforms.shopify.documents import VERSION
from integrations.platforms.shopify.scopes import SCOPES, shop_domain
from integrations.shop_api import Grant

SECONDS = 90  # between the query's timestamp and our time, either way (@shopify/shopify-api 15.0.0)
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class SignIn:
    """Shopify's sign-in, with the app's key and secrets."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        secrets = (shopify_secret(settings), settings.shopify_api_secret_previous)
        self._secrets = [secret for secret in secrets if secret]
        self._sessions: list[Any] = [
            type("AppSession", (Session,), {"api_key": settings.shopify_api_key, "secret": secret})
            for secret in self._secrets
        ]

    def permission_url(self, domain: str, *, state: str) -> str:
        """Where the shop asks its merchant whether the app may do what it does."""
        back = f"{self._settings.base_url}/shopify/callback"
        url = str(self._sessions[0](domain, VERSION).create_permission_url(list(SCOPES), back, state))
        origin = self._settings.shopify_api_origin
        return url.replace(f"https://{domain}", f"{origin}/{domain}", 1) if origin else url

    def is_signed(self, query: Mapping[str, str]) -> bool:
        """Whether Shopify signed this query, just now; with one of the app's secrets. Never raises."""
        timestamp = query.get("timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp) or abs(time.time() - int(timestamp)) > SECONDS:
            return False
        try:
            return any(session.validate_hmac(dict(query)) for session in self._sessions)
        except UnicodeError:  # lone surrogates
            return False

    def shop_of(self, session_token: str) -> str:
        """The domain of the shop whose merchant holds this session token; empty where it is not good. Never raises."""
        return next((domain for secret in self._secrets if (domain := self._shop_of(session_token, secret))), "")

    def _shop_of(self, session_token: str, secret: str) -> str:
        try:
            claims = shopify.session_token.decode_from_header(
                f"Bearer {session_token}", self._settings.shopify_api_key, secret
            )
            dest, issuer = urlsplit(claims["dest"]), urlsplit(claims["iss"])
        except (shopify.session_token.SessionTokenError, ValueError, TypeError, AttributeError):
            return ""
        # ShopifyAPI takes a token that never ends, and reads domains loosely.
        if "exp" not in claims or (dest.scheme, issuer.scheme, dest.path) != ("https", "https", ""):
            return ""
        return dest.netloc if dest.netloc == issuer.netloc == shop_domain(dest.netloc) else ""

    def by_code(self, domain: str, code: str) -> Grant:
        """Access for the code that the shop sent its merchant back with. Raises Refused, Transient."""
        return tokens.from_code(self._settings, domain, code)

    def by_session_token(self, domain: str, session_token: str) -> Grant | None:
        """Access for a session token; None where a fresh one is needed. Raises Refused, Transient."""
        try:
            return tokens.from_session_token(self._settings, domain, session_token)
        except tokens.InvalidSessionToken:
            return None


def open_sign_in(settings: Settings) -> SignIn:
    """The sign-in for an app with a key. Raises ValueError without one: tokens of any app would do."""
    if not settings.shopify_api_key:
        raise ValueError("SHOPIFY_API_KEY is not set.")
    return SignIn(settings)
