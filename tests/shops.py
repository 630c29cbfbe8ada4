"""Shops as tests play them: they sign deliveries and post them through the front door."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from commerce.tables import shops
from webapp.parts import Parts

# The secret of a shop on any other back end, as its sender holds it.
CUSTOM_SECRET = "whsec_" + base64.b64encode(b"a custom shop's secret key").decode()


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256, as Shopify and WooCommerce sign."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def event(topic: str, data: Any, at: str = "") -> dict[str, Any]:
    """An event as any other back end tells it, of now."""
    return {"type": topic, "timestamp": at or datetime.now(UTC).isoformat(), "data": data}


@dataclass(frozen=True)
class Shop:
    """A connected shop that can send."""

    client: FlaskClient
    id: int
    key: str
    api_key: str
    publishable_key: str
    platform: str
    domain: str
    secret: str

    @property
    def door(self) -> str:
        return "/webhooks/shopify" if self.platform == "shopify" else f"/webhooks/{self.platform}/{self.key}"

    def headers(self, topic: str, body: bytes, **changes: str) -> dict[str, str]:
        """The platform's headers for this body."""
        if self.platform == "custom":
            return self._standard_headers(body, **changes)
        signed = signature(self.secret, body)
        if self.platform == "shopify":
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": signed,
                "X-Shopify-Shop-Domain": self.domain,
                "X-Shopify-API-Version": "2026-10",
                "X-Shopify-Webhook-Id": str(uuid4()),
            }
        else:
            resource, _, event = topic.partition(".")
            headers = {
                "Content-Type": "application/json",
                "User-Agent": "WooCommerce/10.5.0 Hookshot (WordPress/6.9.1)",
                "X-WC-Webhook-Source": f"{self.domain}/",
                "X-WC-Webhook-Topic": topic,
                "X-WC-Webhook-Resource": resource,
                "X-WC-Webhook-Event": event,
                "X-WC-Webhook-Signature": signed,
                "X-WC-Webhook-ID": "1",
                "X-WC-Webhook-Delivery-ID": "the same for all of one second",
            }
        return {name: value for name, value in {**headers, **changes}.items() if value}

    def _standard_headers(self, body: bytes, **changes: str) -> dict[str, str]:
        """Those of Standard Webhooks; a changed id or time is signed, unless the signature is given too."""
        signed = {"Webhook-Id": f"msg_{uuid4().hex}", "Webhook-Timestamp": str(int(time.time()))}
        signed |= {name: value for name, value in changes.items() if name in signed}
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        content = f"{signed['Webhook-Id']}.{signed['Webhook-Timestamp']}.".encode() + body
        made = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
        headers = {"Content-Type": "application/json", **signed, "Webhook-Signature": f"v1,{made}", **changes}
        return {name: value for name, value in headers.items() if value}

    def send(self, topic: str, payload: Any, **changes: str) -> TestResponse:
        """Post a delivery; `changes` replace headers, an empty one takes it away.

        Any other back end writes the topic into the body: what is no bytes is the event's data.
        """
        if self.platform == "custom" and not isinstance(payload, bytes):
            payload = event(topic, payload)
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.client.post(self.door, data=body, headers=self.headers(topic, body, **changes))

    def read(self, path: str, **query: Any) -> Any:
        """GET something of the API; gives the parsed answer."""
        answer = self.client.get(
            f"/api/v1/{path}", query_string=query, headers={"Authorization": f"Bearer {self.api_key}"}
        )
        return answer.get_json()

    def search(self, q: str = "", **query: Any) -> Any:
        """Search as a shopper's browser does."""
        query = {"q": q, "key": self.publishable_key, **query}
        return self.client.get(f"/storefront/v1/{self.key}/search", query_string=query).get_json()


@dataclass(frozen=True)
class Senders:
    """Makes connected shops."""

    parts: Parts
    client: FlaskClient

    def shopify(self, domain: str = "one.myshopify.com", **changes: Any) -> Shop:
        return self._add("shopify", domain, secret=self.parts.settings.shopify_api_secret, own=False, **changes)

    def woocommerce(self, domain: str = "https://two.example", secret: str = "a shop's secret", **changes: Any) -> Shop:
        return self._add("woocommerce", domain, secret=secret, own=True, **changes)

    def custom(self, domain: str = "three", secret: str = CUSTOM_SECRET, **changes: Any) -> Shop:
        return self._add("custom", domain, secret=secret, own=True, **changes)

    def _add(self, platform: str, domain: str, *, secret: str, own: bool, **changes: Any) -> Shop:
        with self.parts.database.write() as db:
            new = shops.add(
                db,
                self.parts.vault,
                platform=platform,
                domain=domain,
                now=datetime.now(UTC),
                webhook_secret=secret if own else "",
                **changes,
            )
        return Shop(
            client=self.client,
            id=new.id,
            key=new.shop_key,
            api_key=new.api_key,
            publishable_key=new.publishable_key,
            platform=platform,
            domain=domain,
            secret=secret,
        )
