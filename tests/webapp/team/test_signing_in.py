"""Users sign in with a link by mail, a password, a code; and nobody learns who is one."""

from typing import Any

import pyotp
import pytest
from sqlalchemy import update

from commerce.tables.team import attempts, letters, users
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.team.people import OWNER, browser, member, submit
from tests.webapp.team.people import letters as sent
from webapp.team import passwords

SIGN_IN, ACCOUNT = "/sign-in", "/dashboard/account"
SECRET = "correct horse battery"


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


def with_password(backroom: Backroom, shop: Shop) -> Any:
    client = member(backroom, shop)
    assert submit(client, f"{ACCOUNT}/password", page=ACCOUNT, password=SECRET).status_code == 302
    return client


def with_app(backroom: Backroom, shop: Shop) -> tuple[Any, str, list[str]]:
    """A member's browser, the secret of their app and their recovery codes."""
    client = with_password(backroom, shop)
    submit(client, f"{ACCOUNT}/app", page=ACCOUNT)
    page = client.get(ACCOUNT).text
    secret = page.split("Or type in: <code>")[1].split("</code>")[0]
    done = submit(client, f"{ACCOUNT}/app/confirm", page=ACCOUNT, code=pyotp.TOTP(secret).now())
    assert done.status_code == 200
    return client, secret, done.text.split("<pre")[1].split(">", 1)[1].split("</pre>")[0].split()


def forget_steps(backroom: Backroom) -> None:
    """As if the last code had been used long ago."""
    with backroom.process.database.write() as db:
        db.execute(update(users.users).values(totp_step=0))


class TestALinkByMail:
    def test_signs_in_once(self, backroom: Backroom, shop: Shop) -> None:
        member(backroom, shop)
        new = browser(backroom)
        answer = submit(new, f"{SIGN_IN}/mail", page=SIGN_IN, mail=f" {OWNER.upper()} ")
        assert "a link is on its way" in answer.text
        (link,) = sent(backroom)
        assert new.get(link).headers["Location"] == "/dashboard/"
        assert "Lamps" in new.get("/dashboard/").text
        assert browser(backroom).get(link).status_code == 403

    def test_is_promised_to_strangers_alike_and_not_sent(self, backroom: Backroom, shop: Shop) -> None:
        told = submit(browser(backroom), f"{SIGN_IN}/mail", page=SIGN_IN, mail="nobody@example.com")
        assert "a link is on its way" in told.text
        assert sent(backroom) == []

    def test_is_asked_for_twice_and_sent_once(self, backroom: Backroom, shop: Shop) -> None:
        member(backroom, shop)
        for _ in range(2):
            submit(browser(backroom), f"{SIGN_IN}/mail", page=SIGN_IN, mail=OWNER)
        assert len(sent(backroom)) == 1

    def test_needs_an_address(self, backroom: Backroom) -> None:
        assert submit(browser(backroom), f"{SIGN_IN}/mail", page=SIGN_IN, mail="grace").status_code == 422

    def test_is_not_sent_when_nobody_waits_for_it_any_more(self, backroom: Backroom, shop: Shop) -> None:
        member(backroom, shop)
        submit(browser(backroom), f"{SIGN_IN}/mail", page=SIGN_IN, mail=OWNER)
        with backroom.process.database.write() as db:
            long_ago = letters.letters.c.created_at
            (written,) = rows(backroom.process.database, letters.letters)
            db.execute(update(letters.letters).values({long_ago: written.created_at - letters.GIVEN_UP_AFTER}))
        assert sent(backroom) == []
        (written,) = rows(backroom.process.database, letters.letters)
        assert (written.state, "ask again" in written.words) == (letters.FAILED, True)


class TestAPassword:
    def test_signs_in(self, backroom: Backroom, shop: Shop) -> None:
        with_password(backroom, shop)
        new = browser(backroom)
        told = submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
        assert told.headers["Location"] == "/dashboard/"
        assert new.get("/dashboard/").status_code == 200

    @pytest.mark.parametrize("mail", [OWNER, "nobody@example.com", "no address", ""])
    def test_that_is_wrong_is_refused_in_the_same_words(self, backroom: Backroom, shop: Shop, mail: str) -> None:
        with_password(backroom, shop)
        told = submit(browser(backroom), f"{SIGN_IN}/password", page=SIGN_IN, mail=mail, password="wrong")
        assert told.status_code == 403
        assert "do not go together" in told.text
        refused = [row for row in rows(backroom.process.database, attempts.attempts) if not row.is_in]
        assert len(refused) == 1

    def test_is_stored_as_a_hash(self, backroom: Backroom, shop: Shop) -> None:
        with_password(backroom, shop)
        (user,) = rows(backroom.process.database, users.users)
        assert user.password_hash.startswith("$argon2id$")

    def test_of_nobody_is_no_empty_one(self) -> None:
        assert not passwords.is_password("", "")

    @pytest.mark.parametrize("password", ["short", "a" * 12, "x" * 201])
    def test_that_is_weak_is_not_taken(self, backroom: Backroom, shop: Shop, password: str) -> None:
        client = member(backroom, shop)
        assert submit(client, f"{ACCOUNT}/password", page=ACCOUNT, password=password).status_code == 422

    def test_is_changed_by_who_knows_it_and_ends_other_browsers(self, backroom: Backroom, shop: Shop) -> None:
        client, other = with_password(backroom, shop), member(backroom, shop)
        wrong = submit(client, f"{ACCOUNT}/password", page=ACCOUNT, current="no", password="another long one")
        assert wrong.status_code == 403
        submit(client, f"{ACCOUNT}/password", page=ACCOUNT, current=SECRET, password="another long one")
        assert client.get(ACCOUNT).status_code == 200
        assert other.get(ACCOUNT).status_code == 302


class TestACode:
    def test_is_asked_for_whatever_the_way_in(self, backroom: Backroom, shop: Shop) -> None:
        _, secret, _ = with_app(backroom, shop)
        forget_steps(backroom)
        new = browser(backroom)
        told = submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
        assert told.headers["Location"] == "/sign-in/code"
        assert new.get("/dashboard/").status_code == 302
        wrong = submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code="000000x")
        assert wrong.status_code == 403
        done = submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code=pyotp.TOTP(secret).now())
        assert done.headers["Location"] == "/dashboard/"
        assert new.get("/dashboard/").status_code == 200
        submit(browser(backroom), f"{SIGN_IN}/mail", page=SIGN_IN, mail=OWNER)
        assert browser(backroom).get(sent(backroom)[-1]).headers["Location"] == "/sign-in/code"

    def test_is_taken_once(self, backroom: Backroom, shop: Shop) -> None:
        _, secret, _ = with_app(backroom, shop)
        forget_steps(backroom)
        code = pyotp.TOTP(secret).now()
        found = []
        for _ in range(2):
            new = browser(backroom)
            submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
            found.append(submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code=code).status_code)
        assert found == [302, 403]

    def test_for_recovery_is_taken_once(self, backroom: Backroom, shop: Shop) -> None:
        _, _, codes = with_app(backroom, shop)
        assert len(codes) == passwords.RECOVERY_CODES
        found = []
        for code in (codes[0], codes[0], codes[1]):
            new = browser(backroom)
            submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
            found.append(submit(new, f"{SIGN_IN}/code", page=f"{SIGN_IN}/code", code=code.upper()).status_code)
        assert found == [302, 403, 302]

    def test_without_a_proof_before_it_is_asked_of_nobody(self, backroom: Backroom, shop: Shop) -> None:
        with_app(backroom, shop)
        assert browser(backroom).get(f"{SIGN_IN}/code").headers["Location"] == "/sign-in"
        assert submit(browser(backroom), f"{SIGN_IN}/code", page=SIGN_IN, code="1").status_code == 403

    def test_is_not_asked_for_any_more_once_switched_off(self, backroom: Backroom, shop: Shop) -> None:
        client, _, codes = with_app(backroom, shop)
        assert submit(client, f"{ACCOUNT}/app/remove", page=ACCOUNT, code="wrong").status_code == 422
        assert submit(client, f"{ACCOUNT}/app/remove", page=ACCOUNT, code=codes[0]).status_code == 302
        new = browser(backroom)
        told = submit(new, f"{SIGN_IN}/password", page=SIGN_IN, mail=OWNER, password=SECRET)
        assert told.headers["Location"] == "/dashboard/"


class TestABrowser:
    def test_is_signed_out_from_another(self, backroom: Backroom, shop: Shop) -> None:
        mine, other = member(backroom, shop), member(backroom, shop)
        page = mine.get(ACCOUNT).text
        (path,) = [one.split('"')[0] for one in page.split('action="') if "/sessions/" in one.split('"')[0]]
        submit(mine, path, page=ACCOUNT)
        assert other.get("/dashboard/").status_code == 302
        assert mine.get("/dashboard/").status_code == 200

    def test_that_signed_out_is_not_signed_in_by_its_old_cookie(self, backroom: Backroom, shop: Shop) -> None:
        mine = member(backroom, shop)
        cookie = mine.get_cookie("backroom")
        submit(mine, "/dashboard/sign-out")
        mine.set_cookie("backroom", cookie.value)
        assert mine.get("/dashboard/").status_code == 302

    def test_of_another_user_is_not_ended(self, backroom: Backroom, shop: Shop) -> None:
        mine, theirs = member(backroom, shop), member(backroom, shop, mail="ada@example.com")
        for number in range(1, 6):
            if "This one" not in str(number):
                submit(mine, f"{ACCOUNT}/sessions/{number}/end", page=ACCOUNT)
        assert theirs.get("/dashboard/").status_code == 200

    def test_of_the_operator_has_no_account(self, backroom: Backroom, shop: Shop) -> None:
        from tests.signed_in import as_operator  # noqa: PLC0415

        client = as_operator(browser(backroom))
        assert "no account of your own" in client.get(ACCOUNT).text
        assert submit(client, f"{ACCOUNT}/password", page=ACCOUNT, password=SECRET).status_code == 409
