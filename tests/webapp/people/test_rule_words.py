"""Every word that the rules of segments and people have can be said in the page's language."""

from commerce.rules.people.own_fields import TYPES
from commerce.rules.people.suggestions import REASONS
from commerce.rules.search_settings import LANGUAGES
from commerce.rules.segments import rfm
from commerce.rules.segments.fields import CUSTOM_TYPES, DATE, FIELDS, OPERATORS, Declared
from commerce.rules.segments.ready import ready_made
from commerce.rules.tracking import STATUSES
from webapp.people import rule_words, segment_form, words
from webapp.search import settings_form


def _told(listed: tuple[str, ...]) -> set[str]:
    return {str(word) for word in listed}


class TestSegments:
    def test_fields(self) -> None:
        assert {field.label for field in FIELDS.values()} == _told(rule_words.FIELDS)

    def test_operators(self) -> None:
        known = {one.label for operators in OPERATORS.values() for one in operators.values()}
        assert known == _told(rule_words.OPERATORS)

    def test_operators_of_a_field_keep_their_names(self) -> None:
        shown = segment_form.operators_of(FIELDS["tags"])
        assert [one.name for one in shown] == list(OPERATORS["tags"])

    def test_groups(self) -> None:
        assert {text for group in rfm.GROUPS for text in (group.label, group.text)} == _told(rule_words.GROUPS)

    def test_ready_made_ones(self) -> None:
        ready = ready_made({"birthday": Declared(type=DATE, label="Birthday")})
        known = _told(rule_words.READY_MADE) | _told(rule_words.GROUPS)
        assert {text for one in ready for text in (one.name, one.text)} <= known


class TestPeople:
    def test_types_of_own_fields(self) -> None:
        assert set(TYPES) == set(CUSTOM_TYPES)
        assert set(TYPES.values()) == _told(rule_words.TYPES)

    def test_reasons(self) -> None:
        for reason, told in REASONS.items():
            assert words.alike([reason]) == told
        assert words.alike(REASONS) == " and ".join(REASONS.values())

    def test_states_of_parcels(self) -> None:
        assert {status.replace("_", " ") for status in STATUSES} <= _told(words.PARCELS)


class TestSearch:
    def test_languages_of_products(self) -> None:
        assert {name.capitalize() for name in LANGUAGES} == _told(settings_form.LANGUAGE_WORDS)
