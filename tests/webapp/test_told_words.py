"""What the floors below say in English, and pages say in their language: every such text is marked."""

from functools import cache
from pathlib import Path

import pytest

from commerce.rules.notifications import states
from commerce.rules.notifications.kinds import KINDS
from commerce.rules.notifications.windows import WEEKDAYS, minutes_of
from commerce.rules.outgoing import names, tries
from integrations.channels import sms
from integrations.receivers import LONGEST_URL, wrong_url
from webapp import reason_words
from webapp.notifications import words as of_notifications
from webapp.outgoing import words as of_outgoing

_CODE = Path(__file__).resolve().parents[2]


def _marked(texts: tuple[str, ...]) -> list[str]:
    return [str(text) for text in texts]


@cache
def _code() -> str:
    """All that stands below the pages, and what they store."""
    below = [file for folder in ("commerce", "integrations", "jobs", "webapp/doors") for file in _files(folder)]
    return "".join(file.read_text() for file in (*below, _CODE / "webapp/views/suppressions.py"))


def _files(folder: str) -> list[Path]:
    return [*(_CODE / folder).rglob("*.py")]


def _said() -> set[str]:
    """What has a value in it that is always the same."""
    found = {*sms.complaints("{}"), *sms.complaints("x" * (sms.LONGEST_BODY + 1)), *sms.complaints("[]")}
    found.add(wrong_url("https://example.com/" + "a" * LONGEST_URL, allow_private_hosts=True))
    for text in ("", "24:01"):
        with pytest.raises(ValueError, match="a time") as told:
            minutes_of(text)
        found.add(str(told.value))
    return found


class TestWordsOfRules:
    def test_of_notifications_are_all_marked(self) -> None:
        assert sorted(_marked(of_notifications.TITLES)) == sorted(kind.title for kind in KINDS.values())
        assert _marked(of_notifications.DAYS) == list(WEEKDAYS)
        assert {state: str(title) for state, title in of_notifications.STATES.items()} == states.TITLES

    def test_of_outgoing_webhooks_are_all_marked(self) -> None:
        assert sorted(_marked(of_outgoing.EVENTS)) == sorted(names.EVENTS.values())
        assert _marked(of_outgoing.NOUNS) == [noun.capitalize() for noun in names.NOUNS]
        assert set(_marked(of_outgoing.WAITS)) == {wait for _, wait, _ in tries.published()}


class TestReasons:
    @pytest.mark.parametrize("name", [name for name in vars(reason_words) if name.startswith("OF_")])
    def test_are_said_somewhere(self, name: str) -> None:
        texts = _marked(getattr(reason_words, name))
        lost = [text for text in texts if text not in _said() and f'{_begin(name, text)}"' not in _code()]
        assert lost == []


def _begin(name: str, text: str) -> str:
    """As it stands in code; what is stored of suppressions begins with a small letter."""
    return f'"{text[0].lower()}{text[1:]}' if name == "OF_SUPPRESSIONS" else f'"{text}'
