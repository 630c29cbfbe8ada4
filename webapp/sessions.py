"""Who is signed in to the dashboard in this browser, and what they may do.

The cookie holds a token; who it is and what they see stands in the table of sessions, so that it can be ended from
anywhere. Pages within Shopify's admin have a cookie of their own: browsers send it from within the frame only where it
says so, and the cookie of all other pages stays as strict as it is. It proves for two hours what Shopify's session
token proved: browsers that keep no cookie there would begin another session with each page.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer

from commerce.database import Connection
from commerce.rules.roles import OWNER
from commerce.tables import shops
from commerce.tables.shops import Shop
from commerce.tables.team import attempts, users
from commerce.tables.team import sessions as stored
from commerce.tables.team.sessions import MACHINE, Session
from webapp.parts import parts
from webapp.stores import embedded

_FRAME_SECONDS = _FORM_SECONDS = 2 * 3600  # for which a page within the frame may be open
_MOST_FRAMED = 10  # shops of one browser
_TOKEN, _FRAMED = "token", "framed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is signed in: the operator, who sees every shop, or who has these roles, by the id of the shop."""

    is_operator: bool = False
    roles: Mapping[int, str] = field(default_factory=dict)
    session: Session | None = None

    @property
    def name(self) -> str:
        """Who it is, as other people of the shop are told."""
        if self.session is None:
            return "Shopify admin"
        return self.session.mail or {"machine": "Operator", "shopify": "Shopify admin", "woocommerce": "Store"}.get(
            self.session.how, self.session.how
        )


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
    if "visitor" not in g:
        g.visitor = _framed() if embedded.here() else _stored()
    found: Visitor | None = g.visitor
    return found


def of_shop(shop: Shop) -> Visitor:
    """Whoever Shopify sent with a session token of its admin: the shop's staff that may use the app there."""
    return Visitor(roles={shop.id: OWNER})


def sign_in_operator() -> None:
    """From now on this browser sees every shop."""
    _begin(how=MACHINE, is_operator=True)


def sign_in_user(user_id: int, *, how: str) -> None:
    """From now on this browser sees the shops of a user."""
    _begin(how=how, user_id=user_id)
    with parts().database.write() as db:
        users.change(db, user_id, signed_in_at=_now())


def sign_in_shop(shop: Shop, *, how: str) -> None:
    """From now on this browser sees the shop as its owner, and what it saw before: it proved control of the shop."""
    known = visitor()
    if known is None or known.session is None:
        _begin(how=how, shop_id=shop.id)
    else:
        with parts().database.write() as db:
            stored.add_shop(db, known.session.id, shop.id)
            token = stored.renew(db, known.session.id)
            _note(db, how=how, shop_id=shop.id, user_id=known.session.user_id)
        _remember(token)
    session["shop"] = shop.key


def keep_framed(shop: Shop) -> None:
    """Who just proved to come from Shopify's admin goes on for a while without. Open forms keep their token."""
    now = int(time.time())
    others = {key: at for key, at in _framed_shops().items() if key != shop.key}
    newest = sorted(others.items(), key=lambda one: -one[1])[: _MOST_FRAMED - 1]
    session.permanent = True
    session[_FRAMED] = {shop.key: now, **dict(newest)}
    g.pop("visitor", None)


def sign_out() -> None:
    """Forget who this browser is."""
    known = visitor()
    if known is not None and known.session is not None:
        with parts().database.write() as db:
            stored.end(db, known.session.id)
    session.clear()
    g.pop("visitor", None)


def note_refusal(*, how: str, why: str, user_id: int | None = None) -> None:
    """Note in the log of sign-ins that somebody was not let in."""
    with parts().database.write() as db:
        _note(db, how=how, why=why, user_id=user_id)


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


def client() -> dict[str, str]:
    """From where this request comes: `address` and `agent`, as sessions and logs note them."""
    return {"address": request.remote_addr or "", "agent": request.headers.get("User-Agent", "")}


def _framed_shops() -> dict[str, int]:
    """Keys of the shops in whose admin this browser was seen a while ago at most, and when."""
    told = session.get(_FRAMED)
    since = time.time() - _FRAME_SECONDS
    return {key: at for key, at in told.items() if at > since} if isinstance(told, dict) else {}


def _framed() -> Visitor | None:
    here = parts()
    with here.database.read() as db:
        found = [shops.by_key(db, here.vault, key) for key in _framed_shops()]
    roles = {shop.id: OWNER for shop in found if shop is not None}
    return Visitor(roles=roles) if roles else None


def _stored() -> Visitor | None:
    token, now = session.get(_TOKEN), _now()
    if not isinstance(token, str):
        return None
    with parts().database.read() as db:
        found = stored.by_token(db, token, now=now)
    if found is None:
        return None
    if stored.is_seen_long_ago(found, now=now):
        with parts().database.write() as db:
            stored.note_seen(db, found, now=now)
    return Visitor(is_operator=found.is_operator, roles=found.roles, session=found)


def _begin(*, how: str, user_id: int | None = None, is_operator: bool = False, shop_id: int | None = None) -> None:
    shop_ids = [shop_id] if shop_id is not None else []
    with parts().database.write() as db:
        token = stored.create(
            db, how=how, user_id=user_id, is_operator=is_operator, shop_ids=shop_ids, now=_now(), **client()
        )
        _note(db, how=how, user_id=user_id, shop_id=shop_id)
    _remember(token)


def _remember(token: str) -> None:
    """In the cookie. Everything else of the browser's session is forgotten."""
    session.clear()
    session.permanent = True
    session[_TOKEN] = token
    g.pop("visitor", None)


def _note(db: Connection, *, how: str, why: str = "", user_id: int | None = None, shop_id: int | None = None) -> None:
    attempts.note(db, how=how, is_in=not why, why=why, user_id=user_id, shop_id=shop_id, now=_now(), **client())


def _now() -> datetime:
    return datetime.now(UTC)


def _passes() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]  # the newest last
    return URLSafeTimedSerializer(keys, salt="forms within the frame")
