"""Settings of messages: who they come from, when they go out, gateways, and how the shop looks in them."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.notifications.windows import WEEKDAYS
from commerce.tables.notifications import choices
from integrations.channels.occasions import sender_of
from integrations.channels.sms import USUAL_BODY, USUAL_HEADER
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.notifications import settings_form
from webapp.parts import parts

blueprint = Blueprint("notifications_settings", __name__, url_prefix="/dashboard/notifications/settings")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """What is chosen now."""
    return _page({}, {})


@blueprint.post("")
@guards.owner
@pages.of_shop
def save() -> Any:
    """Store what was chosen, or show what is wrong."""
    here = parts()
    with here.database.read() as db:
        before = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
        known = choices.secrets_of(db, here.vault, shop_id=g.shop.id)
    told = settings_form.read(request.form, before, known, allow_private_hosts=here.settings.allow_private_hosts)
    if told.wrong:
        return _page(request.form, told.wrong), 400
    with here.database.write() as db:
        choices.save(db, shop=g.shop, chosen=told.choices, now=pages.now())
        choices.save_secrets(db, here.vault, shop=g.shop, secrets=told.secrets, now=pages.now())
    flash(_("Saved. Messages that wait go out by it too."))
    return redirect(url_for("notifications_settings.index"))


def _page(filled: Any, wrong: Any) -> str:
    here = parts()
    with here.database.read() as db:
        chosen = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
        secrets = choices.secrets_of(db, here.vault, shop_id=g.shop.id)
    base_url, provider = here.settings.base_url, secrets.bounces.get("provider", "")
    return render_template(
        "notifications_settings.html",
        fields=settings_form.fields_of(chosen, secrets),
        filled=filled,
        wrong=wrong,
        secrets=secrets,
        weekdays=[translated(day) for day in WEEKDAYS],
        providers=settings_form.PROVIDERS,
        usual_sender=sender_of(replace(chosen, sender=""), base_url),
        usual_body=USUAL_BODY,
        usual_header=USUAL_HEADER,
        bounces_url=f"{base_url}/webhooks/mail/{provider}/{g.shop.key}" if provider else "",
        to_outbox=not here.settings.smtp_url,
    )
