"""Carriers in the dashboard: how they do, and the shop's accounts with them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror import steering
from commerce.tables import carriers, order_tracking, tracking_lists
from commerce.tables.carriers import Account
from integrations import registry
from integrations.carrier_api import About
from integrations.carriers.pushes import PUSHERS
from jobs.queues import TRACK
from webapp import guards, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import ngettext, translated
from webapp.parts import parts
from webapp.tracking import account_form, asking, health, words

blueprint = Blueprint("carriers", __name__, url_prefix="/dashboard/carriers")

_COMMON = ("ups", "fedex", "usps", "dhl")  # which most shops look for


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """How the carriers do that the shop has to do with, and the others to begin with."""
    found = health.doing(parts(), g.shop, pages.now())
    known = {one.name for one in found}
    left = {name: about.title for name, about in registry.carriers().items() if name not in known}
    others = sorted(left.items(), key=lambda one: (one[0] not in _COMMON, one[1]))
    return render_template("carriers.html", carriers=found, others=others, w=words)


@blueprint.get("/add")
@guards.merchant
@pages.of_shop
def choose() -> Any:
    """From the list of carriers to the form of one."""
    return redirect(url_for("carriers.one", name=_about(request.args.get("name", "")).name))


@blueprint.get("/<name>")
@guards.merchant
@pages.of_shop
def one(name: str) -> str:
    """How one carrier does, and the form of the shop's account."""
    return _page(_about(name), {}, {})


@blueprint.post("/<name>")
@guards.owner
@pages.of_shop
def save(name: str) -> Any:
    """Store the account; parcels that waited for it are asked for at once."""
    about, here, now = _about(name), parts(), pages.now()
    with here.database.write() as db:
        accounts = carriers.of_shop(db, here.vault, shop_id=g.shop.id)
        account, wrong = account_form.read(request.form, about, accounts.get(name))
        if account is not None:
            carriers.save_account(db, here.vault, shop_id=g.shop.id, account=account, now=now)
            for other in accounts.values():
                if account.stands_in and other.stands_in and other.carrier != name:
                    changed = replace(other, stands_in=False)
                    carriers.save_account(db, here.vault, shop_id=g.shop.id, account=changed, now=now)
            known = asking.known(db, here.vault, shop_id=g.shop.id)
            number = steering.ask_those_who_can(db, shop_id=g.shop.id, known=known, now=now)
    if account is None:
        return _page(about, request.form, wrong), 400
    here.queues.wake(TRACK, [g.shop.id], again=True)
    flash(_saved(number))
    made = [field for field in account_form.push_fields(about) if request.form.get(f"new_{field.name}")]
    for field in made:
        title, secret = translated(field.title), account.push[field.name]
        flash(_("%(title)s, shown this once: %(secret)s", title=title, secret=secret))
    return redirect(url_for("carriers.one", name=name))


@blueprint.post("/<name>/remove")
@guards.owner
@pages.of_shop
def remove(name: str) -> Any:
    """Forget the account."""
    about = _about(name)
    with parts().database.write() as db:
        carriers.remove_account(db, shop_id=g.shop.id, carrier=name)
    flash(_("The account with %(carrier)s is gone. Its parcels wait until there is one again.", carrier=_called(about)))
    return redirect(url_for("carriers.index"))


@blueprint.post("/<name>/try")
@guards.merchant
@pages.of_shop
def try_it(name: str) -> Any:
    """Ask for the newest parcel, whatever went wrong before: by a worker, whose answer the page shows."""
    about, here, now = _about(name), parts(), pages.now()
    with here.database.write() as db:
        row = tracking_lists.newest_to_ask(db, shop_id=g.shop.id, carrier=name)
        if row is not None:
            carriers.reset_health(db, shop_id=g.shop.id, carrier=name)
            order_tracking.opened(db, row.id, now=now, ask=True)
    if row is None:
        flash(_("There is no parcel of %(carrier)s to ask for.", carrier=_called(about)))
    else:
        here.queues.wake(TRACK, [g.shop.id], again=True)
        flash(
            _(
                "%(carrier)s is being asked for %(number)s. Its answer appears under “Last answer”.",
                carrier=_called(about),
                number=row.number,
            )
        )
    return redirect(url_for("carriers.one", name=name))


def _saved(number: int) -> str:
    """That an account is stored, and how many parcels waited for it."""
    if not number:
        return _("Saved.")
    return ngettext(
        "Saved. %(num)s parcel that waited for it is asked for now.",
        "Saved. %(num)s parcels that waited for it are asked for now.",
        number,
    )


def _called(about: About) -> str:
    return translated(about.title)


def _about(name: str) -> About:
    found = registry.carriers().get(name)
    if found is None:
        raise Problem(404, _("No such carrier"), _("Choose one of the list under Carriers."))
    return found


def _page(about: About, form: Mapping[str, str], wrong: dict[str, str]) -> str:
    here = parts()
    state = next((one for one in health.doing(here, g.shop, pages.now()) if one.name == about.name), None)
    account = state.account if state else None
    return render_template(
        "carrier.html",
        about=about,
        state=state,
        account=account,
        fields=about.fields,
        in_lines=[field.name for field in about.fields if "one line" in field.hint],
        push_fields=account_form.push_fields(about),
        filled=_filled(about, account, form),
        wrong=wrong,
        push_url=f"{here.settings.base_url}/webhooks/carriers/{about.name}/{g.shop.key}"
        if about.name in PUSHERS
        else "",
        can_stand_in=about.can_stand_in,
        windows=account_form.WINDOWS,
        usual=health.limits_in_words(tuple((quota.calls, quota.seconds) for quota in about.quotas)),
        w=words,
    )


def _filled(about: About, account: Account | None, form: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the form. Secrets never do."""
    shown = {
        field.name: form.get(f"of_{field.name}", account.credentials.get(field.name, "") if account else "")
        for field in about.fields
        if not field.secret
    }
    chosen = [(str(calls), str(seconds)) for calls, seconds in (account.quotas if account else ())]
    if form:
        chosen = [(form.get(f"calls_{place}", ""), form.get(f"window_{place}", "")) for place in range(2)]
    return {
        "fields": shown,
        "quotas": [*chosen, ("", "86400"), ("", "1")][: account_form.QUOTAS],
        "is_test": bool(form.get("is_test")) if form else bool(account and account.is_test),
        "is_on": bool(form.get("is_on")) if form else account is None or account.is_on,
        "stands_in": bool(form.get("stands_in")) if form else bool(account and account.stands_in),
    }
