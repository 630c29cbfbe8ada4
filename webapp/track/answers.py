"""The shopper's pages as answers: branded, in one language, for nobody's cache but the browser's own."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from flask import Response, current_app, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from commerce.database import UNREACHABLE
from webapp.errors import Problem
from webapp.track import languages
from webapp.track.brand import Brand, brand
from webapp.track.languages import Language

View = TypeVar("View", bound=Callable[..., Any])

_FORM_SECONDS = 2 * 3600  # for which a form may be open
_log = structlog.get_logger(__name__)


def speaking(own: str = "") -> Language:
    """The language of who looks; `own` is that of the order."""
    accepted = [code for code, weight in request.accept_languages if weight > 0]
    return languages.choose(request.args.get("lang", ""), accepted, own)


def page(template: str, language: Language, look: Brand, **values: Any) -> Response:
    """A page that is kept by nobody."""
    menu = [(languages.language(code), _in(code)) for code in languages.CODES]
    text = render_template(template, say=language.say, language=language, brand=look, menu=menu, **values)
    response = Response(text, mimetype="text/html")
    headers = response.headers
    headers["Content-Security-Policy"] = _policy(look)
    headers["Content-Language"] = language.code
    headers["Cache-Control"] = "no-store"
    headers["Referrer-Policy"] = "no-referrer"  # the address lets whoever has it see the parcel
    headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def keep(response: Response) -> Response:
    """Let the browser keep the page, and ask each time whether it is still the same."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Language"
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    response.make_conditional(request)
    return response


def sorry(name: str, status: int) -> Response:
    """A page for who came for nothing: "gone", "busy" or "away"."""
    response = page("track_sorry.html", speaking(), brand(), name=name)
    response.status_code = status
    return response


def friendly(view: View) -> View:
    """A view of which also the failures are in the shopper's language; no address of a parcel gets into the log."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except Problem as problem:
            if problem.status != 429:
                raise
            response = sorry("busy", 429)
            response.headers["Retry-After"] = str(problem.extra.get("retry_after", 60))
        except UNREACHABLE as error:
            _log.error("database.unreachable", error=type(error).__name__, path="/track/")
            response = sorry("away", 503)
            response.headers["Retry-After"] = "5"
        return response

    return cast(View, shown)


def new_pass(shop_key: str) -> str:
    """What the form of a shop carries: that it was opened here, not long ago. No cookie is needed for it."""
    return _passes().dumps(shop_key)


def is_pass(text: str, shop_key: str) -> bool:
    """Whether a form of that shop carried it."""
    try:
        return bool(_passes().loads(text, max_age=_FORM_SECONDS) == shop_key)
    except BadData:
        return False


def _passes() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]  # the newest last
    return URLSafeTimedSerializer(keys, salt="parcels")


def _in(code: str) -> str:
    """This page in another language."""
    endpoint = request.endpoint or ""
    return url_for(endpoint, **(request.view_args or {}), lang=code) if endpoint else f"?lang={code}"


def _policy(look: Brand) -> str:
    """Nothing from anywhere else, but for the logo that the shop chose."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' {look.style_hash}; "
        f"img-src 'self'{' ' + look.logo.partition('?')[0] if look.logo else ''}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
