"""Letters to who works with the dashboard: what they say, and in which language."""

import email
import email.policy
from string import Formatter
from typing import Any

import pytest

from commerce.rules.roles import ROLES, STAFF
from commerce.tables.team import users
from jobs import letter_words
from jobs.letter_words import Words, words_of
from tests.conftest import Backroom
from tests.shops import Shop
from tests.webapp.team.people import OWNER, TEAM, browser, letters, member, submit

ADA, NAME = "ada@example.com", "Lamps & {co}"
ENGLISH, GERMAN = words_of("en"), words_of("de")


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name=NAME)


def written(backroom: Backroom) -> tuple[str, str, str]:
    """The only letter: whom it is to, its subject and what it says."""
    assert len(letters(backroom)) == 1
    (file,) = (backroom.settings.var_dir / "outbox").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body: Any = mail.get_body(("plain",))
    return mail["To"], mail["Subject"], body.get_content()


def ask_for_a_link(backroom: Backroom, speaks: str) -> None:
    client = browser(backroom)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = speaks
    assert submit(client, "/sign-in/mail", page="/sign-in", mail=OWNER).status_code == 200


def set_language(backroom: Backroom, language: str, mail: str = OWNER) -> None:
    with backroom.process.database.write() as db:
        users.change(db, users.by_mail(db, mail).id, language=language)  # type: ignore[union-attr]


class TestALinkToSignIn:
    @pytest.mark.parametrize(
        ("chosen", "speaks", "words"),
        [("", "fr", ENGLISH), ("", "de-AT", GERMAN), ("de", "en", GERMAN), ("en", "de", ENGLISH)],
    )
    def test_is_sent_in_the_users_language_or_that_of_the_page(
        self, backroom: Backroom, shop: Shop, chosen: str, speaks: str, words: Words
    ) -> None:
        member(backroom, shop)
        set_language(backroom, chosen)
        ask_for_a_link(backroom, speaks)
        to, subject, text = written(backroom)
        assert (to, subject) == (OWNER, words.link_subject)
        assert text.startswith(words.link)
        assert text.strip().endswith(words.link_warning)


class TestAnInvitation:
    @pytest.mark.parametrize(("speaks", "words"), [("en", ENGLISH), ("de", GERMAN)])
    def test_is_in_the_language_of_who_invites(self, backroom: Backroom, shop: Shop, speaks: str, words: Words) -> None:
        owner = member(backroom, shop)
        set_language(backroom, speaks)
        submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        to, subject, text = written(backroom)
        assert (to, subject) == (ADA, words.invitation_subject.format(shop=NAME))
        assert text.startswith(words.invitation.format(by=OWNER, shop=NAME, role=words.roles[STAFF]))
        assert text.strip().endswith(words.invitation_warning)

    def test_is_in_that_of_who_is_invited_where_it_is_known(self, backroom: Backroom, shop: Shop) -> None:
        owner = member(backroom, shop)
        member(backroom, backroom.shops.custom("tents"), mail=ADA)
        set_language(backroom, "de", ADA)
        submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        assert written(backroom)[1] == GERMAN.invitation_subject.format(shop=NAME)


class TestWords:
    def test_are_filled_in_with_the_same_in_every_language(self) -> None:
        for name in ("link_subject", "link", "link_warning", "invitation_subject", "invitation", "invitation_warning"):
            slots = [{slot for _, slot, _, _ in Formatter().parse(getattr(words, name))} for words in (ENGLISH, GERMAN)]
            assert slots[0] == slots[1], name

    def test_name_every_role(self) -> None:
        assert set(ENGLISH.roles) == set(GERMAN.roles) == set(ROLES)

    def test_are_english_where_a_language_is_not_spoken(self) -> None:
        assert letter_words.words_of("", "xx") is ENGLISH
        assert ENGLISH is not GERMAN
