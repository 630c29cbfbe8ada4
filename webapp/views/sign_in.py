"""Signing in to the dashboard: with a one-time link, by mail, with a password, a code, an invitation; and out."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for

from commerce.database import Connection
from commerce.tables import shops, sign_ins
from commerce.tables.team import attempts, audit, letters, memberships, users
from commerce.tables.team.sessions import INVITATION, MACHINE, MAIL, PASSWORD
from jobs.queues import LETTERS
from webapp import guards, inputs, limits, looking, pages, sessions
from webapp.errors import Problem
from webapp.languages import current, lazy_gettext
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.team import arriving, passwords

blueprint = Blueprint("sign_in", __name__)

_ROBOT = re.compile(r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|embed|slurp", re.IGNORECASE)
_TRIES = 10  # of a client in a minute
_CODES, _DAY = 50, timedelta(days=1)  # codes that may be wrong: at so many a minute, one of a million is met in weeks
_WRONG = lazy_gettext("The address and the password do not go together. Try again, or get a link by mail.")
# Why somebody was not let in, as the log of sign-ins has it; pages look it up.
_PASSWORD, _CODE = "The password was wrong.", "The code was wrong."
_LINK = "The link was used before, is too old, or is none."
REASONS = (
    lazy_gettext("The password was wrong."),
    lazy_gettext("The code was wrong."),
    lazy_gettext("The link was used before, is too old, or is none."),
)


@blueprint.get("/sign-in")
@guards.public
def page() -> Any:
    """The ways in."""
    wanted = _safe(request.args.get("next", ""))
    if looking.is_signed_in():
        return redirect(wanted)
    session["next"] = wanted
    return _page()


@blueprint.post("/sign-in/mail")
@guards.public
def by_mail() -> Any:
    """Send a link to a user's address. The answer is the same whether there is such a user."""
    limits.attempt("sign-in", each=_TRIES)
    mail = inputs.mail_address(request.form.get("mail", ""))
    if not mail:
        return _page(wrong={"mail": _("Enter a mail address, such as you@example.com.")}, status=422)
    limits.attempt("sign-in-mail", mail, each=_TRIES)
    with parts().database.write() as db:
        user = users.by_mail(db, mail)
        if user is not None:
            letters.write(db, user_id=user.id, language=current(), now=pages.now())
    if user is not None:
        parts().queues.wake(LETTERS, [0])
    return _page(sent_to=mail)


@blueprint.post("/sign-in/password")
@guards.public
def by_password() -> Any:
    """Sign in a user who chose a password."""
    limits.attempt("sign-in", each=_TRIES)
    mail = inputs.mail_address(request.form.get("mail", ""))
    if mail:
        limits.attempt("sign-in-password", mail, each=_TRIES)
    with parts().database.read() as db:
        user = users.by_mail(db, mail) if mail else None
    if not passwords.is_password(user.password_hash if user else "", request.form.get("password", "")) or user is None:
        sessions.note_refusal(how=PASSWORD, why=_PASSWORD, user_id=user.id if user else None)
        return _page(wrong={"password": str(_WRONG)}, mail=mail, status=403)
    return arriving.let_in(user.id, how=PASSWORD, wanted=_safe(session.get("next", "")))


@blueprint.get("/sign-in/code")
@guards.public
def code() -> Any:
    """Ask for a code of the user's app."""
    if arriving.half_way() is None:
        return redirect(url_for("sign_in.page"))
    return render_template("sign_in_code.html", wrong="")


@blueprint.post("/sign-in/code")
@guards.public
def by_code() -> Any:
    """Sign in a user who proved who they are, with a code."""
    half, here = arriving.half_way(), parts()
    if half is None:
        raise Problem(403, _("That took too long"), _("Begin again."), action=(url_for("sign_in.page"), _("Sign in")))
    user_id, how = half
    limits.attempt("sign-in-code", str(user_id), each=_TRIES)
    with here.database.write() as db:
        user = users.by_id(db, user_id)
        if attempts.refused(db, user_id=user_id, why=_CODE, since=pages.now() - _DAY) >= _CODES:
            raise Problem(429, _("Too many attempts"), _("Too many codes were wrong within a day. Try again tomorrow."))
        proved = user is not None and passwords.proves(db, here.vault, user, request.form.get("code", ""))
    if not proved:
        sessions.note_refusal(how=how, why=_CODE, user_id=user_id if user is not None else None)
        wrong = _("This code does not fit, or was used. Wait for the next one.")
        return render_template("sign_in_code.html", wrong=wrong), 403
    wanted = _safe(session.get("next", ""))
    sessions.sign_in_user(user_id, how=how)
    return redirect(wanted)


@blueprint.get("/sign-in/<token>")
@guards.public
def link(token: str) -> Any:
    """Sign in where a person opened the link; else show a button, so that previews do not use the link up."""
    with parts().database.read() as db:
        found = sign_ins.fresh(db, token, now=pages.now())
    known = sessions.visitor()
    if known is not None and known.is_operator and (found is None or found.user_id is found.invitation_id is None):
        return redirect(url_for("home.index"))
    if found is not None and found.invitation_id is not None:
        return _invitation(token, found)
    if request.method == "GET" and _opened_by_a_person():
        return _use(token)
    return render_template("sign_in_link.html", token=token)


@blueprint.post("/sign-in/<token>")
@guards.public
def use(token: str) -> Any:
    """Join a shop, or sign in, with the button of a link's page."""
    return _use(token)


@blueprint.post("/dashboard/sign-out")
@guards.reader
def sign_out() -> Any:
    """Forget who this browser is."""
    sessions.sign_out()
    return redirect(url_for("sign_in.page"))


def _page(
    *, wrong: dict[str, str] | None = None, mail: str = "", sent_to: str = "", status: int = 200
) -> tuple[str, int]:
    g.leads_to = "https: http:"  # to the stores' own pages
    is_outbox = not parts().settings.smtp_url
    told = {"wrong": wrong or {}, "mail": mail, "sent_to": sent_to, "is_outbox": is_outbox}
    return render_template("sign_in.html", **told), status


def _invitation(token: str, found: Any) -> Any:
    """What somebody is invited to, with the button that accepts it."""
    here = parts()
    with here.database.read() as db:
        told = memberships.invitation(db, found.invitation_id, now=pages.now())
        shop = shops.by_id(db, here.vault, told.shop_id) if told is not None else None
    if told is None or shop is None:
        raise _void()
    return render_template("sign_in_invitation.html", token=token, invitation=told, shop=shop)


def _opened_by_a_person() -> bool:
    """Browsers say so (Fetch Metadata, W3C): a navigation that was clicked, or typed in, or began here.

    Older browsers, plain http and command-line programs say nothing; then only those who call themselves a robot, as
    the previews of messengers do, are none.
    """
    sent = request.headers
    if "prefetch" in (sent.get("Sec-Purpose", "") + sent.get("Purpose", "")):
        return False
    if "Sec-Fetch-Mode" not in sent:
        return not _ROBOT.search(sent.get("User-Agent", ""))
    begun = "Sec-Fetch-User" in sent or sent.get("Sec-Fetch-Site") in ("none", "same-origin")
    return sent["Sec-Fetch-Mode"] == "navigate" and begun


def _use(token: str) -> Any:
    now, known = pages.now(), sessions.visitor()
    mine = known.session.user_id if known is not None and known.session is not None else None
    with parts().database.write() as db:
        used = sign_ins.use(db, token, now=now)
        user_id = used.user_id if used is not None else None
        if used is not None and used.invitation_id is not None:
            user_id = _accept(db, used, mine)
    if used is None:
        sessions.note_refusal(how=MACHINE, why=_LINK)
        raise _void()
    wanted = _safe(session.get("next", ""))
    if used.invitation_id is not None and user_id == mine:
        return redirect(wanted)
    if user_id is not None:
        return arriving.let_in(user_id, how=INVITATION if used.invitation_id else MAIL, wanted=wanted)
    sessions.sign_in_operator()
    return redirect(wanted)


def _accept(db: Connection, used: Any, mine: int | None) -> int:
    """The user who is a member of the shop from now on. Raises Problem for an invitation that is none any more.

    Who invites may have seen the link. It makes an account, but leads into one that there is only where the link was
    mailed there, or for who is signed in to it (`mine`).
    """
    now = pages.now()
    found = memberships.invitation(db, used.invitation_id, now=now)
    if found is None:
        raise _void()
    user = users.by_mail(db, found.mail)
    if user is not None and user.id not in (used.user_id, mine):
        raise Problem(
            403,
            _("Sign in first"),
            _("%(mail)s has an account. Sign in to it in this browser, then open this link again.", mail=found.mail),
            action=(url_for("sign_in.page"), _("Sign in")),
        )
    user_id = user.id if user is not None else users.ensure(db, mail=found.mail, now=now)
    if found.shop_id not in memberships.of_user(db, user_id=user_id):
        memberships.join(db, user_id=user_id, shop_id=found.shop_id, role=found.role, now=now)
    memberships.withdraw(db, shop_id=found.shop_id, invitation_id=found.id)
    _note_joining(db, found, now)
    return user_id


def _note_joining(db: Connection, invitation: Any, now: datetime) -> None:
    """In the shop's audit log: who joins came in by no guard, which notes everything else."""
    whom = {"shop_id": invitation.shop_id, "actor": invitation.mail, "address": sessions.client()["address"]}
    entry = audit.begin(db, **whom, route="sign_in.use", subject="", now=now)
    audit.end(db, entry, status=302, detail={"role": invitation.role})


def _void() -> Problem:
    return Problem(
        403,
        _("This link does not work any more"),
        _(
            "A link works once, and not for ever. Get another one by mail; an invitation comes from an owner of the "
            "shop. Whoever runs Backroom gets one with `make sign-in`, or with `flask --app webapp.app sign-in`."
        ),
        action=(url_for("sign_in.page"), _("Sign in")),
    )


def _safe(path: str) -> str:
    """The page of the dashboard to go to: never another site's."""
    inside = path.startswith("/dashboard/") and not any(sign in path for sign in ("\\", "\r", "\n", "\x00"))
    return path if inside else url_for("home.index")
