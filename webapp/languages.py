"""The dashboard's languages: which one a request is answered in, and its texts.

Texts stand in the code in English, marked by the functions of gettext: `_("Saved.")`, `ngettext("%(num)s order",
"%(num)s orders", number)`, `lazy_gettext("Newest")` for what has a name before there is a request. Values go in by
name, and a percent sign is written twice: `_("%(share)s %% of %(name)s", share=…, name=…)`. Templates have the same
functions and `{% trans %}`. What programs are told (the API, logs, metrics) is English always.
"""

import gettext as standard
import io
from functools import cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy
from flask import g, has_request_context, request, session
from flask.sansio.app import App
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from commerce.rules.notifications.windows import zone_named

ENGLISH, GERMAN = "en", "de"
NAMES = {ENGLISH: "English", GERMAN: "Deutsch"}  # each in its own words
FOLDER = Path(__file__).parent / "translations"
_CHOSEN = "language"  # in the browser's session
# Where people look; all other addresses are for programs, or have languages of their own.
_PAGES = ("/dashboard", "/sign-in", "/sign-out", "/shopify", "/woocommerce", "/demo")
_PROGRAMS = ("/shopify/proxy/", "/woocommerce/callback")


def install(app: App) -> None:
    """Give the application's templates their texts."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # as texts are taken out of templates
    app.jinja_env.install_gettext_callables(_found, _found_one_or_more, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(translated=translated, mid_sentence=mid_sentence)
    app.jinja_env.globals.update(ngettext=_counted, page_language=current, page_languages=NAMES)


def gettext(text: str, /, **values: Any) -> str:
    """The text in the language of this request, with the values in it."""
    return _found(text) % values


def ngettext(one: str, more: str, number: int, /, **values: Any) -> str:
    """The text for that number of things, in the language of this request. `%(num)s` is the number as it is read."""
    return _found_one_or_more(one, more, number) % ({"num": thousands(number)} | values)


def lazy_gettext(text: str, /) -> str:
    """A text that is looked up each time it is shown. It is no str: call str() where one has to be."""
    return cast(str, LazyProxy(gettext, text, enable_cache=False))


def translated(text: str) -> str:
    """What has a name of its own in the language of this request, such as a state; anything else as it is."""
    return _found(str(text)) if text else ""


def mid_sentence(text: str) -> str:
    """A name as it stands within a sentence: English writes it small there, German as anywhere."""
    return text.lower() if current() == ENGLISH else str(text)


def current() -> str:
    """The language of this request; English where there is none.

    What the user chose goes first, then what this browser was set to, Shopify's admin, and the browser's own wish.
    """
    try:
        return str(g.language)  # asked for hundreds of times a page
    except (AttributeError, RuntimeError):
        pass
    if not has_request_context() or not _is_for_people(request.path):
        return ENGLISH
    g.language = _user_language() or _known(session.get(_CHOSEN)) or _asked()
    return str(g.language)


def choose(language: str) -> None:
    """This browser's pages have that language from now on; empty: whichever the browser asks for."""
    if language:
        session[_CHOSEN] = language
    else:
        session.pop(_CHOSEN, None)
    g.pop("language", None)


def chosen() -> str:
    """What was chosen for this browser or by its user; empty where nothing was."""
    return _user_language() or _known(session.get(_CHOSEN))


def zone() -> ZoneInfo:
    """The time zone of the shop that is looked at; UTC where there is none."""
    shop = g.get("shop") if has_request_context() else None
    return zone_named(shop.timezone if shop else "")


@cache
def catalogue(language: str) -> standard.NullTranslations:
    """The texts of a language; read when they are asked for first."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return standard.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


def thousands(number: int) -> str:
    """A whole number as the language of this request groups it."""
    return f"{number:,}" if current() == ENGLISH else f"{number:,}".replace(",", ".")


@pass_eval_context
def _counted(context: EvalContext, one: str, more: str, number: int, /, **values: Any) -> str:
    """`ngettext` for templates; what is put in is escaped there."""
    text = _found_one_or_more(one, more, number)
    return (Markup(text) if context.autoescape else text) % ({"num": thousands(number)} | values)  # noqa: S704


def _found(text: str) -> str:
    return catalogue(current()).gettext(text)


def _found_one_or_more(one: str, more: str, number: int) -> str:
    return catalogue(current()).ngettext(one, more, number)


def _is_for_people(path: str) -> bool:
    return path == "/" or (path.startswith(_PAGES) and not path.startswith(_PROGRAMS))


def _user_language() -> str:
    visitor = g.get("visitor")
    return _known(visitor.session.language) if visitor is not None and visitor.session is not None else ""


def _asked() -> str:
    by_shopify = _known(request.args.get("locale", "").partition("-")[0])
    wished = [wish.replace("_", "-").lower() for wish in request.accept_languages.values()]
    return by_shopify or negotiate_locale(wished, list(NAMES), sep="-") or ENGLISH


def _known(language: str | None) -> str:
    return language if language in NAMES else ""
