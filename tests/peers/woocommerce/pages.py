"""The stand-in's web pages: wc-auth (Approve and Deny), and an admin page with buttons that change the store."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests

from tests.peers.woocommerce.keys import Asked
from tests.peers.woocommerce.store import Store

Answer = tuple[int, dict[str, str], str]
_STYLE = "<style>body{font:16px system-ui;max-width:44rem;margin:2rem auto}button{margin:.2rem}</style>"
_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_UNSENT = "Error: An error occurred in the request and at the time were unable to send the consumer data."


def page(title: str, body: str, status: int = 200) -> Answer:
    head = f"<head><title>{html.escape(title)}</title>{_STYLE}</head>"
    text = f"<!DOCTYPE html><html lang='en'>{head}<body>{body}</body></html>"
    return status, dict(_HTML), text


def denied(text: str) -> Answer:
    return page("Access denied", f'<div class="wp-die-message">{html.escape(text)}</div>', 401)


def firewall() -> Answer:
    return page("Attention Required!", "<h1>Sorry, you have been blocked</h1>", 403)


def not_found() -> Answer:
    return page("Page not found", "<h1>Oops! That page can’t be found.</h1>", 404)


class Auth:
    """/wc-auth/v1/…: who approves lends a new key to the application. `allow_http`: the callback may be plain http."""

    def __init__(self, store: Store, *, allow_http: bool = False, ca_bundle: str | bool = True) -> None:
        self.store, self.allow_http, self.ca_bundle = store, allow_http, ca_bundle

    def answer(self, asked: Asked, step: str) -> Answer:
        wanted = asked.query
        for name in ("app_name", "user_id", "return_url", "callback_url", "scope"):
            if not wanted.get(name):
                return denied(f"Error: Missing parameter {name}")
        if wanted["scope"] not in ("read", "write", "read_write"):
            return denied(f"Error: Invalid scope {wanted['scope']}")
        if not wanted["callback_url"].startswith("https://") and not self.allow_http:
            return denied("Error: The callback_url needs to be over SSL")
        if step == "authorize":
            return self._ask(wanted)
        if step == "access_granted":
            return self._grant(wanted)
        return not_found()

    def _ask(self, wanted: dict[str, str]) -> Answer:
        app, host = html.escape(wanted["app_name"]), html.escape(urlsplit(wanted["callback_url"]).netloc)
        approve = f"{self.store.home}/wc-auth/v1/access_granted/?{urlencode(wanted)}"
        deny = back(wanted, success=False)
        return page(
            "Application authentication request",
            f"<h1>{app} would like to connect to your store</h1><p>Approving will share credentials with "
            f"<strong>{host}</strong>.</p><p>Logged in as admin</p><p>"
            f'<a href="{html.escape(approve)}" class="button wc-auth-approve">Approve</a> '
            f'<a href="{html.escape(deny)}" class="button wc-auth-deny">Deny</a></p>',
        )

    def _grant(self, wanted: dict[str, str]) -> Answer:
        """Each opening makes a new key; one whose callback does not answer 200 is deleted again."""
        key, secret = self.store.key(wanted["scope"])
        told = {"key_id": self.store.keys[key]["id"], "user_id": cleaned(wanted["user_id"])}
        told |= {"consumer_key": key, "consumer_secret": secret, "key_permissions": wanted["scope"]}
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "User-Agent": f"WordPress/6.9.1; {self.store.home}",
        }
        try:
            answer = requests.post(
                wanted["callback_url"], json=told, headers=headers, timeout=60, verify=self.ca_bundle
            )
            good = answer.status_code == 200
        except requests.RequestException:
            good = False
        if not good:
            del self.store.keys[key]
            return denied(_UNSENT)
        return 302, {"Location": back(wanted, success=True)}, ""


def back(wanted: dict[str, str], *, success: bool) -> str:
    parts = urlsplit(wanted["return_url"])
    more = urlencode({"success": int(success), "user_id": cleaned(wanted["user_id"])})
    return urlunsplit(parts._replace(query=f"{parts.query}&{more}" if parts.query else more))


def cleaned(user_id: str) -> str:
    """What is left of a user_id: cut at `&`, without tags."""
    return re.sub(r"<[^>]*>?", "", user_id.partition("&")[0]).strip()


class Admin:
    """/wp-admin/: what the store has, and buttons for what an admin or a shopper does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.acts: dict[str, Callable[[], Any]] = {
            "Edit the newest product": lambda: store.edit(self._newest(), name=f"Edited at {store.now():%H:%M:%S}"),
            "Raise its price": lambda: store.edit(self._newest(), price=str(float(self._price()) + 1)),
            "New product": lambda: store.create_product(price="12.50", manage_stock=True, stock_quantity=5),
            "Trash the newest product": lambda: store.trash(self._newest()),
            "Delete the newest product by REST": lambda: store.delete(self._newest()),
            "Delete the newest product permanently": lambda: store.delete(self._newest(), by="wp-admin"),
            "Rename a category": lambda: store.edit_category(
                max(store.categories), name=f"Section {store.now():%H:%M:%S}"
            ),
            "Schedule a product for now": lambda: store.schedule("Scheduled", store.now() - timedelta(seconds=1)),
            "Publish what is due": store.publish_due,
            "Place an order": lambda: store.checkout([(self._newest(), 1)]),
            "Start a checkout": lambda: store.start_checkout([(self._newest(), 1)]),
            "Refund the newest order": lambda: store.refund(max(store.orders), "1.00", "damaged"),
            "Complete the newest order": lambda: store.edit_order(max(store.orders), status="completed"),
            "Trash the newest order": lambda: store.trash_order(max(store.orders)),
            "New customer": store.create_customer,
            "Trash a page": store.trash_page,
        }

    def _newest(self) -> int:
        return max(
            n for n, row in self.store.products.items() if row["type"] == "simple" and row["status"] == "publish"
        )

    def _price(self) -> str:
        return str(self.store.products[self._newest()].get("price") or "0")

    def answer(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            wanted = asked.query.get("act", "")
            if wanted not in self.acts:
                return not_found()
            self.acts[wanted]()
            return 303, {"Location": "/wp-admin/"}, ""
        store = self.store
        has = f"{len(store.products)} products, {len(store.variations)} variations, {len(store.orders)} orders, "
        has += f"{len(store.customers)} customers, {len(store.hooks.all)} webhooks, {store.hooks.waiting()} waiting"
        buttons = "".join(
            f'<form method="post" action="/wp-admin/?{urlencode({"act": act})}" style="display:inline"><button>'
            f"{html.escape(act)}</button></form>"
            for act in self.acts
        )
        hooks = "".join(
            f"<li>{html.escape(each['name'])}: {each['status']}, {each['_failures']} failures</li>"
            for each in store.hooks.all.values()
        )
        return page("Store admin", f"<h1>{html.escape(store.name)}</h1><p>{has}</p>{buttons}<ul>{hooks}</ul>")
