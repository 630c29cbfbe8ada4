"""Forms of the dashboard change something only with the token of the session that they were shown in (CSRF)."""

import secrets
from typing import cast

from flask import abort, g, request, session

from webapp import sessions
from webapp.languages import gettext as _
from webapp.stores import embedded

SAFE = ("GET", "HEAD", "OPTIONS")
# Where forms that change something are: they carry the token of their session.
_FORMS = ("/dashboard", "/woocommerce/connect", "/sign-in/mail", "/sign-in/password", "/sign-in/code")


def csrf_token() -> str:
    """The token that every form of this session carries."""
    shop = g.get("shop")
    if shop and embedded.here():
        return sessions.form_pass(shop.key)
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return cast(str, session["csrf"])


def check() -> None:
    """Forms of the dashboard change something only with the token of their session."""
    if request.method in SAFE or not request.path.startswith(_FORMS):
        return
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    g.form_of = sessions.shop_of_form_pass(sent) if embedded.here() else ""
    if g.form_of:
        return
    if not secrets.compare_digest(sent.encode(), session.get("csrf", secrets.token_urlsafe()).encode()):
        abort(400, _("This page was open for too long. Go back, reload it and try again."))
