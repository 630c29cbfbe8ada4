"""Which queries are one and the same, and which are not kept."""

import pytest

from commerce.rules.searches import LONGEST, OTHERS, counted_as, folded, is_token, share


class TestFolded:
    @pytest.mark.parametrize(
        ("query", "counted"),
        [
            ("  Red   Tent ", "red tent"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("tent?", "tent"),
            ("ﬁne\ttent", "fine tent"),
            ("c++", "c++"),
            ("a\x00b", "a b"),
            ("   ", ""),
        ],
    )
    def test_makes_what_is_alike_the_same(self, query: str, counted: str) -> None:
        assert folded(query) == counted

    def test_cuts_what_is_too_long(self) -> None:
        assert len(folded("tent " * 100)) <= LONGEST


class TestCountedAs:
    @pytest.mark.parametrize(
        "query",
        [
            "ada@example.org",
            "where is my order ada@example.org",
            "ada@",
            "ada\N{FULLWIDTH COMMERCIAL AT}example.org",
            "ada\N{ZERO WIDTH SPACE}@\N{ZERO WIDTH SPACE}example.org",
            "0170\N{ZERO WIDTH SPACE}12\N{SOFT HYPHEN}34",
            "+49 170 1234567",
            "0049-170-1234567",
            "(030) 901820",
            "555 123 4567 890",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "DE89370400440532013000",
        ],
    )
    def test_leaves_out_what_is_personal(self, query: str) -> None:
        assert counted_as(query) == OTHERS

    @pytest.mark.parametrize(
        "query", ["iphone 15 128", "4x6 print", "tent @ sale", "KX-11-2", "size 42.5", "2024 2025"]
    )
    def test_keeps_what_shoppers_look_for(self, query: str) -> None:
        assert counted_as(query) == folded(query) != OTHERS


class TestToken:
    @pytest.mark.parametrize("token", ["aB3_x-9Q.4", "abcdef12"])
    def test_is_random_letters_and_a_position(self, token: str) -> None:
        assert is_token(token)

    @pytest.mark.parametrize(
        "token", ["", "short", "a" * 50, "aB3_x-9Q.1234", "ada@example.org", 7, None, "abcdefgh\n"]
    )
    def test_is_nothing_else(self, token: object) -> None:
        assert not is_token(token)


class TestShare:
    def test_is_none_of_nothing_and_one_at_most(self) -> None:
        assert (share(1, 0), share(1, 4), share(5, 4)) == (None, 0.25, 1.0)
