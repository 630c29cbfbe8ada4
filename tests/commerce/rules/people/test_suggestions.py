"""Who may be one person with somebody else, and why."""

from types import SimpleNamespace
from typing import Any

import pytest

from commerce.rules.people.suggestions import MAIL, PHONE, PLACE, reasons

ADA: dict[str, Any] = {
    "emails": ["ada@example.org"],
    "phones": ["+49301"],
    "first_name": "Ada",
    "last_name": "Byron",
    "addresses": [{"postcode": "N1 9GU"}],
}
NOBODY: dict[str, Any] = {"emails": [], "phones": [], "first_name": "", "last_name": "", "addresses": []}


class TestReasons:
    @pytest.mark.parametrize(
        ("other", "why"),
        [
            ({"emails": ["ADA@example.org"]}, (MAIL,)),
            ({"phones": ["+49301"], "emails": ["x@example.org"]}, (PHONE,)),
            ({"first_name": "ADA", "last_name": " Byron", "addresses": [{}, {"postcode": "n19gu"}]}, (PLACE,)),
            ({"first_name": "Ada", "last_name": "Byron", "addresses": [{"city": "London"}]}, ()),
            ({"last_name": "Byron", "addresses": [{"postcode": "N1 9GU"}]}, ()),
            (ADA, (MAIL, PHONE, PLACE)),
            ({}, ()),
        ],
    )
    def test_are_the_surest_first(self, other: dict[str, Any], why: tuple[str, ...]) -> None:
        one, two = SimpleNamespace(**ADA), SimpleNamespace(**NOBODY | other)
        assert reasons(one, two) == reasons(two, one) == why

    def test_are_none_where_nothing_is_known_of_either(self) -> None:
        assert reasons(SimpleNamespace(**NOBODY), SimpleNamespace(**NOBODY)) == ()
