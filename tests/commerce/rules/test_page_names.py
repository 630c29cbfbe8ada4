"""Names of pages: each page has its own, whatever an address says."""

import pytest

from commerce.rules import page_names


class TestProduct:
    def test_a_colon_makes_no_other_page(self) -> None:
        assert not {*page_names.of_product("1:html")} & {*page_names.of_product("1", is_html=True)}
        assert page_names.of_product("1") == ("product:1", "handle:1")


class TestCategory:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"filter[brand]": ["Lux&sort=price:asc"]}, {"filter[brand]": ["Lux"], "sort": ["price:asc"]}),
            ({"page": ["", "3"]}, {"page": ["3"]}),
            ({"per_page": ["", "5"]}, {"per_page": ["5"]}),
            ({"sort": ["price:asc", "title:asc"]}, {"sort": ["title:asc", "price:asc"]}),
            ({"page": ["1&filter=x"]}, {"page": ["1"]}),
        ],
    )
    def test_other_parameters_make_another_page(self, one: dict[str, list[str]], other: dict[str, list[str]]) -> None:
        assert page_names.of_category("a", one) != page_names.of_category("a", other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({}, {"page": ["1"], "sort": [""], "utm_source": ["mail"]}),
            ({"page": ["2"], "sort": ["price:asc"]}, {"sort": ["price:asc"], "page": ["02", "9"]}),
        ],
    )
    def test_what_makes_no_difference_is_the_same_page(
        self, one: dict[str, list[str]], other: dict[str, list[str]]
    ) -> None:
        assert page_names.of_category("a", one) == page_names.of_category("a", other)

    def test_a_colon_makes_no_other_page(self) -> None:
        plain = page_names.of_category("a", {"page": ["2"], "filter[x]": ["y:none"]})
        assert page_names.of_no_category("a:page:2:filter[x]=y") != plain
        assert page_names.of_category("a:page:2", {}) != page_names.of_category("a", {"page": ["2"]})
        assert page_names.is_of(plain, ["b", "a"])
        assert not page_names.is_of(page_names.of_category("a:page:2", {}), ["a"])
