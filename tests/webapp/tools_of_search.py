"""Rules, synonyms and checks of a shop's search, some of them as the worst of merchants would write them."""

from datetime import timedelta
from typing import Any

from commerce.rules.merchandising import (
    CATEGORY,
    CONTAINS,
    EVERY,
    ID,
    Add,
    Hide,
    Lift,
    Pin,
    Redirect,
    Replace,
    Rule,
    Target,
)
from commerce.rules.search_settings import SearchSettings
from commerce.tables import drift, search_rules, search_settings
from tests.webapp import stock


def fill(shop: Any, words: str = "kestrel") -> None:
    """One of each, all with the same words in them."""
    some = Target(facet="brand", value=words)
    actions = (Pin(product="11", position=1), Add(product="12"), Hide(target=some), Lift(target=some, strength=-2))
    actions += (Hide(target=Target(facet=ID, value="13")), Lift(target=Target(facet=ID, value="11"), strength=3))
    rules = [
        Rule(id="", name=words, applies_to=CONTAINS, words=("kestrel", words), actions=actions),
        Rule(id="", name="Lead", applies_to=EVERY, actions=(Replace(query="tent"),), enabled=False),
        Rule(id="", name="Sale", applies_to=CATEGORY, words=("sale",), actions=(Redirect(url="/sale"),)),
    ]
    synonyms = {words.lower(): ("tent", "shelter"), "tent": (words.lower(),)}
    found = drift.Found(documents=2, indexed=1, missing=1, healed=1, examples={"missing": ["11"]})
    with shop.here.database.write() as db:
        for rule in rules:
            search_rules.add(db, shop_id=shop.id, rule=rule, now=stock.NOW)
        settings = SearchSettings(synonyms=synonyms, stop_words=frozenset({words.lower()}), price_bands=(1000, 5000))
        search_settings.save(db, shop_id=shop.id, settings=settings, labels={"brand": words}, now=stock.NOW)
        drift.begin(db, shop_id=shop.id, now=stock.NOW - timedelta(hours=1))
        drift.finish(db, shop_id=shop.id, now=stock.NOW, found=found)
        drift.begin(db, shop_id=shop.id, kind=drift.EMPTY, now=stock.NOW, error=words)
