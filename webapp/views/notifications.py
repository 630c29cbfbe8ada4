"""Messages in the dashboard: which kinds are sent, over which channels, and how that went lately."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.notifications.choices import OfKind, possible_channels
from commerce.rules.notifications.kinds import KINDS, MERCHANT, SHOPPER
from commerce.rules.notifications.states import deadline
from commerce.tables.notifications import choices, log, notifications, templates
from integrations.channels.occasions import is_address, sender_of
from integrations.channels.wording import LANGUAGES, language_of
from jobs.queues import NOTIFY
from webapp import guards, limits, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.notifications import words
from webapp.parts import parts

blueprint = Blueprint("notifications", __name__, url_prefix="/dashboard/notifications")

_LATELY = timedelta(days=7)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Every kind of message, with its switch and channels."""
    here, shop = parts(), g.shop
    with here.database.read() as db:
        chosen = choices.of_shop(db, shop_id=shop.id, platform=shop.platform)
        secrets = choices.secrets_of(db, here.vault, shop_id=shop.id)
        counted = log.counted(db, shop_id=shop.id, since=pages.now() - _LATELY)
        own = {kind for kind, _, _ in templates.current(db, shop_id=shop.id)}
        in_doubt = notifications.in_doubt(db, shop_id=shop.id, limit=1)
    return render_template(
        "notifications.html",
        groups=[(who, [kind for kind in KINDS.values() if kind.audience == who]) for who in (SHOPPER, MERCHANT)],
        chosen=chosen,
        ready={"mail": True, "sms": bool(secrets.sms), "slack": bool(secrets.slack)},
        channels=possible_channels,
        counted=counted,
        own=own,
        in_doubt=bool(in_doubt),
        sender=sender_of(chosen, here.settings.base_url),
        to_outbox=not here.settings.smtp_url,
        language=language_of(shop.locale),
        languages=LANGUAGES,
        w=words,
    )


@blueprint.post("")
@guards.merchant
@pages.of_shop
def save() -> Any:
    """Store which kinds are sent, and how."""
    on, ways = set(request.form.getlist("on")), request.form.getlist("channel")
    told = {
        name: OfKind(
            is_on=name in on,
            channels=tuple(one for one in possible_channels(name) if f"{name}:{one}" in ways) or ("mail",),
        )
        for name in KINDS
    }
    with parts().database.write() as db:
        before = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
        choices.save(db, shop=g.shop, chosen=replace(before, kinds=told), now=pages.now())
    flash(_("Saved. It counts for whatever happens from now on."))
    return redirect(url_for("notifications.index"))


@blueprint.post("/test")
@guards.merchant
@pages.of_shop
def test() -> Any:
    """Send one message with a made-up order to an address; its page shows what becomes of it."""
    kind, language = request.form.get("kind", ""), request.form.get("language", "en")
    to = request.form.get("to", "").strip().lower()
    if kind not in KINDS or language not in LANGUAGES:
        raise Problem(400, _("No such kind of message"), _("Choose one of the list."))
    if not is_address(to):
        flash(_("Nothing was sent: write a mail address such as you@example.com."))
        return redirect(url_for("notifications.index"))
    limits.attempt("message-test", g.shop.key)  # anybody's address may be entered
    here, now = parts(), pages.now()
    row: dict[str, Any] = {"kind": kind, "channel": "mail", "occasion": f"test/{token_hex(8)}", "recipient": to}
    row |= {"category": KINDS[kind].category, "language": language, "expires_at": now + deadline(kind)}
    row |= {"detail": {"sample": language, "asked_at": now.isoformat()}}
    with here.database.write() as db:
        (number,) = notifications.add(db, shop_id=g.shop.id, rows=[row], now=now).values()
    here.queues.wake(NOTIFY, [g.shop.id], again=True)
    return redirect(url_for("notifications_log.one", key=number))
