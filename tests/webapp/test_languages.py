"""Which language a page has, and what is written in it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g
from werkzeug.test import TestResponse

from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_operator
from tests.webapp.team.people import member, submit
from webapp import formats, languages

_PAGE, _CHOICE = "/dashboard/account", "/dashboard/account/language"


def _spoken(answer: TestResponse) -> str:
    return answer.text.split('<html lang="', 1)[1][:2]


class TestChoice:
    def test_is_english_where_nothing_is_asked_for(self, backroom: Backroom) -> None:
        as_operator(backroom.client)
        assert _spoken(backroom.client.get("/dashboard/account")) == "en"

    @pytest.mark.parametrize(
        ("wish", "spoken"),
        [
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.5", "de"),
            ("fr,de;q=0.5", "de"),
            ("fr", "en"),
            ("en-GB,de", "en"),
            ("DE-at", "de"),
        ],
    )
    def test_is_what_the_browser_asks_for(self, backroom: Backroom, wish: str, spoken: str) -> None:
        as_operator(backroom.client)
        assert _spoken(backroom.client.get("/dashboard/account", headers={"Accept-Language": wish})) == spoken

    def test_of_a_browser_goes_before_its_wish(self, backroom: Backroom) -> None:
        as_operator(backroom.client)
        submit(backroom.client, _CHOICE, page=_PAGE, language="de")
        assert _spoken(backroom.client.get("/dashboard/account", headers={"Accept-Language": "en"})) == "de"
        submit(backroom.client, _CHOICE, page=_PAGE, language="")
        assert _spoken(backroom.client.get("/dashboard/account")) == "en"

    def test_of_a_user_goes_with_them(self, backroom: Backroom, shop: Shop) -> None:
        submit(member(backroom, shop), _CHOICE, page=_PAGE, language="de")
        assert _spoken(member(backroom, shop).get("/dashboard/account")) == "de"

    def test_is_none_that_there_is_not(self, backroom: Backroom) -> None:
        as_operator(backroom.client)
        assert submit(backroom.client, _CHOICE, page=_PAGE, language="xx").status_code == 400


class TestWriting:
    @pytest.fixture
    def german(self, backroom: Backroom) -> Flask:
        return backroom.client.application

    def test_follows_the_language(self, german: Flask) -> None:
        now = datetime(2026, 5, 1, 12, tzinfo=UTC)
        with german.test_request_context("/dashboard/", headers={"Accept-Language": "de"}):
            g.visitor = None
            assert formats.number(1234567) == "1.234.567"
            assert formats.money(123450, "EUR") == "1.234,50\u00a0EUR"
            assert formats.seconds(1.25) == "1,2\u00a0s"
            assert formats.ago(now - timedelta(minutes=10), now) == "vor 10\u00a0min"
            assert formats.day(now) == "1. Mai 2026"
            assert formats.long_day(now) == "1. Mai"
            assert formats.long_day(now, with_year=True) == "1. Mai 2026"
            assert formats.clock(now) == "Fr. 1. Mai, 12:00"
            assert formats.stamp(now) == "01.05.2026, 12:00:00 UTC"
            assert languages.ngettext("%(num)s order", "%(num)s orders", 1200).startswith("1.200 ")

    def test_is_english_for_programs(self, german: Flask) -> None:
        with german.test_request_context("/api/v1/orders", headers={"Accept-Language": "de"}):
            assert formats.number(1234567) == "1,234,567"
            assert formats.clock(datetime(2026, 5, 1, 12, tzinfo=UTC)) == "Fri 1 May, 12:00"

    def test_takes_values_by_name_and_signs_as_they_are(self) -> None:
        assert languages.gettext("%(share)s %% of %(name)s", share=5, name="100 % wool") == "5 % of 100 % wool"


class TestKnownWords:
    def test_are_looked_up_and_all_else_stays_text(self, backroom: Backroom) -> None:
        page = "{% import 'macros.html' as m with context %}{{ m.badge('waiting') }}{{ m.badge('<b>5 %s</b>') }}"
        app = backroom.client.application
        with app.test_request_context("/dashboard/"):
            shown = app.jinja_env.from_string(page).render()
        assert "Waiting" in shown
        assert "&lt;b&gt;5 %s&lt;/b&gt;" in shown
