"""Staff do the daily work. What leads out of the shop, and people's data, is its owners'."""

from datetime import UTC, datetime

import pytest

from commerce.rules.roles import READ_ONLY, STAFF
from commerce.tables.team import attempts, audit, memberships
from commerce.tables.team.sessions import WOOCOMMERCE
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.team.people import TEAM, browser, letters, member, submit

ADA = "ada@example.com"
# Where keys and people's data go, and who may be in: as the page of the team says.
OWNERS = (
    *("keys", "keys/1/revoke", "team/invitations", "team/members/1/role", "customers/1/erase", "privacy/1/sent"),
    *("webhooks-out/new", "webhooks-out/1/edit", "webhooks-out/1/rotate", "webhooks-out/1/remove"),
    *("carriers/dhl", "carriers/dhl/remove", "notifications/settings", "cache/cdn"),
    *("orders/settings/call-outs", "orders/settings/call-outs/x/remove", "orders/settings/secret"),
)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


class TestStaff:
    @pytest.mark.parametrize("path", OWNERS)
    def test_do_not_what_is_the_owners(self, backroom: Backroom, shop: Shop, path: str) -> None:
        staff = member(backroom, shop, STAFF)
        answer = submit(staff, f"/dashboard/{path}", page="/dashboard/account")
        assert answer.status_code == 403, answer.status_code
        assert "Only owners of this shop" in answer.text

    def test_do_the_daily_work(self, backroom: Backroom, shop: Shop) -> None:
        staff = member(backroom, shop, STAFF)
        for path in ("test-event", "needs/queue?number=1", "search/check"):
            assert submit(staff, f"/dashboard/{path}", page="/dashboard/account", number="1").status_code != 403


class TestJoining:
    def test_is_in_the_audit_log(self, backroom: Backroom, shop: Shop) -> None:
        submit(member(backroom, shop), f"{TEAM}/invitations", mail=ADA, role=STAFF)
        (link,) = letters(backroom)
        browser(backroom).post(link)
        entry = rows(backroom.process.database, audit.audit)[-1]
        assert (entry.actor, entry.shop_id, entry.status) == (ADA, shop.id, 302)
        assert entry.detail == {"role": STAFF}
        assert "Join a shop" in member(backroom, shop).get("/dashboard/audit").text


class TestTakingAlong:
    @pytest.mark.parametrize("path", ["orders/orders.csv", "customers/customers.csv", "parcels/parcels.csv"])
    def test_is_in_the_audit_log(self, backroom: Backroom, shop: Shop, path: str) -> None:
        assert member(backroom, shop, STAFF, ADA).get(f"/dashboard/{path}").status_code == 200
        (entry,) = rows(backroom.process.database, audit.audit)
        assert (entry.actor, entry.shop_id, entry.status) == (ADA, shop.id, 200)
        assert "Take along" in member(backroom, shop).get("/dashboard/audit").text

    def test_that_is_refused_is_not(self, backroom: Backroom, shop: Shop) -> None:
        assert member(backroom, shop, READ_ONLY).get("/dashboard/orders/orders.csv").status_code == 403
        assert rows(backroom.process.database, audit.audit) == []


class TestTheLogOfSignIns:
    def test_says_nothing_of_a_members_other_shops(self, backroom: Backroom, shop: Shop) -> None:
        member(backroom, shop, STAFF, ADA)
        other = backroom.shops.custom("tents", name="Tents")
        (ada,) = rows(backroom.process.database, memberships.memberships)
        where = {"how": WOOCOMMERCE, "is_in": True, "shop_id": other.id, "address": "192.0.2.1", "agent": ""}
        with backroom.process.database.write() as db:
            attempts.note(db, **where, user_id=ada.user_id, now=datetime.now(UTC))
        with backroom.process.database.read() as db:
            assert attempts.of_shop(db, shop_id=shop.id, limit=9) == []
            assert len(attempts.of_shop(db, shop_id=other.id, limit=9)) == 1

    def test_begins_for_a_member_when_they_joined(self, backroom: Backroom, shop: Shop) -> None:
        other = backroom.shops.custom("tents", name="Tents")
        member(backroom, other, STAFF, ADA)
        submit(browser(backroom), "/sign-in/mail", page="/sign-in", mail=ADA)
        (link,) = letters(backroom)
        browser(backroom).get(link)
        member(backroom, shop, STAFF, ADA)
        with backroom.process.database.read() as db:
            assert attempts.of_shop(db, shop_id=shop.id, limit=9) == []
            assert len(attempts.of_shop(db, shop_id=other.id, limit=9)) == 1
