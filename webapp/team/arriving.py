"""From a proof of who somebody is to a browser that is signed in: with a code of their app in between, if they use one.

What was proved so far is kept in the cookie for ten minutes: sealed, so that nobody can claim it.
"""

from typing import Any

from flask import current_app, redirect, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from commerce.tables.team import users
from webapp import sessions
from webapp.parts import parts

_SECONDS = 600
_HALF = "half"


def let_in(user_id: int, *, how: str, wanted: str) -> Any:
    """Sign a user in who proved to be one, or ask for a code; then on to the page that they wanted."""
    with parts().database.read() as db:
        user = users.by_id(db, user_id)
    if user is not None and user.totp_sealed:
        session[_HALF], session["next"] = _sealer().dumps([user_id, how]), wanted
        return redirect(url_for("sign_in.code"))
    sessions.sign_in_user(user_id, how=how)
    return redirect(wanted)


def half_way() -> tuple[int, str] | None:
    """The user who still has to give a code in this browser, and how they came so far."""
    try:
        user_id, how = _sealer().loads(session.get(_HALF, ""), max_age=_SECONDS)
    except (BadData, TypeError, ValueError):
        return None
    return int(user_id), str(how)


def _sealer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]
    return URLSafeTimedSerializer(keys, salt="half signed in")
