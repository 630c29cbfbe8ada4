"""What a WooCommerce store's answer means: its JSON, or an error in our words that shows no key."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import requests

from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from integrations.outbound import retry_after

_KEYS = re.compile(r"\b(c[ks]_)[0-9A-Za-z]+|(oauth_\w+|consumer_\w+)=[^&\s\"'<>]*")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SHOWN = 200  # characters of an answer that an error shows
_PAGE = "a web page instead of data"


class NoRoute(Permanent):
    """The store's REST API does not have this address: an older version, or no WooCommerce."""


class NotThere(Permanent):
    """The store has no object of that number, not even in its bin."""


def told(answer: requests.Response, who: str) -> Any:
    """The answer's JSON. Raises what it means where it is no success.

    Notices that PHP prints before the JSON (WP_DEBUG_DISPLAY) are passed over.
    """
    if answer.status_code >= 300:
        raise _error(answer, who)
    found = _json(answer)
    if found is None:
        raise Transient(f"{who} answered with {_described(answer)}. Is it in maintenance, or is a firewall before it?")
    return found[0]


def hidden(text: str) -> str:
    """The text without keys, secrets and signatures, on one line, cut short."""
    return " ".join(_KEYS.sub(lambda found: f"{found[1] or found[2] + '='}…", text)[:_SHOWN].split())


def is_page(answer: requests.Response) -> bool:
    """Whether the answer is a web page: what firewalls, maintenance modes and other programs say."""
    return "html" in answer.headers.get("Content-Type", "").lower() or answer.text.lstrip()[:1] == "<"


def _json(answer: requests.Response) -> tuple[Any] | None:
    """The JSON in the answer, in a tuple as it may be null; None where there is none."""
    text = answer.content.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    try:
        return (json.loads(text),)
    except ValueError:
        pass
    for start in [found.start() for found in re.finditer(r"[\[{]", text[:20_000])][:50]:
        try:
            return (json.loads(text[start:]),)
        except ValueError:
            continue
    return None


def _described(answer: requests.Response) -> str:
    """What came instead of JSON: a page's title is all that is shown of it."""
    if not is_page(answer):
        return "something that is not JSON"
    title = _TITLE.search(answer.text[:20_000])
    return f"{_PAGE} (“{hidden(title[1])}”)" if title and title[1].strip() else _PAGE


def _error(answer: requests.Response, who: str) -> OutsideError:
    status = answer.status_code
    if status < 400:
        return Permanent(f"{who} sends callers on to {target(answer)}. Connect the store under that address.")
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        return RateLimited(f"{who} was asked too often ({status}).", retry_after=retry_after(answer.headers))
    found = _json(answer)
    body = found[0] if found and isinstance(found[0], dict) else {}
    code, message = str(body.get("code", "")), hidden(str(body.get("message", "")))
    if status in (408, 425) or status >= 500:
        return Transient(f"{who} answered {status}: {message or _described(answer)}")
    if status in (401, 403):
        return _refusal(answer, who, code, message)
    if status == 404 and code == "rest_no_route":
        return NoRoute(f"{who} does not know this part of the REST API. Is WooCommerce active, and up to date?")
    if status == 404 and "invalid" in code:  # woocommerce_rest_product_invalid_id, wc_user_invalid_id, …_term_invalid
        return NotThere(f"{who}: {message}")
    if status == 404 and not code:
        return Permanent(
            f"{who} has no REST API under /wp-json/ (404, {_described(answer)}). In WordPress, choose any permalink "
            "structure but “Plain” (Settings → Permalinks)."
        )
    return Permanent(f"{who} answered {status}: {message or _described(answer)}")


def _refusal(answer: requests.Response, who: str, code: str, message: str) -> OutsideError:
    """401 and 403. Source of the texts: WooCommerce 10.5, includes/class-wc-rest-authentication.php."""
    status = answer.status_code
    if not code:
        return Permanent(
            f"{who} answered {status} with {_described(answer)}: a firewall, a security plug-in or a password on the "
            "whole site keeps callers out. Allow requests to /wp-json/wc/."
        )
    if "timestamp" in message.lower() or "nonce" in message.lower():
        return Transient(f"{who} does not accept the time of the request ({message}) Do both clocks go right?")
    advice = "Connect the store again, or make new keys in WooCommerce → Settings → Advanced → REST API."
    if "signature" in message.lower():
        advice = "Is the secret right, and is the store's address exactly its home address (with or without www)?"
    elif "permissions" in message.lower():
        advice = "The keys need the permission “Read/Write”."
    elif status == 403:  # the keys are good, and belong to a user who may not do this
        return Permanent(f"{who} (403): {message} The keys' user has to be a shop manager or an administrator.")
    elif code.startswith("woocommerce_rest_cannot_"):
        message += " The keys are unknown to it."
    return Refused(f"{who} refused the keys ({status}): {message} {advice}")


def target(answer: requests.Response) -> str:
    """Where a redirect leads, without its query."""
    try:
        parts = urlsplit(answer.headers.get("Location", ""))
    except ValueError:
        return "an unreadable address"
    return hidden(f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path) or "nowhere"
