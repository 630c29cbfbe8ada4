"""Who is signed in to the dashboard in this browser: the operator, who sees every shop, or merchants, who see theirs.

Pages within Shopify's admin have a cookie of their own: browsers send it from within the frame only where it says so,
and the cookie of all other pages stays as strict as it is.
"""

from dataclasses import dataclass

from flask import Flask, Request, current_app, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.stores import embedded

_MOST = 20  # shops of one browser
_FORM_SECONDS = 2 * 3600  # for which a form within the frame may be open


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in: the operator, or whoever came in through the shops with these keys."""

    operator: bool
    shop_keys: tuple[str, ...] = ()


class Cookies(SecureCookieSessionInterface):
    """Flask's sessions with one cookie for the frame in Shopify's admin, and one for everywhere else."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of who sends a cookie. Shoppers and platforms send none: for them no keys are made ready."""
        return super().open_session(app, request) if request.cookies else self.session_class()

    def get_cookie_name(self, app: Flask) -> str:
        """The name; what is signed in within the frame is not signed in outside, nor the other way round."""
        name = super().get_cookie_name(app)
        return f"{name}_embedded" if embedded.here() else name

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """Within the frame the cookie is a third party's; browsers want it secure for that."""
        return "None" if embedded.here() and self.get_cookie_secure(app) else super().get_cookie_samesite(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Kept apart for each site that frames us (CHIPS), which browsers take where they refuse third parties."""
        return embedded.here() and self.get_cookie_secure(app)


def visitor() -> Visitor | None:
    """Who is signed in by this browser's cookie; None where nobody is."""
    if session.get("merchant") and not embedded.here():
        return Visitor(operator=True)
    keys = session.get("shops")
    if isinstance(keys, list) and keys:
        return Visitor(operator=False, shop_keys=tuple(str(key) for key in keys))
    return None


def sign_in_operator() -> None:
    """From now on this browser sees every shop."""
    session.clear()
    session.permanent = True
    session["merchant"] = True


def sign_in_shop(shop_key: str) -> None:
    """From now on this browser sees the shop, and what it saw before. Everything else of the session is forgotten."""
    known = visitor()
    session.clear()
    session.permanent = True
    if known and known.operator:
        session["merchant"] = True
    others = [key for key in (known.shop_keys if known else ()) if key != shop_key]
    session["shops"] = [shop_key, *others][:_MOST]
    session["shop"] = shop_key


def keep_signed_in(shop_key: str) -> None:
    """As above for who just proved again who they are; forms that are open keep their token."""
    known = visitor()
    if known is None or shop_key not in known.shop_keys:
        csrf = session.get("csrf")
        sign_in_shop(shop_key)
        if csrf:
            session["csrf"] = csrf


def form_pass(shop_key: str) -> str:
    """What a form within the frame carries: who may send it, for browsers that keep no cookie there.

    Only who was shown the page has it, so that it also says that nobody else wrote the form.
    """
    return _passes().dumps(shop_key)


def shop_of_form_pass(text: str) -> str:
    """The key of the shop whose page the form stood in; empty where it stood in none, or too long ago."""
    try:
        return str(_passes().loads(text, max_age=_FORM_SECONDS))
    except BadData:
        return ""


def _passes() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]  # the newest last
    return URLSafeTimedSerializer(keys, salt="forms within the frame")
