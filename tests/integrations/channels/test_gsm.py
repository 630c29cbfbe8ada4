from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.gsm import fitted, is_gsm, parts, plainly


class TestParts:
    def test_are_counted_as_networks_do(self) -> None:
        assert [parts(text) for text in ("", "a" * 160, "a" * 161, "a" * 306, "a" * 307)] == [0, 1, 2, 2, 3]
        assert [parts(text) for text in ("茶" * 70, "茶" * 71, "茶" * 134, "茶" * 135)] == [1, 2, 2, 3]
        assert [parts(text) for text in ("€" * 80, "€" * 81)] == [1, 2]
        assert parts("😀" * 35) == 1
        assert parts("😀" * 36) == 2


class TestPlainly:
    def test_writes_typographic_signs_where_they_alone_would_cost_a_part(self) -> None:
        assert plainly("C’est prêt – “oui”…") == "C’est prêt – “oui”…"  # ê is not in the alphabet, so nothing is won
        assert plainly("It’s ready – “yes”… 5\u00a0€") == 'It\'s ready - "yes"... 5 €'
        assert plainly("お荷物 – “はい”") == "お荷物 – “はい”"


class TestFitted:
    @given(st.text(max_size=1500), st.integers(1, 4))
    def test_is_never_longer_than_it_may_be(self, text: str, most: int) -> None:
        short = fitted(text, most=most)
        assert parts(short) <= most
        assert short == plainly(text) or short.endswith(("…", "..."))

    def test_keeps_what_fits(self) -> None:
        assert fitted("a" * 160, most=1) == "a" * 160
        assert fitted("word " * 60, most=1).endswith(" word...")

    def test_takes_letters_as_they_are(self) -> None:
        assert is_gsm("Größe Ñandu à Ø")
        assert not is_gsm("ż")
