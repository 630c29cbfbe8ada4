"""What is searched: attributes in their order, languages, spelling, facets, orders, price bands."""

from collections import Counter
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.documents import document
from commerce.rules.search_settings import LANGUAGES
from commerce.tables import products, search_settings
from jobs.queues import CONFIGURE
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.search.settings_form import SORT_WORDS, fields_of, read_form, settings_of
from webapp.search.state import state_of

blueprint = Blueprint("search_settings", __name__, url_prefix="/dashboard/search/settings")

_LOOKED_AT = 100  # products, the last changed ones, for the facets that there are


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The settings as they are."""
    with parts().database.read() as db:
        chosen = search_settings.chosen(db, shop_id=g.shop.id)
    return _page(fields_of(chosen, _known_facets(), g.shop.currency), {})


@blueprint.post("")
@guards.merchant
@pages.of_shop
def save() -> Any:
    """Store the settings and have the index follow them; or show what is wrong."""
    here = parts()
    fields, told, wrong = read_form(request.form, _known_facets(), g.shop.currency)
    with here.database.read() as db:
        before = search_settings.of(db, shop_id=g.shop.id)
    settings, labels = settings_of(told, before, wrong)
    if wrong:
        return _page(fields, wrong), 400
    with here.database.write() as db:
        now = pages.now()
        search_settings.save(db, shop_id=g.shop.id, settings=settings, labels=labels, now=now)
    here.queues.wake(CONFIGURE, [g.shop.id], again=True)
    flash(_("Saved.") if settings == before else _("Saved. The search follows in a moment."))
    return redirect(url_for("search_settings.index"))


def _page(fields: dict[str, Any], wrong: dict[str, str]) -> str:
    here = parts()
    return render_template(
        "search_settings.html",
        fields=fields,
        wrong=wrong,
        languages=LANGUAGES,
        sort_words=SORT_WORDS,
        state=state_of(here, g.shop, pages.now()),
    )


def _known_facets() -> dict[str, int]:
    """Facets of the products that changed last, the most frequent first, and how many of them have each."""
    with parts().database.read() as db:
        newest = [one for one, _ in products.newest(db, shop_id=g.shop.id, limit=_LOOKED_AT, currency=g.shop.currency)]
    counted = Counter(name for product in newest for name in document(product).facets)
    return dict(counted.most_common(40))
