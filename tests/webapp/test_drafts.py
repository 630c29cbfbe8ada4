"""Versions of templates, compared line by line."""

from time import process_time

from integrations.channels.defaults import Template
from webapp.notifications import drafts


def template(body: str, subject: str = "Hello") -> Template:
    return Template(kind="order_paid", language="en", subject=subject, body=body)


class TestCompared:
    def test_says_what_is_gone_and_what_is_new(self) -> None:
        told = drafts.compared(template("one\ntwo\nthree"), template("one\n2\nthree\nfour"))
        assert told == [
            ("same", "— Body —"),
            ("same", "  one"),
            ("gone", "- two"),
            ("new", "+ 2"),
            ("same", "  three"),
            ("new", "+ four"),
        ]

    def test_says_nothing_of_what_is_the_same(self) -> None:
        assert drafts.compared(template("one"), template("one")) == []
        assert [kind for kind, _ in drafts.compared(template("one", "A"), template("one", "B"))] == [
            "same", "gone", "new"
        ]  # fmt: skip

    def test_takes_no_time_where_every_line_changed_a_little(self) -> None:
        """Looking for the line that is most alike took three minutes for 800 of them."""
        before = "\n".join(f"Line number {n} of a template with words" for n in range(800))
        after = "\n".join(f"Line nomber {n * 7 % 800} of this template with wards" for n in range(800))
        began = process_time()
        assert len(drafts.compared(template(before), template(after))) == 1601
        assert process_time() - began < 2

    def test_takes_no_time_where_lines_repeat(self) -> None:
        began = process_time()
        drafts.compared(template("\nx" * 20_000), template("\n\nx" * 20_000))
        drafts.compared(template("a\nb\n" * 900), template("b\na\nc\n" * 600))
        assert process_time() - began < 2
