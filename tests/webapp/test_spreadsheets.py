"""Cells of CSV files that a spreadsheet would carry out."""

from decimal import Decimal

import pytest

from webapp.spreadsheets import cell


class TestACell:
    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    def test_that_begins_as_a_formula_is_text(self, sign: str) -> None:
        assert cell(f"{sign}cmd()") == f"'{sign}cmd()"

    @pytest.mark.parametrize("told", [Decimal("-1.50"), -3, "+49301234567", "Ada = Grace"])
    def test_that_is_none_stays_as_it_is(self, told: object) -> None:
        assert cell(told) == str(told)
