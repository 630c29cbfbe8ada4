"""The shop's team: invitations, roles and what they may do, leaving, and browsers."""

from typing import Any

import pytest

from commerce.rules.roles import OWNER, READ_ONLY, STAFF
from commerce.tables.team import audit, memberships
from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_operator, as_shops
from tests.stored import rows
from tests.webapp.team.people import TEAM, browser, letters, member, submit
from webapp import guards

ADA = "ada@example.com"


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


@pytest.fixture
def owner(backroom: Backroom, shop: Shop) -> Any:
    return member(backroom, shop)


class TestAnInvitation:
    def test_makes_a_member_of_who_accepts_it(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        told = submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        assert told.status_code == 201
        (link,) = letters(backroom)
        ada = browser(backroom)
        assert "Join Lamps" in ada.get(link).text
        assert ada.get("/dashboard/").status_code == 302  # reading it accepts nothing
        assert ada.post(link).headers["Location"] == "/dashboard/"
        assert "Lamps" in ada.get("/dashboard/").text
        assert {row.role for row in rows(backroom.process.database, memberships.memberships)} == {OWNER, STAFF}
        assert browser(backroom).post(link).status_code == 403

    def test_shows_a_link_for_who_has_no_mail(self, backroom: Backroom, owner: Any) -> None:
        told = submit(owner, f"{TEAM}/invitations", mail=ADA, role=READ_ONLY).text
        link = "/sign-in/" + told.split("/sign-in/")[1].split("<")[0]
        assert browser(backroom).post(link).status_code == 302

    def test_that_is_withdrawn_is_void_with_all_its_links(self, backroom: Backroom, owner: Any) -> None:
        told = submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF).text
        (row,) = rows(backroom.process.database, memberships.invitations)
        (mailed,) = letters(backroom)
        submit(owner, f"{TEAM}/invitations/{row.id}/withdraw")
        shown = "/sign-in/" + told.split("/sign-in/")[1].split("<")[0]
        for link in (mailed, shown):
            assert browser(backroom).get(link).status_code == 403
            assert browser(backroom).post(link).status_code == 403

    def test_of_a_member_is_refused(self, owner: Any) -> None:
        assert submit(owner, f"{TEAM}/invitations", mail="grace@example.com", role=STAFF).status_code == 409

    @pytest.mark.parametrize("form", [{"mail": "ada", "role": STAFF}, {"mail": ADA, "role": "king"}, {}])
    def test_that_makes_no_sense_is_refused(self, owner: Any, form: dict[str, str]) -> None:
        assert submit(owner, f"{TEAM}/invitations", **form).status_code == 422

    def test_gives_nobody_less_than_they_have(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        told = submit(owner, f"{TEAM}/invitations", mail=ADA, role=READ_ONLY).text
        member(backroom, shop, OWNER, ADA)  # meanwhile
        browser(backroom).post("/sign-in/" + told.split("/sign-in/")[1].split("<")[0])
        assert {row.role for row in rows(backroom.process.database, memberships.memberships)} == {OWNER}


class TestRoles:
    def test_decide_what_is_changed(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        staff, reader = member(backroom, shop, STAFF, ADA), member(backroom, shop, READ_ONLY, "eve@example.com")
        form = {"mail": "new@example.com", "role": OWNER}
        for client in (staff, reader):
            assert submit(client, f"{TEAM}/invitations", page="/dashboard/account", **form).status_code == 403
        keys = {"name": "Till", "scope": "orders:read"}
        assert submit(staff, "/dashboard/keys", page="/dashboard/account", **keys).status_code == 403
        assert submit(owner, "/dashboard/keys", page="/dashboard/keys", **keys).status_code == 201

    def test_of_readers_change_nothing_anywhere(self, backroom: Backroom, shop: Shop) -> None:
        reader = member(backroom, shop, READ_ONLY)
        reader.get(TEAM)
        with reader.session_transaction() as session:
            session["csrf"] = token = "a token"
        checked = 0
        for rule in backroom.client.application.url_map.iter_rules():
            view = backroom.client.application.view_functions[rule.endpoint]
            if "POST" not in (rule.methods or ()) or guards.guard_of(view) not in ("merchant", "owner", "operator"):
                continue
            path = rule.rule
            for argument in rule.arguments:
                for shape in (f"<{argument}>", f"<int:{argument}>", f"<id:{argument}>"):
                    path = path.replace(shape, "1")
            assert reader.post(path, data={"csrf_token": token}).status_code == 403, path
            checked += 1
        assert checked > 50

    def test_of_readers_take_nobodys_data_along(self, backroom: Backroom, shop: Shop) -> None:
        staff, reader = member(backroom, shop, STAFF, ADA), member(backroom, shop, READ_ONLY)
        for path in ("customers/customers.csv", "orders/orders.csv", "parcels/parcels.csv"):
            assert reader.get(f"/dashboard/{path}").status_code == 403, path
            assert staff.get(f"/dashboard/{path}").status_code == 200, path

    def test_of_staff_leave_connections_and_peoples_data_to_owners(self, backroom: Backroom, shop: Shop) -> None:
        staff = member(backroom, shop, STAFF, ADA)
        for path in ("webhooks-out/new", "carriers/ups", "carriers/ups/remove", "customers/1/erase", "privacy/1/sent"):
            assert submit(staff, f"/dashboard/{path}", page="/dashboard/account").status_code == 403, path

    def test_of_readers_show_every_page(self, backroom: Backroom, shop: Shop) -> None:
        reader = member(backroom, shop, READ_ONLY)
        for page in ("", "events", "orders", "customers", "team", "team/sign-ins", "audit", "keys", "connection"):
            answer = reader.get(f"/dashboard/{page}")
            assert answer.status_code == 200, page
            assert "to read only" in answer.text, page

    def test_leave_the_shop_one_owner(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        (row,) = rows(backroom.process.database, memberships.memberships)
        path = f"{TEAM}/members/{row.user_id}"
        assert submit(owner, f"{path}/role", role=STAFF).status_code == 409
        assert submit(owner, f"{path}/remove").status_code == 409
        member(backroom, shop, OWNER, ADA)
        assert submit(owner, f"{path}/role", role=STAFF).status_code == 302
        assert submit(owner, f"{TEAM}/invitations", mail="x@example.com", role=STAFF).status_code == 403

    def test_of_one_shop_say_nothing_of_another(self, backroom: Backroom, owner: Any) -> None:
        other = backroom.shops.custom("other", name="Chairs")
        with_both = member(backroom, other, READ_ONLY)
        page = f"{TEAM}?shop={other.key}"
        told = submit(with_both, f"{TEAM}/invitations?shop={other.key}", page=page, mail=ADA, role=STAFF)
        assert told.status_code == 403

    def test_taken_away_end_at_once(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        ada = member(backroom, shop, STAFF, ADA)
        assert ada.get("/dashboard/").status_code == 200
        (theirs,) = [row for row in rows(backroom.process.database, memberships.memberships) if row.role == STAFF]
        submit(owner, f"{TEAM}/members/{theirs.user_id}/remove")
        assert ada.get("/dashboard/").status_code == 302


class TestBrowsers:
    def test_that_came_through_the_store_are_shut_out(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        through = as_shops(browser(backroom), shop.key)
        assert through.get("/dashboard/").status_code == 200
        page = owner.get(TEAM).text
        (path,) = [one.split('"')[0] for one in page.split('action="') if "/browsers/" in one.split('"')[0]]
        submit(owner, path)
        assert through.get("/dashboard/").status_code == 302

    def test_of_another_shop_are_not(self, backroom: Backroom, shop: Shop, owner: Any) -> None:
        other = backroom.shops.custom("other", name="Chairs")
        through = as_shops(browser(backroom), other.key)
        for number in range(1, 5):
            submit(owner, f"{TEAM}/browsers/{number}/end")
        assert through.get("/dashboard/").status_code == 200


class TestTheAuditLog:
    def test_says_who_changed_what(self, backroom: Backroom, owner: Any) -> None:
        submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        page = owner.get("/dashboard/audit").text
        assert "Invite somebody by mail" in page
        assert "grace@example.com" in page
        assert f"invited: {ADA}" in page
        (entry,) = rows(backroom.process.database, audit.audit)
        assert (entry.status, entry.route) == (201, "team.invite")

    def test_keeps_what_was_refused_and_what_broke_off(self, backroom: Backroom, owner: Any) -> None:
        submit(owner, f"{TEAM}/invitations", mail="no", role=STAFF)
        submit(owner, f"{TEAM}/members/1/role", role="king")
        assert [row.status for row in rows(backroom.process.database, audit.audit)] == [422, 422]
        assert "Refused" in owner.get("/dashboard/audit").text

    def test_of_another_shop_is_not_shown(self, backroom: Backroom, owner: Any) -> None:
        submit(owner, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        theirs = member(backroom, backroom.shops.custom("other", name="Chairs"), OWNER, "zoe@example.com")
        assert "Nobody changed anything" in theirs.get("/dashboard/audit").text

    def test_goes_on_page_by_page(self, backroom: Backroom, owner: Any) -> None:
        for number in range(53):
            submit(owner, f"{TEAM}/members/{number + 100}/role", role=STAFF)
        page = owner.get("/dashboard/audit").text
        assert page.count("<tr>") == 51
        older = page.split('rel="next"')[0].rpartition('href="')[2].split('"')[0].replace("&amp;", "&")
        assert owner.get(older).text.count("<tr>") == 4

    def test_names_the_operator(self, backroom: Backroom, shop: Shop) -> None:
        client = as_operator(browser(backroom))
        submit(client, f"{TEAM}/invitations", mail=ADA, role=STAFF)
        (entry,) = rows(backroom.process.database, audit.audit)
        assert entry.actor == "Operator"
