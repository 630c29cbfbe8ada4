"""The editor of messages' templates: versions, a preview with a real order or a sample, complaints beside the field."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from markupsafe import escape

from commerce.rules.notifications.choices import MAIL
from commerce.rules.notifications.kinds import KINDS
from commerce.tables import alerts, orders
from commerce.tables.notifications import choices, templates
from integrations.channels import occasions, rendering
from integrations.channels.wording import LANGUAGES, language_of
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.notifications import drafts, framing, words
from webapp.parts import parts
from webapp.people.actors import actor

blueprint = Blueprint("notification_templates", __name__, url_prefix="/dashboard/notifications/templates")

_MOST_ORDERS, _MOST_VERSIONS = 10, 50
_ALERT = "template"  # of commerce.tables.alerts: one went wrong while a message was written


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Every kind, with the languages in which the shop has its own template."""
    with parts().database.read() as db:
        own = templates.current(db, shop_id=g.shop.id)
    languages: dict[str, list[str]] = {}
    for kind, _channel, language in own:
        languages.setdefault(kind, []).append(language)
    return render_template(
        "notification_templates.html", kinds=KINDS, own=languages, language=language_of(g.shop.locale), w=words
    )


@blueprint.get("/<kind>/<language>")
@guards.merchant
@pages.of_shop
def edit(kind: str, language: str) -> Response:
    """The template that counts, with what it makes."""
    _known(kind, language)
    with parts().database.read() as db:
        draft = _present(db, kind, language)
    return _page(kind, language, draft, {})


@blueprint.post("/<kind>/<language>")
@guards.merchant
@pages.of_shop
def save(kind: str, language: str) -> Any:
    """Store a version, or go back to the usual template. One that is wrong is never stored."""
    _known(kind, language)
    here, back = parts(), redirect(url_for("notification_templates.edit", kind=kind, language=language))
    if request.form.get("action") == "usual":
        _store(kind, language, None)
        flash(_("The usual template counts again. Yours are kept below."))
        return back
    template = drafts.filled_in(request.form, kind=kind, language=language)
    with here.database.read() as db:
        chosen = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
        present = _present(db, kind, language)
    wrong = drafts.wrong_with(template, g.shop, chosen)
    if wrong:
        draft = drafts.Draft(template=template, version=present.version)
        page = _page(kind, language, draft, wrong)
        page.status_code = 400
        return page
    if template != present.template:
        _store(kind, language, {name: getattr(template, name) for name in drafts.PARTS})
    flash(_("Saved. Messages are written with it from now on."))
    return back


@blueprint.route("/<kind>/<language>/preview", methods=["GET", "POST"])
@guards.merchant
@pages.of_shop
def preview(kind: str, language: str) -> Response:
    """What a template makes, for a frame: the one that counts, or what stands in the form."""
    _known(kind, language)
    order_id = request.values.get("order_id", "").replace("\x00", "")
    with parts().database.read() as db:
        chosen = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
        template = _present(db, kind, language).template
        context = drafts.context_for(db, g.shop, kind=kind, language=language, order_id=order_id)
    if request.method == "POST":
        template = drafts.filled_in(request.form, kind=kind, language=language)
    brand = occasions.brand_of(g.shop, chosen)
    try:
        made = rendering.render(template, context, language=language, brand=brand)
    except rendering.UnableToRender as error:
        return framing.framed(f"<p>{escape(error)}</p>")
    if request.values.get("part") == "text":
        return framing.framed(f"<p><b>{escape(made.subject)}</b></p><pre>{escape(made.text)}</pre>")
    return framing.framed(made.html)


@blueprint.get("/<kind>/<language>/versions/<key>")
@guards.merchant
@pages.of_shop
def version(kind: str, language: str, key: str) -> str:
    """One version, compared with the template that counts."""
    _known(kind, language)
    row = _version(kind, language, key)
    with parts().database.read() as db:
        present = _present(db, kind, language)
    then = drafts.stored(row, kind=kind, language=language)
    return render_template(
        "notification_version.html",
        row=row,
        kind=KINDS[kind],
        language=language,
        lines=drafts.compared(then.template, present.template),
        is_present=then.template == present.template,
        w=words,
    )


@blueprint.post("/<kind>/<language>/versions/<key>")
@guards.merchant
@pages.of_shop
def restore(kind: str, language: str, key: str) -> Any:
    """Let an earlier version count again, as a new one."""
    _known(kind, language)
    row = _version(kind, language, key)
    template = drafts.stored(row, kind=kind, language=language).template
    with parts().database.read() as db:
        chosen = choices.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
    wrong = {} if row.is_default else drafts.wrong_with(template, g.shop, chosen)
    if wrong:
        flash(_("It cannot count again as it is: %(why)s", why=next(iter(wrong.values()))[0]))
    else:
        _store(kind, language, None if row.is_default else {name: getattr(row, name) for name in drafts.PARTS})
        flash(_("Version %(version)s counts again.", version=row.version))
    return redirect(url_for("notification_templates.edit", kind=kind, language=language))


def _store(kind: str, language: str, told: dict[str, str] | None) -> None:
    place = {"kind": kind, "channel": MAIL, "language": language}
    with parts().database.write() as db:
        templates.save(db, shop_id=g.shop.id, **place, told=told, saved_by=actor(), now=pages.now())
        alerts.end(db, shop_id=g.shop.id, kind=_ALERT, about=f"{kind}/{language}")


def _present(db: Any, kind: str, language: str) -> drafts.Draft:
    row = templates.current(db, shop_id=g.shop.id).get((kind, MAIL, language))
    return drafts.stored(row, kind=kind, language=language)


def _version(kind: str, language: str, key: str) -> Any:
    number = inputs.row_id(key)
    with parts().database.read() as db:
        place = {"kind": kind, "channel": MAIL, "language": language}
        row = templates.version(db, shop_id=g.shop.id, **place, number=number) if number is not None else None
    if row is None:
        raise Problem(404, _("No such version"), _("It may belong to another shop."))
    return row


def _known(kind: str, language: str) -> None:
    if kind not in KINDS or language not in LANGUAGES:
        raise Problem(404, _("No such template"), _("Choose a message and one of the languages that there are."))


def _page(kind: str, language: str, draft: drafts.Draft, wrong: dict[str, list[str]]) -> Response:
    place = {"kind": kind, "channel": MAIL, "language": language}
    with parts().database.read() as db:
        known = templates.versions(db, shop_id=g.shop.id, **place, limit=_MOST_VERSIONS)
        newest = orders.newest(db, shop_id=g.shop.id, limit=_MOST_ORDERS) if "order" in KINDS[kind].objects else ()
    page = render_template(
        "notification_template.html",
        kind=KINDS[kind],
        language=language,
        languages=LANGUAGES,
        template=draft.template,
        is_own=draft.version > 0,
        versions=known,
        orders=newest,
        wrong=wrong,
        parts=drafts.PARTS,
        w=words,
    )
    return framing.with_frames(page)
