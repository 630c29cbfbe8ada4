"""Keys with scopes: what they may do, how soon their end is known, what they cost."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.api_keys import SCOPES
from commerce.tables import api_keys
from webapp import guards
from webapp.api import document
from webapp.api.keys import SEEN_SECONDS, Keys


class TestScopes:
    def test_are_named_by_every_route(self, app: Any) -> None:
        known = list(document.calls(app))
        assert len(known) > 20
        assert [call.path for call in known if call.scope not in SCOPES] == []

    def test_of_changes_are_those_that_write(self, app: Any) -> None:
        asking = {"/customers/lookup", "/segments/count"}  # what they ask is told in a body, and nothing changes
        for call in document.calls(app):
            reads = call.method == "get" or call.path in asking
            assert call.scope.endswith(":read" if reads else ":write"), (call.method, call.path)

    def test_open_what_they_name_and_nothing_else(self, app: Any, add_key: Any, with_key: Any, shop: Any) -> None:
        for scope in {call.scope for call in document.calls(app)}:
            client = with_key(add_key(scope)[1])
            for call in document.calls(app):
                path = f"/api/v1{call.path.replace('{id}', '9')}"
                answer = client.open(path, method=call.method.upper(), json={})
                if call.scope == scope:
                    assert answer.status_code not in (401, 403), path
                else:
                    assert (answer.status_code, answer.json["scope"]) == (403, call.scope), path

    def test_that_lack_are_named_in_a_problem(self, add_key: Any, with_key: Any) -> None:
        answer = with_key(add_key("orders:read")[1]).get("/api/v1/products")
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
        assert answer.json["scope"] == "products:read"
        assert "`products:read`" in answer.json["detail"]

    def test_are_unlimited_for_the_first_key(self, api: Any) -> None:
        assert api.get("/api/v1/products").status_code == 200


class TestRoutes:
    def test_have_no_guard_without_scope(self, app: Any) -> None:
        views = [app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()]
        bare = [view.__name__ for view in views if guards.guard_of(view) == "api_key" and not guards.scope_of(view)]
        assert bare == []


class TestKey:
    def test_that_was_revoked_is_refused_within_a_second(
        self, here: Any, shop: Any, add_key: Any, with_key: Any
    ) -> None:
        key_id, token = add_key("products:read")
        client = with_key(token)
        assert client.get("/api/v1/products").status_code == 200
        with here.database.write() as db:
            assert api_keys.revoke(db, shop_id=shop.id, key_id=key_id, now=datetime.now(UTC))
        assert SEEN_SECONDS < 1
        time.sleep(SEEN_SECONDS)
        assert client.get("/api/v1/products").status_code == 401

    def test_that_expired_is_refused(self, add_key: Any, with_key: Any) -> None:
        _, token = add_key("products:read", expires_at=datetime.now(UTC) - timedelta(seconds=1))
        assert with_key(token).get("/api/v1/products").status_code == 401

    def test_of_another_shop_cannot_be_revoked(self, here: Any, other: Any, add_key: Any, with_key: Any) -> None:
        key_id, token = add_key("products:read")
        with here.database.write() as db:
            assert not api_keys.revoke(db, shop_id=other.id, key_id=key_id, now=datetime.now(UTC))
            assert api_keys.of_shop(db, shop_id=other.id) == []
        assert with_key(token).get("/api/v1/products").status_code == 200

    def test_sees_its_own_shop_only(self, shop: Any, other: Any, add_key: Any, with_key: Any) -> None:
        other.product(key="12")
        client = with_key(add_key("products:read")[1])
        assert client.get("/api/v1/products").json["data"] == []
        assert client.get("/api/v1/products/12").status_code == 404

    @pytest.mark.parametrize("token", ["br_", "", "é", "br_" + "x" * 43])
    def test_that_nobody_has_is_refused(self, with_key: Any, shop: Any, token: str) -> None:
        assert with_key(token).get("/api/v1/products").status_code == 401

    def test_is_stored_as_a_digest_only(self, here: Any, add_key: Any, shop: Any) -> None:
        _, token = add_key("products:read")
        with here.database.read() as db:
            (row,) = api_keys.of_shop(db, shop_id=shop.id)
        assert token not in str(row)
        assert token.startswith(row.starts_with)


class TestLookUp:
    def test_costs_no_query_while_it_is_fresh(self, here: Any, add_key: Any, statements: Any) -> None:
        keys = Keys(here.database, here.vault, clock=lambda: 100.0)
        _, token = add_key("products:read")
        keys.of(token)
        with statements() as seen:
            caller = keys.of(token)
        assert caller is not None
        assert seen == []
        keys.end()

    def test_is_done_again_when_it_is_not(self, here: Any, add_key: Any, statements: Any) -> None:
        at = [100.0]
        keys = Keys(here.database, here.vault, clock=lambda: at[0])
        _, token = add_key("products:read")
        keys.of(token)
        at[0] += SEEN_SECONDS
        with statements() as seen:
            keys.of(token)
        assert len([one for one in seen if "api_keys" in one]) == 1
        keys.end()


class TestUse:
    def test_is_written_once_a_minute_for_all_keys_together(
        self, here: Any, shop: Any, add_key: Any, statements: Any
    ) -> None:
        at = [100.0]
        keys = Keys(here.database, here.vault, clock=lambda: at[0])
        tokens = [add_key("products:read")[1] for _ in range(3)]
        with statements() as seen:
            for _ in range(4):
                for token in tokens:
                    keys.of(token)
            keys.write()
            keys.write()
            at[0] += 59
            keys.of(tokens[0])
            keys.write()
        assert len([one for one in seen if one.startswith("UPDATE api_keys")]) == 1
        with here.database.read() as db:
            assert all(row.used_at is not None for row in api_keys.of_shop(db, shop_id=shop.id))
        keys.end()

    def test_by_another_process_counts(self, here: Any, shop: Any, add_key: Any) -> None:
        key_id, _ = add_key("products:read")
        now = datetime.now(UTC)
        with here.database.write() as db:
            assert api_keys.note_used(db, {key_id}, now=now) == 1
            assert api_keys.note_used(db, {key_id}, now=now + timedelta(seconds=30)) == 0
            assert api_keys.note_used(db, {key_id}, now=now + timedelta(seconds=60)) == 1
