"""Who asks the stand-in: REST keys, checked as WooCommerce checks them (includes/class-wc-rest-authentication.php).

Written from the rules, not from the client library: Basic or keys in the query over https, OAuth 1.0a over http.
"""

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

WINDOW = 15 * 60
_NAMES = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


@dataclass(slots=True)
class Asked:
    """A request: PHP's view of it. Of a parameter that is there twice the last one counts."""

    method: str
    target: str
    headers: Any
    body: bytes = b""
    secure: bool = False
    query: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.query = dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class Turned(Exception):
    """A request that gets an error: HTTP status, code and message of WordPress' REST API."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.told = {"code": code, "message": message, "data": {"status": status, **more}}


def _refused(message: str) -> Turned:
    return Turned(401, "woocommerce_rest_authentication_error", message)


def who(store: Any, asked: Asked) -> dict[str, Any] | None:
    """The key of the request; None for nobody. Raises Turned for keys that are wrong."""
    if "wp-json/wc/" not in asked.target and "wp-json/wc-" not in asked.target:
        return None
    found = _by_basic(store, asked) if asked.secure else None
    return found or _by_oauth(store, asked)


def _by_basic(store: Any, asked: Asked) -> dict[str, Any] | None:
    key, secret = asked.query.get("consumer_key", ""), asked.query.get("consumer_secret", "")
    header = "" if store.drops_authorization else asked.headers.get("Authorization") or ""
    if not (key and secret) and header.startswith("Basic "):
        try:
            key, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    found = store.keys.get(key)
    if not key or not secret or found is None:
        return None  # an unknown key is nobody
    if not hmac.compare_digest(found["secret"], secret):
        raise _refused("Consumer secret is invalid.")
    return dict(found)


def _by_oauth(store: Any, asked: Asked) -> dict[str, Any] | None:
    given = dict(asked.query)
    missing = [name for name in _NAMES if not given.get(name)]
    if len(missing) == len(_NAMES):
        return None
    if missing:
        text = f"Missing OAuth parameter{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise Turned(401, "woocommerce_rest_authentication_missing_parameter", text)
    found = store.keys.get(given["oauth_consumer_key"])
    if found is None:
        raise _refused("Consumer key is invalid.")
    signature = unquote(given.pop("oauth_signature").replace(" ", "+"))
    wanted = signed(asked.method, _address(store, asked), given, found["secret"])
    if not hmac.compare_digest(wanted, signature):
        raise _refused("Invalid signature - provided signature does not match.")
    moment, now = int(given["oauth_timestamp"]), time.time() + store.ahead.total_seconds()
    if not now - WINDOW <= moment <= now + WINDOW:
        raise _refused("Invalid timestamp.")
    with store.lock:
        if given["oauth_nonce"] in found["nonces"]:
            raise _refused("Invalid nonce - nonce has already been used.")
        found["nonces"][given["oauth_nonce"]] = moment
    return dict(found)


def _address(store: Any, asked: Asked) -> str:
    """The store's own address with the path asked for, whatever host name was called."""
    home = urlsplit(store.home)
    path = asked.path.removeprefix(home.path.rstrip("/"))
    return f"{'https' if asked.secure else 'http'}://{home.netloc}{home.path.rstrip('/')}/{path.lstrip('/')}"


def signed(method: str, address: str, params: dict[str, str], secret: str) -> str:
    """The signature of RFC 5849, 3.4, with HMAC-SHA256 and no token."""

    def plain(text: str) -> str:
        return quote(text, safe="-._~")

    pairs = "&".join(f"{plain(name)}={plain(params[name])}" for name in sorted(params))
    text = "&".join((method, plain(address), plain(pairs)))
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), hashlib.sha256)).decode()


def may(key: dict[str, Any] | None, method: str) -> None:
    """Raise Turned where the key may not use the method."""
    if key is None:
        return
    reading = method in ("GET", "HEAD")
    if key["permissions"] not in ("read_write", "read" if reading else "write"):
        raise _refused(f"The API key provided does not have {'read' if reading else 'write'} permissions.")
