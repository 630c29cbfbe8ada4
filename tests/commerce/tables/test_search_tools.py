"""Settings and rules of searches as they are stored: whoever changes them tells the pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from commerce.database import Connection
from commerce.rules.merchandising import EVERY, Add, Rule
from commerce.rules.search_settings import USUAL, SearchSettings
from commerce.tables import effects, search_rules, search_settings, shops
from commerce.tables.search_rules import UnableToAddRule
from tests.conftest import Backroom
from tests.stored import rows

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULE = Rule(id="", name="Rule", applies_to=EVERY, actions=(Add(product="1"),))
GERMAN = SearchSettings(languages=("german",))


@pytest.fixture
def shop(backroom: Backroom) -> int:
    return backroom.shops.shopify().id


def version(db: Connection, shop_id: int) -> int:
    return shops.pages_version(db, shop_id)


CHANGES: dict[str, Callable[[Connection, int, int], object]] = {
    "add": lambda db, shop, _: search_rules.add(db, shop_id=shop, rule=RULE, now=NOW),
    "save": lambda db, shop, key: search_rules.save(db, shop_id=shop, rule=replace(RULE, id=str(key)), now=NOW),
    "switch": lambda db, shop, key: search_rules.switch(db, shop_id=shop, rule_id=key, now=NOW),
    "arrange": lambda db, shop, key: search_rules.arrange(db, shop_id=shop, ids=[key]),
    "remove": lambda db, shop, key: search_rules.remove(db, shop_id=shop, rule_id=key),
    "settings": lambda db, shop, _: search_settings.save(db, shop_id=shop, settings=GERMAN, now=NOW),
    "labels": lambda db, shop, _: search_settings.save(db, shop_id=shop, settings=USUAL, labels={"a": "b"}, now=NOW),
}


class TestEveryChange:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    def test_tells_the_pages_of_the_shop(
        self, backroom: Backroom, shop: int, change: Callable[[Connection, int, int], object]
    ) -> None:
        other = backroom.shops.shopify("two.myshopify.com").id
        with backroom.parts.database.write() as db:
            key = int(search_rules.add(db, shop_id=shop, rule=RULE, now=NOW).id)
        with backroom.parts.database.write() as db:
            before, foreign = version(db, shop), version(db, other)
            change(db, shop, key)
            assert (version(db, shop) > before, version(db, other)) == (True, foreign)


class TestWhatIsStored:
    def test_breaks_no_search_where_another_version_wrote_it(self, backroom: Backroom, shop: int) -> None:
        with backroom.parts.database.write() as db:
            kept = search_rules.add(db, shop_id=shop, rule=RULE, now=NOW)
            search_rules.add(db, shop_id=shop, rule=RULE, now=NOW)
            search_settings.save(db, shop_id=shop, settings=replace(GERMAN, typos=False), now=NOW)
            table, chosen = search_rules.search_rules, search_settings.search_settings
            newer = table.c.id != int(kept.id)
            db.execute(update(table).where(newer).values(rule={"name": "Newer", "applies_to": "the moon"}))
            db.execute(update(chosen).values(settings={"languages": ["klingon"], "typos": False, "magic": 7}))
        with backroom.parts.database.read() as db:
            assert search_rules.all_of(db, shop_id=shop) == (kept,)
            assert search_settings.of(db, shop_id=shop) == replace(USUAL, typos=False)


class TestRules:
    def test_are_so_many_at_most(self, backroom: Backroom, shop: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_rules, "MOST", 1)
        with backroom.parts.database.write() as db:
            search_rules.add(db, shop_id=shop, rule=RULE, now=NOW)
            with pytest.raises(UnableToAddRule):
                search_rules.add(db, shop_id=shop, rule=RULE, now=NOW)

    def test_of_another_shop_cannot_be_changed(self, backroom: Backroom, shop: int) -> None:
        other = backroom.shops.shopify("two.myshopify.com").id
        with backroom.parts.database.write() as db:
            mine = search_rules.add(db, shop_id=shop, rule=RULE, now=NOW)
            assert not search_rules.save(db, shop_id=other, rule=replace(mine, name="Taken"), now=NOW)
            assert not search_rules.remove(db, shop_id=other, rule_id=int(mine.id))
            assert search_rules.switch(db, shop_id=other, rule_id=int(mine.id), now=NOW) is None
            assert search_rules.all_of(db, shop_id=shop) == (mine,)


class TestSettings:
    def test_are_in_the_language_of_the_shop_until_something_is_chosen(self, backroom: Backroom, shop: int) -> None:
        with backroom.parts.database.write() as db:
            assert search_settings.of(db, shop_id=shop) == USUAL
            shops.learn(db, shop, locale="de-AT")
            assert search_settings.of(db, shop_id=shop) == GERMAN
            search_settings.save(db, shop_id=shop, settings=USUAL, now=NOW)
            assert search_settings.of(db, shop_id=shop) == USUAL

    def test_that_differ_are_brought_about_by_one_effect(self, backroom: Backroom, shop: int) -> None:
        for _ in range(2):
            with backroom.parts.database.write() as db:
                search_settings.save(db, shop_id=shop, settings=GERMAN, now=NOW)
        (effect,) = rows(backroom.parts.database, effects.effects)
        assert effect.kind == effects.CONFIGURE
