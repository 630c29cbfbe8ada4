"""Amounts: read as platforms write them, kept as integers, written as people read them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.money import UnableToReadMoney, decimal_text, exponent, minor_units

CURRENCIES = {"JPY": 0, "CLP": 0, "EUR": 2, "USD": 2, "KWD": 3, "TND": 3, "CLF": 4, "XXX": 2}
currencies = st.sampled_from(sorted(CURRENCIES))
amounts = st.integers(min_value=-(10**18), max_value=10**18)


class TestExponent:
    @pytest.mark.parametrize(("currency", "places"), CURRENCIES.items())
    def test_is_the_one_of_iso_4217(self, currency: str, places: int) -> None:
        assert exponent(currency) == exponent(currency.lower()) == places

    @pytest.mark.parametrize("currency", [None, "", "nonsense"])
    def test_is_two_where_the_currency_is_not_known(self, currency: str | None) -> None:
        assert exponent(currency) == 2


class TestMinorUnits:
    @given(amount=amounts, currency=currencies)
    def test_reads_back_what_decimal_text_wrote(self, amount: int, currency: str) -> None:
        assert minor_units(decimal_text(amount, currency), currency) == amount

    @given(amount=st.integers(-(10**9), 10**9), currency=currencies)
    def test_takes_numbers_as_well_as_text(self, amount: int, currency: str) -> None:
        places = CURRENCIES[currency]
        assert minor_units(float(Decimal(amount).scaleb(-places)), currency) == amount
        assert minor_units(amount, currency) == amount * 10**places

    @pytest.mark.parametrize(
        ("written", "currency", "units"),
        [
            ("19.99", "EUR", 1999),
            (" 19.99 ", "EUR", 1999),
            ("19.995", "EUR", 2000),
            ("-19.995", "EUR", -2000),
            ("0.5", "JPY", 1),
            ("1500", "JPY", 1500),
            ("1.2345", "KWD", 1235),
            ("0.00", "EUR", 0),
            ("1e2", "EUR", 10_000),
            (0, "EUR", 0),
            (8.403361344537815, "EUR", 840),
        ],
    )
    def test_rounds_half_up(self, written: object, currency: str, units: int) -> None:
        assert minor_units(written, currency) == units

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_is_none_where_there_is_nothing(self, nothing: object) -> None:
        assert minor_units(nothing, "EUR") is None

    @pytest.mark.parametrize(
        "nonsense",
        ["abc", "1,50", "19.99 EUR", "NaN", "-inf", "Infinity", "1e30", "9e999999", [], {}, True, "1.2.3"],
    )
    def test_refuses_what_is_no_amount_and_shows_it(self, nonsense: object) -> None:
        with pytest.raises(UnableToReadMoney, match="amount of money"):
            minor_units(nonsense, "EUR")

    @given(
        st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.lists(st.none()), st.binary()), currencies
    )
    def test_raises_nothing_else(self, written: object, currency: str) -> None:
        units = None
        with suppress(UnableToReadMoney):
            units = minor_units(written, currency)
        assert units is None or abs(units) <= 10**18


class TestDecimalText:
    @given(amounts, currencies)
    def test_has_the_places_of_its_currency(self, amount: int, currency: str) -> None:
        text = decimal_text(amount, currency)
        _, _, places = text.partition(".")
        assert len(places) == CURRENCIES[currency]
        assert Decimal(text).scaleb(CURRENCIES[currency]) == amount
