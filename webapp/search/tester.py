"""Trying a query as a shopper would ask it, with everything said about each hit that a merchant may wonder about."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from commerce.rules.documents import Product, document, index_of, is_searchable
from commerce.rules.merchandising import ID, Add, AnyAction, Hide, Lift, Pin, Rule, Target, folded
from commerce.tables import products
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from integrations.search_api import Explanation, Hit, SearchQuery
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import Parts
from webapp.search import tools as of_shops
from webapp.search.asked import query_of
from webapp.search.composed import with_rules
from webapp.search.tools import Tools
from webapp.shoppers.searching import Found, find

_EXPLAINED = 10  # hits
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One hit: where it stands with rules and without (None: not among the first), why, and which rules touched it."""

    hit: Hit
    product: Product
    place: int
    place_without: int | None
    why: Explanation | None
    rules: tuple[tuple[Rule, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAbout:
    """A product that a merchant misses, or wonders about: whether it is found, and why, or why not, in plain words."""

    id: str
    product: Product | None
    is_found: bool
    why: Explanation | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A query that was tried: what it found with rules and without, which rules apply.

    `missing`: products that rules took from the first page.
    """

    found: Found
    without: Found
    hits: tuple[Tried, ...]
    rules: tuple[Rule, ...]
    missing: tuple[tuple[int, Hit, Product], ...]
    choices: tuple[tuple[str, str, tuple[tuple[str, int, bool], ...]], ...]
    asked_about: "AskedAbout | None" = None
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def tried(here: Parts, shop: Shop, args: MultiDict[str, str], *, why_not: str = "") -> Trial:
    """Ask the query twice. Raises Problem as a search does."""
    with here.database.read() as db:
        tools = of_shops.of_shop(db, shop.id)
    asked = query_of(args)
    query = replace(asked, limit=_SHOWN, offset=0, facets=("*",))
    found = find(here, shop, query, tools=tools)
    without = find(here, shop, query, tools=replace(tools, rules=())) if found.outcome.rules else found
    ids = [hit.id for hit, _product in found.products]
    others = {hit.id: place for place, (hit, _) in enumerate(without.products, 1)}
    rules = tuple(rule for rule in tools.rules if rule.id in found.outcome.rules)
    try:
        hits = tuple(
            Tried(
                hit=hit,
                product=product,
                place=place,
                place_without=others.get(hit.id),
                why=_why(here, shop, found, hit.id) if place <= _EXPLAINED else None,
                rules=tuple((rule, words) for rule in rules for words in _touches(rule, product)),
            )
            for place, (hit, product) in enumerate(found.products, 1)
        )
        asked_about = _asked_about(here, shop, found, why_not, rules) if why_not else None
    except OutsideError as error:
        raise Problem(503, _("Search cannot be reached"), _("Try again in a moment.")) from error
    return Trial(
        found=found,
        without=without,
        hits=hits,
        rules=rules,
        missing=tuple((others[hit.id], hit, product) for hit, product in without.products if hit.id not in ids),
        choices=_choices(found, asked.filters),
        asked_about=asked_about,
        chosen=asked.filters,
    )


def _why(here: Parts, shop: Shop, found: Found, product_id: str) -> Explanation:
    return here.engine.explain(index_of(shop.id), with_rules(found.query, found.outcome), product_id)


def _asked_about(here: Parts, shop: Shop, found: Found, product_id: str, rules: tuple[Rule, ...]) -> AskedAbout:
    known = _named_so(here, shop, product_id)
    if known is None:
        return AskedAbout(id=product_id, product=None, is_found=False, why_not=_("There is no such product here."))
    product_id = known.id
    if product_id in found.placed:
        told = _("A rule places it among the results.")
        return AskedAbout(id=product_id, product=known, is_found=True, why_not=told)
    why = _why(here, shop, found, product_id)
    why_not = "" if why.is_found else _why_not(here, shop, found, known, rules)
    return AskedAbout(id=product_id, product=known, is_found=why.is_found, why=why, why_not=why_not)


def _named_so(here: Parts, shop: Shop, name: str) -> Product | None:
    """The product of this id, handle or title."""
    with here.database.read() as db:
        handle = products.id_of_handle(db, shop_id=shop.id, handle=name)
        ids = [name, *([handle] if handle else [])]
        known = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    if known:
        return known.get(name) or next(iter(known.values()))
    titled = find(here, shop, SearchQuery(text=name, limit=5), tools=Tools()).products
    return next((product for _hit, product in titled if folded(product.title) == folded(name)), None)


def _why_not(here: Parts, shop: Shop, found: Found, product: Product, rules: tuple[Rule, ...]) -> str:
    """The first thing that keeps the product from being found."""
    if not is_searchable(product):
        return _("It is not published, so no shopper finds it.")
    index, alone = index_of(shop.id), SearchQuery(only=(product.id,), limit=1, settings=found.query.settings)
    if not here.engine.search(index, alone).total:
        return _("It is not in the index yet. If this lasts, have the index checked on the overview.")
    hidden_by = next(((rule, target) for rule in rules for target in _hidden(rule, product)), None)
    if hidden_by is not None:
        rule, target = hidden_by
        return _("The rule “%(rule)s” hides it (%(what)s).", rule=rule.name, what=_named(target))
    query = found.query
    filtered = replace(alone, filters=query.filters, price=query.price, available=query.available)
    if not here.engine.search(index, filtered).total:
        return _("It does not meet the filters.")
    return _("The words of the search do not fit it.")


def _choices(
    found: Found, chosen: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, str, tuple[tuple[str, int, bool], ...]], ...]:
    """(name, title, [(value, count, chosen)]) of each facet that the shop shows."""
    told = []
    for name, values in found.facets.items():
        counts = dict(values)
        listed = [*chosen.get(name, ()), *(value for value in list(counts)[:8] if value not in chosen.get(name, ()))]
        if listed:
            title = found.labels.get(name) or name.replace("-", " ").capitalize()
            shown = tuple((value, counts.get(value, 0), value in chosen.get(name, ())) for value in listed)
            told.append((name, title, shown))
    return tuple(told)


def _touches(rule: Rule, product: Product) -> list[str]:
    """What a rule does to a product, in plain words."""
    facets = _facets(product)
    return [words for action in rule.actions if (words := _word(action, product.id, facets))]


def _hidden(rule: Rule, product: Product) -> list[Target]:
    """By what a rule hides a product."""
    facets = _facets(product)
    return [one.target for one in rule.actions if isinstance(one, Hide) and _meets(one.target, facets)]


def _facets(product: Product) -> dict[str, set[str]]:
    return {name: set(values) for name, values in document(product).facets.items()} | {ID: {product.id}}


def _word(action: AnyAction, product_id: str, facets: Mapping[str, set[str]]) -> str:
    match action:
        case Pin(product=product, position=position) if product == product_id:
            return _("pins it at position %(number)s", number=position)
        case Add(product=product) if product == product_id:
            return _("adds it to the results")
        case Lift(target=target, strength=strength) if _meets(target, facets):
            told = {"what": _named(target), "strength": abs(strength)}
            if strength > 0:
                return _("boosts it (%(what)s, strength %(strength)s)", **told)
            return _("buries it (%(what)s, strength %(strength)s)", **told)
        case Hide(target=target) if _meets(target, facets):
            return _("hides it (%(what)s)", what=_named(target))
    return ""


def _meets(target: Target, facets: Mapping[str, set[str]]) -> bool:
    return target.value in facets.get(target.facet, ())


def _named(target: Target) -> str:
    return _("this product") if target.facet == ID else f"{target.facet}: {target.value}"
