"""Invitations of people who have an account already: a link that somebody else saw lets nobody in as them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.roles import OWNER, STAFF
from commerce.settings import Settings
from commerce.tables.team import memberships, users
from tests.conftest import Backroom, assembled
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.team.people import TEAM, browser, letters, member, submit, until_refused

ADA = "ada@example.com"


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


@pytest.fixture
def owner(backroom: Backroom, shop: Shop) -> Any:
    return member(backroom, shop)


@pytest.fixture
def ada(backroom: Backroom) -> Any:
    """The browser of somebody who owns another shop."""
    return member(backroom, backroom.shops.custom("tents", name="Tents"), OWNER, ADA)


def shown(owner: Any, mail: str = ADA) -> str:
    """The path of the link that is shown to who invites."""
    told = submit(owner, f"{TEAM}/invitations", mail=mail, role=STAFF).text
    return "/sign-in/" + told.split("/sign-in/")[1].split("<")[0]


def roles_of(backroom: Backroom, mail: str) -> list[str]:
    (user,) = [row for row in rows(backroom.process.database, users.users) if row.mail == mail]
    found = rows(backroom.process.database, memberships.memberships)
    return sorted(row.role for row in found if row.user_id == user.id)


class TestTheLinkThatIsShown:
    def test_lets_nobody_in_as_a_user_that_there_is(self, backroom: Backroom, owner: Any, ada: Any) -> None:
        link, thief = shown(owner), browser(backroom)
        assert thief.post(link).status_code == 403
        assert thief.get("/dashboard/").status_code == 302
        assert owner.post(link).status_code == 403
        assert "Tents" not in owner.get("/dashboard/account").text
        assert roles_of(backroom, ADA) == [OWNER]

    def test_lets_nobody_in_as_the_operator(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        member(backroom, shop, STAFF, ADA)
        with backroom.process.database.write() as db:
            user_id = users.ensure(db, mail=ADA, now=datetime.now(UTC))
            users.change(db, user_id, is_operator=True)
            memberships.leave(db, user_id=user_id, shop_id=shop.id)
        thief = browser(backroom)
        assert thief.post(shown(owner)).status_code == 403
        assert thief.get("/dashboard/operator").status_code == 302

    def test_still_works_for_who_signed_in_as_that_user(self, backroom: Backroom, owner: Any, ada: Any) -> None:
        link = shown(owner)
        assert browser(backroom).post(link).status_code == 403  # which uses nothing up
        assert ada.post(link).status_code == 302
        assert roles_of(backroom, ADA) == [OWNER, STAFF]


class TestTheLinkThatIsMailed:
    def test_lets_in_who_reads_the_mail(self, backroom: Backroom, owner: Any, ada: Any) -> None:
        shown(owner)
        (mailed,) = letters(backroom)
        new = browser(backroom)
        assert new.post(mailed).headers["Location"] == "/dashboard/"
        assert roles_of(backroom, ADA) == [OWNER, STAFF]
        assert new.get("/dashboard/account").status_code == 200


class TestWithAMailServer:
    @pytest.fixture
    def with_mail(self, settings: Settings) -> Iterator[Backroom]:
        yield from assembled(replace(settings, smtp_url="smtp://127.0.0.1:1"))

    def test_the_link_is_shown_to_nobody(self, with_mail: Backroom) -> None:
        owner = member(with_mail, with_mail.shops.custom(name="Lamps"))
        told = submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        assert told.status_code == 201
        assert "is invited" in told.text
        assert "/sign-in/" not in told.text


class TestInviting:
    def test_one_address_again_and_again_has_an_end(self, backroom: Backroom, owner: Any) -> None:
        form = {"mail": ADA, "role": STAFF}
        answers = until_refused(lambda _: submit(owner, f"{TEAM}/invitations", **form))
        assert answers[0] == 201
        assert answers[-1] == 429
