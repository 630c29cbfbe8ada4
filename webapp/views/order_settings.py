"""How orders' steps run: which ones, payment, holds, labels, stock, and steps of the merchant's own."""

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.money import decimal_text
from commerce.rules.order_steps.outcomes import LABEL
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import orders, tracking_settings
from commerce.tables.order_steps import settings as stored
from commerce.tables.stock import items
from integrations import registry
from integrations.receivers import LONGEST_ANSWER, Message, Receiver, new_secret, wrong_url
from jobs.queues import STOCK
from webapp import guards, pages
from webapp.errors import Problem
from webapp.labels import asking
from webapp.labels.label_form import ADDRESS_TITLES
from webapp.languages import gettext as _
from webapp.orders import about, settings_form
from webapp.parts import parts
from webapp.views.api import order_shape

blueprint = Blueprint("order_settings", __name__, url_prefix="/dashboard/orders/settings")

_TEST = "test"


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> Any:
    """What is chosen now."""
    return _page({})


@blueprint.post("")
@guards.merchant
@pages.of_shop
def save() -> Any:
    """Store what was chosen, or show what is wrong."""
    here = parts()
    with here.database.read() as db:
        before = _chosen(db)
        makers = asking.makers(db, here, shop_id=g.shop.id)
    chosen, wrong = settings_form.read(request.form, before, currency=g.shop.currency, makers=makers)
    if chosen.payment_url and chosen.payment_url != before.payment_url:
        _check("payment_url", chosen.payment_url, wrong)
    sender = settings_form.sender(request.form, wrong, is_needed=chosen.runs(LABEL))
    if wrong:
        return _page(wrong), 422
    if sender:
        asking.keep_sender(here, shop_id=g.shop.id, told=sender, now=pages.now())
    made = _store(replace(chosen, call_outs=before.call_outs))
    here.queues.wake(STOCK, [g.shop.id])
    flash(_("Saved. It counts for what happens from now on."))
    return _page({}, secret=made) if made else redirect(url_for("order_settings.index"))


@blueprint.post("/call-outs")
@guards.owner
@pages.of_shop
def add() -> Any:
    """Add a step of the merchant's own."""
    with parts().database.read() as db:
        before = _chosen(db)
    new, wrong = settings_form.call_out(request.form, request.form.getlist("on"), before)
    _check("url", new.url, wrong)
    if wrong:
        return _page(wrong), 422
    made = _store(replace(before, call_outs=(*before.call_outs, new)))
    flash(_("“%(name)s” is asked from now on.", name=new.name))
    return _page({}, secret=made) if made else redirect(url_for("order_settings.index") + "#call-outs")


@blueprint.post("/call-outs/<name>/remove")
@guards.owner
@pages.of_shop
def remove(name: str) -> Any:
    """Take a step of the merchant's own away; those that wait are skipped when their turn comes."""
    with parts().database.read() as db:
        before = _chosen(db)
    _store(replace(before, call_outs=tuple(one for one in before.call_outs if one.name != name)))
    flash(_("“%(name)s” is not asked any more.", name=name))
    return redirect(url_for("order_settings.index") + "#call-outs")


@blueprint.post("/test")
@guards.merchant
@pages.of_shop
def test() -> Any:
    """Ask once, with the newest order, and show what was really answered. Nothing follows from it."""
    here, name, now = parts(), request.form.get("name", ""), pages.now()
    with here.database.read() as db:
        chosen = _chosen(db)
        secrets = stored.secrets(db, here.vault, shop_id=g.shop.id, now=now)
        newest = orders.newest(db, shop_id=g.shop.id, limit=1)
        shown = order_shape(db, newest)(newest[0]) if newest else None
    url = next((one.url for one in chosen.call_outs if one.name == name), "") or (
        chosen.payment_url if name == "payment" else ""
    )
    if not url or not secrets:
        raise Problem(404, _("Nothing to ask"), _("This address was taken away. Go back and reload the page."))
    at = now.isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": _TEST, "timestamp": at, "data": shown}, ensure_ascii=False)
    settings = here.settings
    receiver = Receiver(url, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)
    try:
        answer = receiver.send(Message(key=f"test_{now.timestamp():.0f}", body=body, secrets=secrets), now=now)
    finally:
        receiver.close()
    meaning = about.meaning(answer, is_payment=name == "payment", now=pages.now())
    return _page({}, tried={"name": name, "answer": answer, "meaning": meaning, "longest": LONGEST_ANSWER})


@blueprint.post("/secret")
@guards.owner
@pages.of_shop
def renew() -> Any:
    """Another secret to sign with; it is shown in this answer and nowhere else. The one before signs for a day more."""
    here, secret = parts(), new_secret()
    with here.database.write() as db:
        stored.save(db, shop_id=g.shop.id, chosen=_chosen(db), now=pages.now())
        stored.renew(db, here.vault, shop_id=g.shop.id, secret=secret, now=pages.now())
    return _page({}, secret=secret)


def _chosen(db: Any) -> OrderSettings:
    return stored.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)


def _store(chosen: OrderSettings) -> str:
    """Store it; gives the secret where one had to be made."""
    here, now = parts(), pages.now()
    asks = bool(chosen.payment_url or chosen.call_outs)
    with here.database.write() as db:
        stored.save(db, shop_id=g.shop.id, chosen=chosen, now=now)
        items.unsettle(db, shop_id=g.shop.id, now=now)
        if not asks or stored.secrets(db, here.vault, shop_id=g.shop.id, now=now):
            return ""
        secret = new_secret()
        stored.renew(db, here.vault, shop_id=g.shop.id, secret=secret, now=now)
    return secret


def _check(name: str, url: str, wrong: dict[str, str]) -> None:
    found = wrong_url(url, allow_private_hosts=parts().settings.allow_private_hosts)
    if found:
        wrong[name] = found


def _page(wrong: dict[str, str], *, secret: str = "", tried: dict[str, Any] | None = None) -> str:
    here = parts()
    with here.database.read() as db:
        chosen = _chosen(db)
        sender = tracking_settings.of_shop(db, shop_id=g.shop.id).sender
        makers = asking.makers(db, here, shop_id=g.shop.id)
        has_secret = bool(stored.secrets(db, here.vault, shop_id=g.shop.id, now=pages.now()))
    return render_template(
        "order_settings.html",
        chosen=chosen,
        wrong=wrong,
        filled=request.form if wrong else {},
        on=request.form.getlist("on") if wrong else ["created"],
        is_call_out=request.endpoint == "order_settings.add",
        switches=about.switches(g.shop.platform),
        shown=about.filled(chosen, lambda amount: decimal_text(amount, g.shop.currency)),
        makers=[(name, registry.carrier_title(name)) for name in makers],
        sender=dict(sender),
        titles=ADDRESS_TITLES,
        settings_form=settings_form,
        secret=secret,
        has_secret=has_secret,
        tried=tried,
    )
