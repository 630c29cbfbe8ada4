"""Pieces of HTML from merchants' templates: whatever a template asks for, it holds nobody up."""

import time
from typing import Any

import pytest

from integrations import bounded_liquid
from webapp.reading import fragments

PRODUCT: dict[str, Any] = {"title": "Kestrel <b>", "description": "<p>A tent</p><script>x</script>" * 50}


def made(source: str) -> str:
    """What a template makes of a product."""
    return fragments.render(source, {"product": PRODUCT})


class TestRender:
    def test_escapes_and_cleans(self) -> None:
        assert made("{{ product.title }}") == "Kestrel &lt;b&gt;"
        assert "script" not in made("{{ product.description_html }}")

    def test_has_ranges_loops_and_filters(self) -> None:
        assert made("{% for i in (1..3) %}{{ i | times: 2 }},{% endfor %}") == "2,4,6,"
        assert made("{{ 'a-b' | split: '-' | join: '+' | replace: 'a', 'c' }}") == "c+b"

    @pytest.mark.parametrize(
        "source",
        [
            "{% for i in (1..1000000000) reversed %}{% break %}{% endfor %}",
            "{{ (1..1000000000) | join: ',' | size }}",
            "{{ (1..1000000000) | reverse | size }}",
            "{{ product.description | replace: '', product.description | replace: '', product.description }}",
            "{% assign n = 9 %}{% for i in (1..40) %}{% assign n = n | times: n %}{% endfor %}{{ n }}",
            "{% assign a = product.description | split: '' %}{{ a | join: product.description }}",
        ],
    )
    def test_refuses_at_once_what_would_be_too_much(self, source: str) -> None:
        began = time.thread_time()
        with pytest.raises(fragments.UnableToRender):
            made(source)
        assert time.thread_time() - began < 0.5

    @pytest.mark.parametrize("inside", ["{{ nothing }}" * 20, "{% assign a = product.description | upcase | size %}"])
    def test_ends_what_takes_too_long(self, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bounded_liquid, "SECONDS", 0.05)
        began = time.thread_time()
        with pytest.raises(fragments.UnableToRender, match="too long"):
            made("{% for i in (1..300) %}{% for j in (1..300) %}" + inside + "{% endfor %}{% endfor %}")
        assert time.thread_time() - began < 0.5

    def test_names_faults_that_are_not_liquids_own(self) -> None:
        with pytest.raises(fragments.UnableToRender):
            made("{{ product.title | slice: '9999999999999999999999' }}{{ 'x' | divided_by: 0 }}")
