"""Signatures and session tokens as Shopify makes them."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

SESSION_SECONDS = 60
LEEWAY_SECONDS = 10


def webhook_signature(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-Sha256."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def query_signature(secret: str, query: Mapping[str, str]) -> str:
    """`hmac` of a query that Shopify sends a browser with."""
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "hmac")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def proxy_signature(secret: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`signature` of a call through the shop's own domain; a repeated name has its values joined by commas."""
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        if name != "signature":
            joined.setdefault(name, []).append(value)
    text = "".join(sorted(f"{name}={','.join(values)}" for name, values in joined.items()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed_query(secret: str, **given: str) -> dict[str, str]:
    """The query with its time and signature."""
    query = {"timestamp": str(int(time.time())), **given}
    return {**query, "hmac": query_signature(secret, query)}


def host(domain: str) -> str:
    """The `host` parameter: where in Shopify's admin a shop is."""
    return base64.b64encode(f"admin.shopify.com/store/{domain.partition('.')[0]}".encode()).decode().rstrip("=")


def _encoded(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def session_token(domain: str, client_id: str, client_secret: str, **changes: Any) -> str:
    """What App Bridge gives the app's pages; `changes` replace claims, None takes one away."""
    moment = int(time.time())
    claims = {
        "iss": f"https://{domain}/admin",
        "dest": f"https://{domain}",
        "aud": client_id,
        "sub": "42",
        "exp": moment + SESSION_SECONDS,
        "nbf": moment,
        "iat": moment,
        "jti": str(uuid4()),
        "sid": secrets.token_hex(16),
    }
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.digest(client_secret.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, _encoded(signature)])


def is_session_of(token: str, domain: str, client_id: str, client_secret: str) -> bool:
    """Whether a session token is genuine, of this shop and app, and valid now."""
    try:
        head, body, signature = token.split(".")
        claims, algorithm = json.loads(_decoded(body)), json.loads(_decoded(head))["alg"]
        genuine = hmac.digest(client_secret.encode(), f"{head}.{body}".encode(), hashlib.sha256)
        moment = time.time()
        return (
            algorithm == "HS256"
            and hmac.compare_digest(genuine, _decoded(signature))
            and (claims["aud"], claims["dest"]) == (client_id, f"https://{domain}")
            and claims["nbf"] - LEEWAY_SECONDS <= moment <= claims["exp"] + LEEWAY_SECONDS
        )
    except (ValueError, KeyError, TypeError):
        return False
