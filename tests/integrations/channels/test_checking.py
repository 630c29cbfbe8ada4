"""What a merchant cannot save, and what they are told instead."""

import re
from time import process_time

import pytest

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import KINDS
from integrations.channels import samples
from integrations.channels.checking import checked, complaints
from integrations.channels.defaults import usual
from integrations.channels.wording import LANGUAGES


def section(inner: str) -> str:
    return f"<mj-section><mj-column><mj-text>{inner}</mj-text></mj-column></mj-section>"


def whole(inner: str) -> str:
    return f"<mjml><mj-body>{section(inner)}</mj-body></mjml>"


def of(body: str, *, subject: str = "Hello", kind: str = "order_confirmation") -> list[str]:
    return checked(subject, body, kind=kind, language="en", brand=Brand(name="x"))


class TestATemplate:
    @pytest.mark.parametrize("kind", KINDS)
    def test_that_is_the_usual_one_can_be_saved(self, kind: str) -> None:
        for language in (LANGUAGES[0], "ar") if kind != "order_confirmation" else LANGUAGES:
            assert complaints(usual(kind, language), brand=samples.brand(language)) == []

    @pytest.mark.parametrize(
        "body",
        [
            section("Hello {{ customer.first_name | upcase | default: 'you' }}, {{ order.number }}"),
            section("{% for line in order.lines %}{{ line.title }} {{ line.total | money }}{% endfor %}"),
            section("{{ order.lines.first.title }} {{ order.lines[0].quantity }} {{ order.lines.size }}"),
            section("{% if order.total.amount > 5000 and order.discount.amount < 1 %}big{% endif %}"),
            section("{{ order['number'] }} {{ order.placed_at | date: '%Y' }} {{ order.placed_at | day }}"),
            section("{% assign who = customer %}{{ who.name }} {{ brand.color }} {{ language }}"),
            "{% if order.url != '' %}" + section("there") + "{% endif %}" + section("always"),
            section("x</mj-text>{% for line in order.lines %}<mj-text>{{ line.title }}</mj-text>{% endfor %}<mj-text>"),
            whole("{{ order.number }}"),
        ],
    )
    def test_that_is_sound_can_be_saved(self, body: str) -> None:
        assert of(body) == []

    @pytest.mark.parametrize(
        ("body", "complaint"),
        [
            ("", "is empty"),
            ("hello", "text needs <mj-text>"),
            ("<mj-section>", "not closed"),
            ("</mj-section>", "not closed|not opened"),
            ("<mj-sektion></mj-sektion>", "<mj-sektion> is not an element"),
            ("<mj-include path='/etc/passwd' />", "<mj-include> is not an element"),
            (section("<b>bold"), "not MJML"),
            (section("{% if %}"), "not Liquid"),
            (section("{% if order.number %}"), "not Liquid"),
            (section("{% include 'x' %}"), "unexpected tag 'include'"),
            (section("{{ order.nmber }}"), "order.nmber }} is not known"),
            (section("{% if false %}{{ nothing }}{% endif %}"), "nothing }} is not known here"),
            (section("{{ shipment.carrier }}"), "shipment }} is not known here"),
            (section("{% for line in order.lines %}{{ line.titel }}{% endfor %}"), "line.titel is undefined"),
            (section("{{ order.number | shout }}"), "no filter “shout”"),
            (section("{{ order.note | safe }}"), "no filter “safe”"),
            (section("{{ 1 | divided_by: 0 }}"), "goes wrong"),
            (section("{% for i in (1..1000000000) %}x{% endfor %}"), "a range is too long"),
            (section("{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}"), "iteration limit"),
            (section("x" * 100_001), "longer than 100 kB"),
            (section("{% for i in (1..9000) %}0123456789abcdef{% endfor %}"), "Gmail cuts"),
            (section("<script>alert(1)</script>"), "cannot be used"),
            (section('<a href="javascript:x()">x</a>'), "cannot be used"),
            (section('<img src="x" onerror="x()" />'), "cannot be used"),
            ("<mjml><mj-head>{{ order.number }}</mj-head><mj-body></mj-body></mjml>", "no Liquid can"),
        ],
    )
    def test_that_would_go_wrong_cannot(self, body: str, complaint: str) -> None:
        found = of(body)
        assert found
        assert re.search(complaint, " ".join(found)), found

    @pytest.mark.parametrize("opens", ["{{", "{%", "<!--", "{{ '", '<a "', "<a '", "<b", "{{{%<!--"])
    def test_takes_no_time_where_nothing_is_ever_closed(self, opens: str) -> None:
        """Looking for the end from each beginning takes a minute for what fits into one template."""
        many = opens * (90_000 // len(opens))
        began = process_time()
        assert of(f"<mjml><mj-body><mj-section><mj-column><mj-text>{many}")
        assert of(whole(many))
        assert process_time() - began < 3

    def test_needs_a_subject_that_says_something(self) -> None:
        assert "The subject is empty." in of(section("x"), subject=" ")
        assert any(
            "The subject is empty with" in found for found in of(section("x"), subject="{{ customer.first_name }}")
        )
        assert any("longer than" in found for found in of(section("x"), subject="x" * 501))

    def test_that_is_commercial_needs_a_way_out_wherever_it_is(self) -> None:
        assert of(section("x"), kind="back_in_stock") == []
        assert of(whole("x"), kind="back_in_stock") == ["A commercial message needs a link to {{ unsubscribe_url }}."]
        hidden = whole('{% if false %}<a href="{{ unsubscribe_url }}">x</a>{% endif %}')
        assert "is missing" in of(hidden, kind="back_in_stock")[0]
        assert of(whole('<a href="{{ unsubscribe_url }}">x</a>'), kind="back_in_stock") == []
