"""Who may do what: the master key, keys with rights, and tenant tokens."""

import base64
import binascii
import fnmatch
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from tests.peers.meilisearch.refusals import Refusal
from tests.peers.meilisearch.state import now

_ACTIONS = {
    "*", "search", "documents.*", "documents.add", "documents.get", "documents.delete", "indexes.*", "indexes.create",
    "indexes.get", "indexes.update", "indexes.delete", "indexes.swap", "tasks.*", "tasks.cancel", "tasks.delete",
    "tasks.get", "settings.*", "settings.get", "settings.update", "stats.*", "stats.get", "version", "keys.create",
    "keys.get", "keys.update", "keys.delete",
}  # fmt: skip
_INVALID = "The provided API key is invalid."


class Rights:
    """The keys of a server; without a master key everything is open."""

    def __init__(self, master_key: str) -> None:
        self._master_key = master_key
        self._keys: dict[str, dict[str, Any]] = {}
        if master_key:
            for name, action in (("Default Search API Key", "search"), ("Default Admin API Key", "*")):
                self.create({"name": name, "actions": [action], "indexes": ["*"], "expiresAt": None})

    def allow(self, authorization: str | None, action: str, index: str | None) -> Any:
        """The filter that a token adds, or None. Raises Refusal where it is not allowed."""
        if not self._master_key:
            if action.startswith("keys."):
                message = (
                    "Meilisearch is running without a master key. To access this API endpoint, you must have set one."
                )
                raise Refusal("missing_master_key", message)
            return None
        if not authorization or not authorization.startswith("Bearer "):
            message = "The Authorization header is missing. It must use the bearer authorization method."
            raise Refusal("missing_authorization_header", message)
        given = authorization.removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), self._master_key.encode()):
            return None
        for key in self._keys.values():
            if key["key"] == given and _may(key, action, index):
                return None
        if action == "search" and given.count(".") == 2:
            return self._rule(given, index)
        raise Refusal("invalid_api_key", _INVALID)

    def _rule(self, token: str, index: str | None) -> Any:
        try:
            head, claims, signature = token.split(".")
            told, algorithm = json.loads(_decoded(claims)), json.loads(_decoded(head))["alg"]
            key = self._keys[told["apiKeyUid"]]
            expected = hmac.new(key["key"].encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
            is_signed = algorithm == "HS256" and hmac.compare_digest(expected, _decoded(signature))
        except (ValueError, KeyError, binascii.Error) as error:
            raise Refusal("invalid_api_key", _INVALID) from error
        is_over = told.get("exp") is not None and told["exp"] < datetime.now(UTC).timestamp()
        rules = told["searchRules"]
        rules = rules if isinstance(rules, dict) else dict.fromkeys(rules)
        rule = next((pattern for pattern in rules if index and fnmatch.fnmatchcase(index, pattern)), None)
        if not is_signed or is_over or rule is None or not _may(key, "search", index):
            raise Refusal("invalid_api_key", _INVALID)
        return (rules[rule] or {}).get("filter")

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a key. Raises Refusal."""
        for at, action in enumerate(asked.get("actions", ())):
            if action not in _ACTIONS:
                raise Refusal("invalid_api_key_actions", f"Unknown value `{action}` at `.actions[{at}]`")
        uid = asked.get("uid") or str(uuid.uuid4())
        if uid in self._keys:
            raise Refusal("api_key_already_exists", f"`uid` field value `{uid}` is already an existing API key.")
        key = hmac.new(self._master_key.encode(), uid.encode(), hashlib.sha256).hexdigest()
        told = {name: asked.get(name) for name in ("name", "description")}
        rights = {name: asked.get(name) for name in ("actions", "indexes", "expiresAt")}
        self._keys[uid] = {**told, "key": key, "uid": uid, **rights, "createdAt": now(), "updatedAt": now()}
        return self._keys[uid]

    def listed(self) -> dict[str, Any]:
        """All keys."""
        keys = list(self._keys.values())
        return {"results": keys, "offset": 0, "limit": 20, "total": len(keys)}

    def one(self, uid_or_key: str) -> dict[str, Any]:
        """A key. Raises Refusal."""
        for key in self._keys.values():
            if uid_or_key in (key["uid"], key["key"]):
                return key
        raise Refusal("api_key_not_found", f"API key `{uid_or_key}` not found.")

    def delete(self, uid_or_key: str) -> None:
        """End a key and all tokens signed with it."""
        del self._keys[self.one(uid_or_key)["uid"]]


def _may(key: dict[str, Any], action: str, index: str | None) -> bool:
    group = f"{action.partition('.')[0]}.*"
    ends = key["expiresAt"]
    is_over = ends is not None and datetime.fromisoformat(ends) < datetime.now(UTC)
    is_within = index is None or any(fnmatch.fnmatchcase(index, pattern) for pattern in key["indexes"])
    return not is_over and is_within and any(each in key["actions"] for each in ("*", action, group))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
