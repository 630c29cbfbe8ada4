"""The words of the shopper's pages: every language has all of them, with the same values in them."""

import re
from datetime import date, datetime, time
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES
from webapp.track import languages
from webapp.track.languages import CODES, language

ROOT = Path(languages.__file__).parents[1]
USED_NOWHERE = {"name", "clock", "weekdays", "months", "status", "steps", "day", "day_of_year", "about", "at"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def flat(words: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(words, dict):
        return {prefix: words}
    return {key: value for name, inner in words.items() for key, value in flat(inner, f"{prefix}.{name}").items()}


class TestTables:
    @pytest.mark.parametrize("code", CODES)
    def test_have_the_same_words(self, code: str) -> None:
        english, here = flat(language("en").words), flat(language(code).words)
        assert set(here) == set(english)
        for name, text in here.items():
            if isinstance(text, str):
                assert text.strip(), name
                assert fields(text) <= fields(english[name]) or code == "en", name
                assert bool(fields(text)) == bool(fields(english[name])), name
        assert len(here[".weekdays"]) == 7
        assert len(set(here[".months"])) == 12

    @pytest.mark.parametrize("code", CODES)
    def test_name_every_state(self, code: str) -> None:
        assert set(language(code).words["status"]) == set(STATUSES)
        for status in STATUSES:
            assert set(language(code).words["status"][status]) == {"title", "line", "next"}

    @pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
    def test_are_translated(self, code: str) -> None:
        english, here = flat(language("en").words), flat(language(code).words)
        alike = {name for name, text in here.items() if isinstance(text, str) and text == english[name]}
        assert alike <= {".details", ".day", ".day_of_year", ".at"}

    def test_are_all_there(self) -> None:
        assert {path.stem for path in (ROOT / "track/words").glob("*.json")} == set(CODES)

    def test_are_all_used(self) -> None:
        sources = [*(ROOT / "track").glob("*.py"), ROOT / "views/track.py", *(ROOT / "templates").glob("track*.html")]
        text = "".join(path.read_text() for path in sources)
        for name in set(language("en").words) - USED_NOWHERE:
            quoted = re.sub(r"_title$", "", name)
            assert f'"{name}"' in text or f"'{name}'" in text or f'"{quoted}"' in text, name


class TestDays:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("en", "Tuesday, 24 November"),
            ("de", "Dienstag, 24. November"),
            ("fr", "mardi 24 novembre"),
            ("es", "martes, 24 de noviembre"),
            ("it", "martedì 24 novembre"),
            ("nl", "dinsdag 24 november"),
            ("pl", "wtorek, 24 listopada"),
            ("pt", "terça-feira, 24 de novembro"),
        ],
    )
    def test_are_written_as_people_do(self, code: str, expected: str) -> None:
        day = date(2026, 11, 24)
        assert language(code).day(day, today=day) == expected
        assert "2026" in language(code).day(day, today=date(2027, 1, 1))

    def test_alone_begin_with_a_capital(self) -> None:
        assert language("fr").heading(date(2026, 11, 22), today=date(2026, 11, 24)) == "Dimanche 22 novembre"
        assert language("fr").heading(date(2026, 11, 23), today=date(2026, 11, 24)) == "Hier"


class TestClock:
    @pytest.mark.parametrize(
        ("at", "english", "german"),
        [
            (time(0, 5), "12:05\u00a0am", "00:05"),
            (time(9, 0), "9:00\u00a0am", "09:00"),
            (time(12, 0), "12:00\u00a0pm", "12:00"),
            (time(23, 59), "11:59\u00a0pm", "23:59"),
        ],
    )
    def test_has_the_hours_of_the_language(self, at: time, english: str, german: str) -> None:
        assert language("en").clock(at) == english
        assert language("de").clock(at) == german

    def test_says_whose_it_is(self) -> None:
        at = datetime(2026, 11, 24, 14, 30)  # noqa: DTZ001 - a clock's face
        assert language("de").moment(at, today=at.date(), zone="UTC") == "Heute, 14:30 Uhr UTC"
