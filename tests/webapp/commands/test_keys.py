"""`keys`: a key that is made on the command line calls, until it is revoked there."""

import json
from typing import Any


class TestKeys:
    def test_are_made_listed_and_revoked(self, app: Any, here: Any, shop: Any) -> None:
        run = app.test_cli_runner().invoke
        made = run(args=["keys", "add", "--shop", shop.key, "--name", "Till", "--scope", "orders:read", "--days", "3"])
        assert made.exit_code == 0, made.output
        told = json.loads(made.output)
        client = app.test_client()
        headers = {"Authorization": f"Bearer {told['api_key']}"}
        assert client.get("/api/v1/orders", headers=headers).status_code == 200
        (listed,) = json.loads(run(args=["keys", "list", "--shop", shop.key]).output)
        assert (listed["id"], listed["scopes"], listed["expires_at"] is None) == (told["id"], ["orders:read"], False)
        assert told["api_key"] not in str(listed)
        assert run(args=["keys", "revoke", "--shop", shop.key, str(told["id"])]).exit_code == 0
        again = run(args=["keys", "revoke", "--shop", shop.key, str(told["id"])])
        assert "no key" in again.output

    def test_need_a_scope_that_is_known_and_a_shop(self, app: Any, shop: Any) -> None:
        run = app.test_cli_runner().invoke
        wrong = run(args=["keys", "add", "--shop", shop.key, "--name", "Till", "--scope", "all"])
        assert (wrong.exit_code, "orders:read" in wrong.output) == (2, True)
        assert run(args=["keys", "list", "--shop", "none"]).exit_code == 1
