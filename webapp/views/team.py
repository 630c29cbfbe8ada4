"""The shop's team: who may do what, whom it invited, which browsers see the shop, and how they signed in."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.database import Connection
from commerce.rules.roles import ROLES, STAFF
from commerce.tables import sign_ins
from commerce.tables.team import attempts, letters, memberships
from commerce.tables.team import sessions as stored
from commerce.tables.team.memberships import UnableToLeaveOwnerless
from jobs.queues import LETTERS
from webapp import auditing, guards, inputs, limits, pages, sessions
from webapp.errors import Problem
from webapp.languages import current
from webapp.languages import gettext as _
from webapp.parts import parts

blueprint = Blueprint("team", __name__, url_prefix="/dashboard/team")

_BROWSERS, _PER_PAGE = 50, 50


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> Any:
    """Members, invitations and browsers."""
    return _page()


@blueprint.post("/invitations")
@guards.owner
@pages.of_shop
def invite() -> Any:
    """Invite somebody by mail. The link is also shown, for who has no mail server."""
    limits.attempt("invite", inputs.mail_address(request.form.get("mail", "")))
    mail, role, now = inputs.mail_address(request.form.get("mail", "")), request.form.get("role", ""), pages.now()
    if not mail or role not in ROLES:
        no_mail = {"mail": _("Enter a mail address, such as you@example.com.")}
        wrong = no_mail if not mail else {"role": _("Choose a role.")}
        return _page(wrong=wrong, filled={"mail": request.form.get("mail", ""), "role": role}, status=422)
    here = parts()
    with here.database.write() as db:
        there = any(member.mail == mail for member in memberships.of_shop(db, shop_id=g.shop.id))
        if not there:
            invited = memberships.invite(db, shop_id=g.shop.id, mail=mail, role=role, invited_by=g.seen_by, now=now)
            letters.write(db, invitation_id=invited, language=current(), now=now)
            link = _link(db, invited, now)
    if there:
        wrong = {"mail": _("They are a member already. Change their role below.")}
        return _page(wrong=wrong, filled={"mail": mail, "role": role}, status=409)
    auditing.detail(invited=mail, role=role)
    here.queues.wake(LETTERS, [0])
    return _page(link=link, invited=mail, status=201)


@blueprint.post("/invitations/<key>/withdraw")
@guards.owner
@pages.of_shop
def withdraw(key: str) -> Any:
    """Take an invitation back; its links work no more."""
    number = inputs.row_id(key)
    with parts().database.write() as db:
        done = number is not None and memberships.withdraw(db, shop_id=g.shop.id, invitation_id=number)
    flash(_("The invitation is void.") if done else _("There is no such invitation any more."))
    return redirect(url_for("team.index"))


@blueprint.post("/members/<key>/role")
@guards.owner
@pages.of_shop
def give_role(key: str) -> Any:
    """Give a member another role."""
    number, role = inputs.row_id(key), request.form.get("role", "")
    if role not in ROLES:
        raise Problem(422, _("There is no such role"), _("Choose one of the list."))
    try:
        with parts().database.write() as db:
            done = number is not None and memberships.give_role(db, user_id=number, shop_id=g.shop.id, role=role)
    except UnableToLeaveOwnerless:
        raise _ownerless() from None
    auditing.detail(role=role)
    flash(_("Saved.") if done else _("They are no member any more."))
    return redirect(url_for("team.index"))


@blueprint.post("/members/<key>/remove")
@guards.owner
@pages.of_shop
def remove(key: str) -> Any:
    """Take a member out: they see the shop no more, from the next page on."""
    number = inputs.row_id(key)
    try:
        with parts().database.write() as db:
            done = number is not None and memberships.leave(db, user_id=number, shop_id=g.shop.id)
    except UnableToLeaveOwnerless:
        raise _ownerless() from None
    flash(_("They are no member any more.") if done else _("They were no member any more."))
    return redirect(url_for("team.index"))


@blueprint.post("/browsers/<key>/end")
@guards.owner
@pages.of_shop
def shut_out(key: str) -> Any:
    """Let a browser that came in through the store see the shop no more."""
    number = inputs.row_id(key)
    with parts().database.write() as db:
        done = number is not None and stored.shut_out(db, session_id=number, shop_id=g.shop.id)
    well, ill = _("That browser does not see the shop any more."), _("That browser does not see the shop by itself.")
    flash(well if done else ill)
    return redirect(url_for("team.index"))


@blueprint.get("/sign-ins")
@guards.merchant
@pages.of_shop
def log() -> Any:
    """The log of sign-ins, newest first."""
    before = inputs.row_id(request.args.get("before", ""))
    with parts().database.read() as db:
        rows = attempts.of_shop(db, shop_id=g.shop.id, limit=_PER_PAGE + 1, before=before)
    return render_template("team_sign_ins.html", rows=rows[:_PER_PAGE], more=len(rows) > _PER_PAGE)


def _page(
    *,
    wrong: dict[str, str] | None = None,
    filled: dict[str, str] | None = None,
    link: str = "",
    invited: str = "",
    status: int = 200,
) -> tuple[str, int]:
    now, known = pages.now(), sessions.visitor()
    with parts().database.read() as db:
        open_ = memberships.invited(db, shop_id=g.shop.id, now=now)
        told = {
            "members": memberships.of_shop(db, shop_id=g.shop.id),
            "invitations": open_,
            "letters": letters.of_invitations(db, [row.id for row in open_]),
            "browsers": stored.of_shop(db, shop_id=g.shop.id, limit=_BROWSERS),
        }
    told |= {"link": link, "invited": invited, "wrong": wrong or {}, "filled": filled or {"mail": "", "role": STAFF}}
    current = known.session if known is not None else None
    return render_template("team.html", current=current, **told), status


def _link(db: Connection, invitation_id: int, now: datetime) -> str:
    """For who has no mail server. Where there is one, only who reads the mail gets a link: it proves whose address it
    is."""
    settings = parts().settings
    if settings.smtp_url:
        return ""
    hours = memberships.INVITED_FOR.total_seconds() / 3600
    token = sign_ins.create(db, now=now, hours=hours, invitation_id=invitation_id)
    return f"{settings.base_url}/sign-in/{token}"


def _ownerless() -> Problem:
    return Problem(409, _("The shop would have no owner"), _("Make somebody else an owner first."))
