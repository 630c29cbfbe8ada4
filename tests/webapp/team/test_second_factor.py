"""The second factor holds against who has only the first, or sits at somebody's open browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from commerce.tables.team import attempts, users
from commerce.tables.team.sessions import PASSWORD
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.team.people import OWNER, browser, submit, until_refused
from tests.webapp.team.test_signing_in import ACCOUNT, SECRET, SIGN_IN, forget_steps, with_app, with_password


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


def sealed(backroom: Backroom) -> Any:
    (user,) = rows(backroom.process.database, users.users)
    return user.totp_sealed, user.recovery_hashes


class TestAnAppThatIsUsed:
    def test_gives_way_to_no_other_one_without_a_code(self, backroom: Backroom, shop: Shop) -> None:
        client, _, _ = with_app(backroom, shop)
        before = sealed(backroom)
        assert submit(client, f"{ACCOUNT}/app", page=ACCOUNT).status_code == 409
        assert submit(client, f"{ACCOUNT}/app/confirm", page=ACCOUNT, code="000000").status_code != 200
        assert sealed(backroom) == before

    def test_gives_way_to_none_that_was_begun_in_another_browser_before(self, backroom: Backroom, shop: Shop) -> None:
        thief = with_password(backroom, shop)
        submit(thief, f"{ACCOUNT}/app", page=ACCOUNT)
        secret = thief.get(ACCOUNT).text.split("Or type in: <code>")[1].split("</code>")[0]
        with backroom.process.database.write() as db:
            (user,) = rows(backroom.process.database, users.users)
            kept = backroom.parts.vault.seal(pyotp.random_base32())
            users.change(db, user.id, totp_sealed=kept)
        told = submit(thief, f"{ACCOUNT}/app/confirm", page=ACCOUNT, code=pyotp.TOTP(secret).now())
        assert told.status_code == 409
        assert sealed(backroom)[0] == kept


class TestGuessing:
    def test_a_code_to_be_rid_of_the_app_has_an_end(self, backroom: Backroom, shop: Shop) -> None:
        client, _, _ = with_app(backroom, shop)
        path = f"{ACCOUNT}/app/remove"
        answers = until_refused(lambda number: submit(client, path, page=ACCOUNT, code=f"x{number}"))
        assert answers[0] == 422
        assert answers[-1] == 429

    def test_a_code_has_an_end_also_over_a_day(self, backroom: Backroom, shop: Shop) -> None:
        _, secret, _ = with_app(backroom, shop)
        forget_steps(backroom)
        (user,) = rows(backroom.process.database, users.users)
        where = {"how": PASSWORD, "is_in": False, "why": "The code was wrong.", "address": "192.0.2.1", "agent": ""}
        for hours in (23, 1):
            with backroom.process.database.write() as db:
                for _ in range(25):
                    attempts.note(db, **where, user_id=user.id, now=datetime.now(UTC) - timedelta(hours=hours))
        new = browser(backroom)
        submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
        told = submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code=pyotp.TOTP(secret).now())
        assert told.status_code == 429
        with backroom.process.database.write() as db:
            attempts.forget(db, before=datetime.now(UTC) - timedelta(hours=2))
        told = submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code=pyotp.TOTP(secret).now())
        assert told.status_code == 302

    def test_links_has_an_end_and_fills_no_log(self, backroom: Backroom) -> None:
        new = browser(backroom)
        answers = until_refused(lambda number: new.post(f"{SIGN_IN}/guess{number}"))
        assert (answers[0], answers[-1]) == (403, 429)
        assert len(rows(backroom.process.database, attempts.attempts)) == answers.count(403)

    def test_the_present_password_has_an_end(self, backroom: Backroom, shop: Shop) -> None:
        client, path = with_password(backroom, shop), f"{ACCOUNT}/password"
        form = {"current": "wrong", "password": "another long one"}
        answers = until_refused(lambda _: submit(client, path, page=ACCOUNT, **form))
        assert answers[0] == 403
        assert answers[-1] == 429

    def test_a_code_that_is_not_asked_for_any_more_is_wrong(self, backroom: Backroom, shop: Shop) -> None:
        with_app(backroom, shop)
        forget_steps(backroom)
        new = browser(backroom)
        submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
        with backroom.process.database.write() as db:
            (user,) = rows(backroom.process.database, users.users)
            users.change(db, user.id, totp_sealed="", recovery_hashes=[])
        told = submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code="123456")
        assert told.status_code == 403
