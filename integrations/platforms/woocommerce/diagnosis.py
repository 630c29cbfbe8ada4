"""Why a WooCommerce store cannot be connected, and what to do about it: for the page on which a merchant connects."""

import html
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from integrations.errors import OutsideError, Permanent, Refused
from integrations.outbound import Outbound, is_public
from integrations.platforms.woocommerce import answers
from integrations.platforms.woocommerce.client import KEYS_IN_QUERY, Client, store_address
from integrations.shop_api import Access


class Found(StrEnum):
    """What stands in the way; READY and PLAIN_HTTP do not."""

    READY = "ready"
    PLAIN_HTTP = "plain_http"
    NOT_AN_ADDRESS = "not_an_address"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    REDIRECTED = "redirected"
    OTHER_ADDRESS = "other_address"
    FIREWALL = "firewall"
    TROUBLE = "trouble"
    PLAIN_PERMALINKS = "plain_permalinks"
    NOT_WORDPRESS = "not_wordpress"
    NO_WOOCOMMERCE = "no_woocommerce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is at an address: a code, and a sentence or two that say what to do.

    `address`: the one to connect, where it is known; another than the given one where the store calls itself so.
    """

    code: Found
    sentence: str
    address: str = ""
    name: str = ""

    @property
    def connectable(self) -> bool:
        """Whether the store can be connected under the given address."""
        return self.code in (Found.READY, Found.PLAIN_HTTP)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """What a pair of keys is good for at this store; `sentence` says what to do where it is not enough.

    `in_query`: the store takes them in the query only, which `beside` says to the client.
    """

    may_read: bool
    may_write: bool
    sentence: str
    in_query: bool = False

    @property
    def good(self) -> bool:
        """Whether the store can be connected with these keys."""
        return self.may_read and self.may_write

    @property
    def beside(self) -> Mapping[str, str]:
        """What has to be kept beside the keys."""
        return {KEYS_IN_QUERY: "1"} if self.in_query else {}


def diagnose(url: str, *, ca_bundle: str = "", allow_private_hosts: bool = False) -> Diagnosis:
    """Look at the address that a merchant gave, without keys. Never raises; takes up to a minute."""
    given = url.strip().rstrip("/")
    address = store_address(given.removesuffix("/wp-admin").removesuffix("/wp-json"))
    host = _host(address)
    if not host:
        return _diagnosis(Found.NOT_AN_ADDRESS, "This is not an address such as https://shop.example.")
    if not allow_private_hosts and not is_public(address):
        return _unknown_or_private(host)
    outbound = Outbound(host, ca_bundle=ca_bundle, allow_private_hosts=allow_private_hosts)
    fields = urlencode({"_fields": "name,url,home,namespaces,gmt_offset,timezone_string"})
    try:
        answer = outbound.send("GET", f"{address}/wp-json/?{fields}", answer_seconds=20)
        told = _index(answer)
        return _of_index(address, told) if told else _of_answer(outbound, address, answer)
    except OutsideError as error:
        code = Found.CERTIFICATE if "certificate" in str(error) else Found.UNREACHABLE
        return _diagnosis(code, f"{error} {_advice(code, str(error))}")


def _advice(code: Found, error: str) -> str:
    """What to do about a store that gave no answer."""
    if code == Found.CERTIFICATE:
        return "Renew the certificate; it has to name this host and to come with its intermediate certificates."
    if "https" in error:
        return "Where the store has no https, write http:// before its address."
    return "Is the address right, and is the store up?"


def check_keys(access: Access) -> KeyCheck:
    """Whether the keys read and write at the declared store.

    Writing is tried with a batch of nothing: the store checks the key's permission by the request's method alone,
    before it looks at the body (WooCommerce 10.5, includes/class-wc-rest-authentication.php, check_permissions).
    Where the store knows no key over https, they are tried in the query: some web servers drop the Authorization
    header. Raises Transient and RateLimited where the store gives no answer.
    """
    found = _check(access)
    if found.may_read or not store_address(access.origin or access.domain).startswith("https://"):
        return found
    in_query = _check(replace(access, credentials={**access.credentials, KEYS_IN_QUERY: "1"}))
    return replace(in_query, in_query=True) if in_query.may_read else found


def _check(access: Access) -> KeyCheck:
    client = Client(access)
    try:
        for path in ("products", "orders", "customers", "webhooks"):
            client.rows("check keys", path, {"per_page": 1, "_fields": "id"})
    except Permanent as error:
        return KeyCheck(may_read=False, may_write=False, sentence=str(error))
    try:
        client.write("check keys", "post", "products/batch", {})
    except Refused:
        return KeyCheck(
            may_read=True,
            may_write=False,
            sentence=f"{client.who}: these keys may only read. Backroom makes webhooks with them: make keys with the "
            "permission “Read/Write” in WooCommerce → Settings → Advanced → REST API.",
        )
    except Permanent as error:
        return KeyCheck(may_read=True, may_write=False, sentence=str(error))
    return KeyCheck(may_read=True, may_write=True, sentence="The keys read and write at this store.")


def _diagnosis(code: Found, sentence: str, address: str = "", name: str = "") -> Diagnosis:
    return Diagnosis(code=code, sentence=sentence, address=address, name=name)


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return ""
    odd = parts.username is not None or parts.query or parts.fragment or any(letter.isspace() for letter in address)
    return "" if odd or parts.hostname in (None, "http", "https") else parts.netloc


def _unknown_or_private(host: str) -> Diagnosis:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        literal = ipaddress.ip_address(name) is not None
    except ValueError:
        literal = name == "localhost"
    if literal or _is_known(name):
        return _diagnosis(Found.PRIVATE_ADDRESS, f"{host} is in a private network. The store needs a public address.")
    return _diagnosis(Found.UNREACHABLE, f"There is no host {name}. Is the address spelled right?")


def _is_known(name: str) -> bool:
    """Whether the host has an address at all."""
    try:
        return bool(socket.getaddrinfo(name, 443))
    except (OSError, UnicodeError):
        return False


def _index(answer: requests.Response) -> dict[str, Any] | None:
    """WordPress' index; None where the answer is something else."""
    try:
        told = answers.told(answer, "")
    except OutsideError:
        return None
    return told if isinstance(told, dict) and isinstance(told.get("namespaces"), list) else None


def _of_index(address: str, told: dict[str, Any]) -> Diagnosis:
    home = str(told.get("home") or told.get("url") or "").rstrip("/")
    name = html.unescape(str(told.get("name") or ""))
    if "wc/v3" not in told["namespaces"]:
        sentence = "This is a WordPress without WooCommerce. Install and activate WooCommerce 3.5 or newer."
        return _diagnosis(Found.NO_WOOCOMMERCE, sentence, name=name)
    if home and _place(home) != _place(address):
        sentence = f"The store calls itself {home}. Keys work under that address only: connect it there."
        return _diagnosis(Found.OTHER_ADDRESS, sentence, home, name)
    if address.startswith("http://"):
        sentence = (
            "The store is asked over plain http: what it answers can be read on the way. Better use https, and set "
            "both addresses in WordPress → Settings → General."
        )
        return _diagnosis(Found.PLAIN_HTTP, sentence, address, name)
    return _diagnosis(Found.READY, "The store can be connected.", address, name)


def _place(address: str) -> str:
    """An address without its scheme: WooCommerce signs with the scheme of the request."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _of_answer(outbound: Outbound, address: str, answer: requests.Response) -> Diagnosis:
    """What an answer means that is not WordPress' index."""
    status = answer.status_code
    if 300 <= status < 400:
        to = answers.target(answer)
        other = urljoin(address, to).partition("/wp-json")[0].rstrip("/")
        return _diagnosis(Found.REDIRECTED, f"The store sends callers on to {other}. Connect it there.", other)
    if status in (401, 403, 405, 406, 429) or (status == 200 and answers.is_page(answer) and _is_challenge(answer)):
        sentence = (
            f"The store's REST API is shut ({status}): by a firewall, a security plug-in, or a password on the whole "
            "site. Allow requests to /wp-json/ there."
        )
        return _diagnosis(Found.FIREWALL, sentence)
    if status >= 500:
        sentence = f"The store has a trouble of its own just now ({status}): maintenance or an error. Try again later."
        return _diagnosis(Found.TROUBLE, sentence)
    plain = _index(outbound.send("GET", f"{address}/?rest_route=/", answer_seconds=20))
    if plain is not None:
        sentence = (
            "The store's permalinks are “Plain”, with which WooCommerce's keys do not work. In WordPress → Settings → "
            "Permalinks, choose any other structure."
        )
        return _diagnosis(Found.PLAIN_PERMALINKS, sentence, address, html.unescape(str(plain.get("name") or "")))
    sentence = "There is no WordPress at this address. If the shop is in a folder, name it: https://shop.example/shop."
    return _diagnosis(Found.NOT_WORDPRESS, sentence)


def _is_challenge(answer: requests.Response) -> bool:
    """Whether a page asks its visitor to prove that he is human."""
    text = answer.text[:20_000].lower()
    return any(word in text for word in ("captcha", "just a moment", "checking your browser", "cf-challenge"))
