"""The words of messages: all of them in every language, and nothing that no message says."""

import re
from pathlib import Path

import pytest

from commerce.rules.notifications.kinds import KINDS
from integrations.channels import defaults, wording
from integrations.channels.liquid_places import mapped
from integrations.channels.wording import LANGUAGES, all_words, language_of

TEMPLATES = Path(defaults.__file__).parent / "templates"
OF_KINDS = {"subject", "heading", "text", "sms"}
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


def told(language: str) -> dict[tuple[str, str], str]:
    return {(kind, name): words for kind, named in all_words(language).items() for name, words in named.items()}


def variables(words: str) -> set[str]:
    return set(re.findall(r"[a-z_]+\.[a-z_]+|[a-z]+_url", "".join(_LIQUID.findall(words))))


class TestWords:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_complete(self, language: str) -> None:
        words = told(language)
        assert words.keys() == told("en").keys()
        assert {kind for kind, _ in words} == {*KINDS, "common"}
        assert all({name for kind, name in words if kind == each} == OF_KINDS for each in KINDS)
        assert [name for name, said in words.items() if not said.strip()] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_read_the_same_variables_in_each_language(self, language: str) -> None:
        own = {"customer.first_name", "customer.name", "order.number", "product.title"}  # grammar decides about these
        for name, said in told(language).items():
            assert variables(said) - own == variables(told("en")[name]) - own, name

    @pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
    def test_are_translated(self, language: str) -> None:
        english, words = told("en"), told(language)
        same = {
            name
            for name, said in words.items()
            if said == english[name] and re.search(r"[A-Za-z]{3}", mapped(_LIQUID.sub("", said), str.strip))
        }
        # Words that are the same there.
        assert {name for _, name in same} <= {"total", "subtotal", "item"}

    def test_are_all_said_somewhere(self) -> None:
        source = "".join(file.read_text() for file in TEMPLATES.rglob("*.mjml"))
        said = set(re.findall(r"\[\[(\w+)\]\]", source)) | {"why_order", "why_news", "why_merchant", "sms"}
        names = {name for _, name in told("en")}
        assert names - said == {"subject"} - said
        assert said - names == {"language", "direction", "start", "end", "why", "way_out", "preheader", "body"}

    def test_are_no_files_of_a_language_that_is_not_known(self) -> None:
        files = {file.stem for file in (Path(wording.__file__).parent / "words").glob("*.json")}
        assert files == set(LANGUAGES)


class TestALanguage:
    @pytest.mark.parametrize(
        ("tag", "language"),
        [("de-AT", "de"), ("pt_BR", "pt"), ("JA", "ja"), ("sv", "en"), ("", "en"), ("x-klingon", "en"), ("de", "de")],
    )
    def test_is_found_by_its_tag(self, tag: str, language: str) -> None:
        assert language_of(tag) == language

    def test_is_the_shops_where_we_do_not_speak_the_customers(self) -> None:
        assert language_of("sv", usual="de") == "de"


class TestPieces:
    def test_are_all_used(self) -> None:
        source = "".join(file.read_text() for file in TEMPLATES.rglob("*.mjml"))
        used = set(re.findall(r"\[\[> (\w+)\]\]", source)) | {"way_out"}
        assert used == {file.stem for file in (TEMPLATES / "pieces").glob("*.mjml")}
        assert {file.stem for file in (TEMPLATES / "bodies").glob("*.mjml")} == set(KINDS)
