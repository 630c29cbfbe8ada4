"""The webhooks that Backroom makes at a WooCommerce store, and keeps alive there.

WooCommerce switches a webhook off at the seventh failed delivery and never resends. Switching it on again keeps the
count of failures, so that the next one switches it off at once (measured on 10.5): ours are deleted and made anew.
A secret is never told again, so each webhook's name carries a fingerprint of the secret that it was made with.
"""

import hashlib
import html
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from integrations.outbound import is_public
from integrations.platforms.woocommerce.client import LARGEST_PAGE, Client, Item
from integrations.shop_api import Hooks

WANTED = (
    *(f"product.{event}" for event in ("created", "updated", "deleted", "restored")),
    *(f"order.{event}" for event in ("created", "updated", "deleted", "restored")),
    *(f"customer.{event}" for event in ("created", "updated", "deleted")),
    # What is deleted for good fires nothing but these.
    "action.woocommerce_delete_product",
    "action.woocommerce_delete_product_variation",
    "action.woocommerce_delete_order",
    "action.woocommerce_rest_insert_product_cat",
)
# WordPress calls no other ports (wp-includes/http.php, wp_http_validate_url).
_PORTS = (None, 80, 443, 8080)
# The store calls the address once for each webhook while it makes it, and waits up to 5 seconds for the answer.
_AT_ONCE, _SECONDS = 5, 60.0


def keep(client: Client, address: str, secret: str) -> Hooks:
    """Make what is missing, make anew what does not deliver or has another secret, delete what is there twice.

    Ours are those that deliver to `address`; all others are left alone.
    """
    mark = fingerprint(secret)
    ours = [row for row in _all(client) if html.unescape(str(row.get("delivery_url", ""))) == address]
    kept: dict[str, int] = {}
    surplus: list[int] = []
    for row in sorted(ours, key=lambda row: int(row.get("id", 0))):
        topic, good = str(row.get("topic", "")), row.get("status") == "active" and mark in str(row.get("name", ""))
        if good and topic in WANTED and topic not in kept:
            kept[topic] = int(row["id"])
        else:
            surplus.append(int(row["id"]))
    missing = [topic for topic in WANTED if topic not in kept]
    made = _make(client, [_hook(topic, address, secret, mark) for topic in missing])
    removed = client.batch("webhooks", "webhooks/batch", delete=surplus) if surplus else []
    active = len(kept) + sum(not item.error and item.told.get("status") == "active" for item in made)
    return Hooks(wanted=len(WANTED), active=active, notes=_notes(address, ours, missing, [*made, *removed]))


def fingerprint(secret: str) -> str:
    """Six characters that tell whether a webhook was made with this secret, and nothing about it."""
    return hashlib.sha256(b"webhook secret:" + secret.encode()).hexdigest()[:6]


def _all(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = 1
    while True:
        params: dict[str, str | int] = {"per_page": LARGEST_PAGE, "page": page, "orderby": "id", "order": "asc"}
        rows = client.rows("webhooks", "webhooks", params).rows
        found += rows
        if len(rows) < LARGEST_PAGE:
            return found
        page += 1


def _hook(topic: str, address: str, secret: str, mark: str) -> dict[str, str]:
    name = f"Backroom {topic} ({mark})"
    return {"name": name, "topic": topic, "delivery_url": address, "secret": secret, "status": "active"}


def _make(client: Client, hooks: list[dict[str, str]]) -> list[Item]:
    made: list[Item] = []
    for start in range(0, len(hooks), _AT_ONCE):
        made += client.batch("webhooks", "webhooks/batch", seconds=_SECONDS, create=hooks[start : start + _AT_ONCE])
    return made


def _notes(address: str, ours: list[dict[str, Any]], missing: Sequence[str], done: list[Item]) -> tuple[str, ...]:
    notes = []
    off = [str(row.get("topic")) for row in ours if row.get("status") != "active"]
    if off:
        notes.append(f"The store had switched off {len(off)} of {len(ours)} webhooks ({', '.join(sorted(set(off)))}).")
    elif ours and missing:
        notes.append(f"{len(missing)} webhooks were missing at the store, or had an older secret.")
    for item in done:
        if item.error:
            what = f"“{item.sent['topic']}” could not be made" if item.verb == "create" else "One could not be deleted"
            notes.append(f"{what}: {item.error}")
    if not is_public(address):
        notes.append(
            f"{urlsplit(address).hostname} is no public address: WordPress delivers nothing there, unless the store "
            "allows it (http_request_host_is_external). BASE_URL says where Backroom is."
        )
    if urlsplit(address).port not in _PORTS:
        notes.append(
            "WordPress calls ports 80, 443 and 8080 only: at this address it delivers nothing, unless the store allows "
            "it (http_allowed_safe_ports)."
        )
    return tuple(notes)
