"""Numbers, money and times as words."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp import formats

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "words"),
        [
            (123450, "EUR", "1,234.50 EUR"),
            (-5, "EUR", "−0.05 EUR"),
            (1500, "JPY", "1,500 JPY"),
            (1234, "KWD", "1.234 KWD"),
            (100, None, "1.00"),
            (None, "EUR", "–"),
        ],
    )
    def test_is_written_by_its_currency(self, amount: int | None, currency: str | None, words: str) -> None:
        assert formats.money(amount, currency).replace(formats.NO_BREAK, " ") == words


class TestSeconds:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (0.085, "85 ms"),
            (-0.2, "0 ms"),
            (0.9999, "1 s"),
            (1.25, "1.2 s"),
            (9.97, "10 s"),
            (59.6, "1 min"),
            (3599, "1 h"),
            (86_399, "1 d"),
            (float("inf"), "over an hour"),
            (None, "–"),
        ],
    )
    def test_has_one_unit(self, value: float | None, words: str) -> None:
        assert formats.seconds(value).replace(formats.NO_BREAK, " ") == words


class TestAgo:
    @pytest.mark.parametrize(
        ("passed", "words"),
        [(3, "just now"), (42, "42 s ago"), (600, "10 min ago"), (7300, "2 h ago"), (-600, "in 10 min")],
    )
    def test_is_relative(self, passed: int, words: str) -> None:
        assert formats.ago(NOW - timedelta(seconds=passed), NOW).replace(formats.NO_BREAK, " ") == words

    def test_is_a_date_after_a_week(self) -> None:
        assert formats.ago(NOW - timedelta(days=30), NOW) == "1 Apr 2026"

    def test_the_exact_time_stays_readable(self) -> None:
        shown = formats.when(NOW - timedelta(seconds=42), NOW)
        assert 'datetime="2026-05-01T11:59:18Z"' in shown
        assert 'title="2026-05-01 11:59:18 UTC"' in shown


class TestWebAddress:
    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", ""])
    def test_leads_only_to_the_web(self, url: str) -> None:
        assert formats.web_address(url) == ""

    def test_keeps_web_pages(self) -> None:
        assert formats.web_address("https://shop.example/a") == "https://shop.example/a"


class TestMarked:
    def test_keeps_marks_and_nothing_else(self) -> None:
        shown = formats.marked("<mark>A</mark> &amp; <b onclick=x>B</b>")
        assert shown == "<mark>A</mark> &amp; &lt;b onclick=x&gt;B&lt;/b&gt;"
