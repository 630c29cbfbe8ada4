"""A user's own account: name, password, codes of an app, and where they are signed in."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for

from commerce.tables.team import attempts, users
from commerce.tables.team import sessions as stored
from webapp import auditing, guards, inputs, languages, limits, pages, sessions
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.team import passwords

blueprint = Blueprint("account", __name__, url_prefix="/dashboard/account")

_LONGEST_NAME = 100
_SHOWN = 30
_TRIES = 10  # of a client in a minute
_PENDING = "totp"  # in the session: a secret that no code was given of yet, sealed


@blueprint.get("")
@guards.reader
def index() -> Any:
    """Who is signed in, and with what."""
    return _page()


@blueprint.post("")
@guards.reader
def rename() -> Any:
    """Change the name that others see."""
    user = _user()
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[:_LONGEST_NAME]
    with parts().database.write() as db:
        users.change(db, user.id, name=name)
    flash(_("Saved."))
    return redirect(url_for("account.index"))


@blueprint.post("/language")
@guards.reader
def language() -> Any:
    """Choose the language of the pages: for the user, or for this browser where there is no account."""
    chosen = inputs.choice("language", languages.NAMES, args=request.form)
    known = sessions.visitor()
    if known is not None and known.session is not None and known.session.user_id is not None:
        with parts().database.write() as db:
            users.change(db, known.session.user_id, language=chosen)
    else:
        languages.choose(chosen)
    return redirect(url_for("account.index"))


@blueprint.post("/password")
@guards.reader
def password() -> Any:
    """Choose a password, or another one; all other browsers of the user are signed out."""
    user, form = _user(), request.form
    limits.attempt("password", str(user.id), each=_TRIES)
    if user.password_hash and not passwords.is_password(user.password_hash, form.get("current", "")):
        return _page(wrong={"current": _("This is not your present password.")}, status=403)
    try:
        chosen = passwords.hashed(form.get("password", ""))
    except passwords.UnableToTake as error:
        return _page(wrong={"password": str(error)}, status=422)
    with parts().database.write() as db:
        users.change(db, user.id, password_hash=chosen)
        ended = stored.end_all(db, user_id=user.id, but=_session_id())
    auditing.detail(sessions_ended=ended)
    flash(_("From now on you can sign in with this password. Your other browsers were signed out."))
    return redirect(url_for("account.index"))


@blueprint.post("/app")
@guards.reader
def start_app() -> Any:
    """Show the secret for an authenticator app; it counts once a code was given."""
    _without_app(_user())
    session[_PENDING] = parts().vault.seal(passwords.new_secret())
    return redirect(url_for("account.index", _anchor="app"))


@blueprint.post("/app/confirm")
@guards.reader
def confirm_app() -> Any:
    """Ask for a code at each sign-in from now on, given one that fits. Shows the recovery codes, this once."""
    user, here = _without_app(_user()), parts()
    sealed = session.get(_PENDING, "")
    step = passwords.step_of(here.vault.open(sealed), request.form.get("code", "")) if sealed else None
    if step is None:
        return _page(wrong={"code": _("This code does not fit. Look at the app's present one.")}, status=422)
    codes, hashes = passwords.new_recovery()
    with here.database.write() as db:
        users.change(db, user.id, totp_sealed=sealed, totp_step=step, recovery_hashes=hashes)
        stored.end_all(db, user_id=user.id, but=_session_id())
    session.pop(_PENDING)
    return _page(codes=codes)


@blueprint.post("/app/remove")
@guards.reader
def remove_app() -> Any:
    """Ask for no codes any more, given one that fits."""
    user, here = _user(), parts()
    limits.attempt("code", str(user.id), each=_TRIES)
    with here.database.write() as db:
        fits = bool(user.totp_sealed) and passwords.proves(db, here.vault, user, request.form.get("code", ""))
        if fits:
            users.change(db, user.id, totp_sealed="", recovery_hashes=[])
    if not fits:
        return _page(wrong={"removal": _("This code does not fit, or was used.")}, status=422)
    flash(_("You are not asked for codes any more."))
    return redirect(url_for("account.index"))


@blueprint.post("/sessions/<key>/end")
@guards.reader
def end(key: str) -> Any:
    """Sign one of the user's browsers out."""
    user, number = _user(), inputs.row_id(key)
    with parts().database.write() as db:
        mine = {row.id for row in stored.of_user(db, user_id=user.id)}
        done = number in mine and stored.end(db, number or 0)
    flash(_("That browser is signed out.") if done else _("That browser was signed out already."))
    return redirect(url_for("account.index"))


def _user() -> Any:
    """Who is signed in under an address of their own. Raises Problem where it is the operator's link, or a store."""
    known = sessions.visitor()
    if known is None or known.session is None or known.session.user_id is None:
        raise Problem(
            409,
            _("You have no account of your own here"),
            _("You came in through the store, or with the operator's link."),
        )
    with parts().database.read() as db:
        return users.by_id(db, known.session.user_id)


def _without_app(user: Any) -> Any:
    """The user. Raises Problem where an app is in use: whoever sits at an open browser puts none in its place."""
    if user.totp_sealed:
        raise Problem(409, _("An app is in use"), _("Switch it off first, with one of its codes."))
    return user


def _session_id() -> int | None:
    known = sessions.visitor()
    return known.session.id if known is not None and known.session is not None else None


def _page(*, wrong: dict[str, str] | None = None, codes: list[str] | None = None, status: int = 200) -> tuple[str, int]:
    known = sessions.visitor()
    current = known.session if known is not None else None
    told: dict[str, Any] = {"wrong": wrong or {}, "codes": codes or [], "user": None, "current": current}
    if current is not None and current.user_id is not None:
        with parts().database.read() as db:
            told["user"] = users.by_id(db, current.user_id)
            told["browsers"] = stored.of_user(db, user_id=current.user_id)
            told["attempts"] = attempts.of_user(db, user_id=current.user_id, limit=_SHOWN)
        sealed = session.get(_PENDING, "")
        secret = parts().vault.open(sealed) if sealed else ""
        told |= {"secret": secret, "picture": passwords.picture(secret, current.mail) if secret else ""}
    return render_template("account.html", now=pages.now(), shop=g.shop, chosen=languages.chosen(), **told), status
