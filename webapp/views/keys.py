"""Keys for the merchant's own systems: which there are, a new one, the end of one."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.api_keys import LONGEST_NAME, UnableToReadScopes, read_scopes
from commerce.tables import api_keys
from webapp import guards, inputs, pages
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.team.scope_words import SCOPES

blueprint = Blueprint("keys", __name__, url_prefix="/dashboard/keys")

# How long a key may live, in days; 0: until it is revoked.
_LIVES = {
    0: lazy_gettext("Until it is revoked"),
    30: lazy_gettext("30 days"),
    90: lazy_gettext("90 days"),
    365: lazy_gettext("A year"),
}


@blueprint.get("")
@guards.owner
@pages.of_shop
def index() -> Any:
    """Every key with what it may do and when it was used."""
    return _page()


@blueprint.post("")
@guards.owner
@pages.of_shop
def add() -> Any:
    """Make a key. It is shown in this answer and nowhere else."""
    form = request.form
    name = " ".join(form.get("name", "").replace("\x00", "").split())[:LONGEST_NAME]
    days = next((one for one in _LIVES if str(one) == form.get("days", "0")), 0)
    wrong: dict[str, str] = {} if name else {"name": _("Give it a name, such as the system that will use it.")}
    try:
        scopes = read_scopes(form.getlist("scope"))
    except UnableToReadScopes:
        scopes, wrong["scope"] = (), _("Choose what it may do.")
    if wrong:
        return _page(wrong=wrong, filled={"name": name, "scopes": form.getlist("scope"), "days": days}, status=422)
    now = pages.now()
    with parts().database.write() as db:
        made = api_keys.add(db, shop_id=g.shop.id, name=name, scopes=scopes, now=now, expires_at=_end(now, days))
    return _page(token=made[1], name=name, status=201)


@blueprint.post("/<key>/revoke")
@guards.owner
@pages.of_shop
def revoke(key: str) -> Any:
    """Refuse a key from now on."""
    number = inputs.row_id(key)
    done = False
    if number is not None:
        with parts().database.write() as db:
            done = api_keys.revoke(db, shop_id=g.shop.id, key_id=number, now=pages.now())
    flash(_("The key is refused from now on.") if done else _("There is no such key any more."))
    return redirect(url_for("keys.index"))


def _end(now: datetime, days: int) -> datetime | None:
    return now + timedelta(days=days) if days else None


def _page(
    *,
    token: str = "",
    name: str = "",
    wrong: dict[str, str] | None = None,
    filled: dict[str, Any] | None = None,
    status: int = 200,
) -> Any:
    with parts().database.read() as db:
        rows = api_keys.of_shop(db, shop_id=g.shop.id)
    page = render_template(
        "keys.html",
        rows=rows,
        scopes=SCOPES,
        lives=_LIVES,
        token=token,
        name=name,
        wrong=wrong or {},
        filled=filled or {"name": "", "scopes": [], "days": 0},
        now=pages.now(),
    )
    return page, status
