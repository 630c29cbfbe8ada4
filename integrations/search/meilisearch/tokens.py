"""Tokens for browsers that search the server themselves.

A token is signed with a key of the server that may search one index and nothing else; the key is made when a token is
first asked for. It ends by itself; deleting the key ends all at once.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from integrations.errors import OutsideError, Permanent
from integrations.search.meilisearch.calls import Server


class Tokens:
    """Makes tokens; keeps the keys it found or made."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._keys: dict[str, str] = {}

    def token(self, index: str, *, seconds: int) -> tuple[str, str] | None:
        """The server's address and a token for one index; None on a server that asks nobody for a key.

        Raises Permanent where SEARCH_KEY may not read and create keys.
        """
        if not self._server.has_key:
            return None
        if index not in self._keys:
            key = self._key(index)
            if key is None:
                return None
            self._keys[index] = str(key["key"])
        rules = {"searchRules": [index], "apiKeyUid": str(uid_of(index)), "exp": int(time.time()) + seconds}
        return self._server.url, signed(rules, self._keys[index])

    def revoke(self, index: str) -> None:
        """End all tokens for an index, as far as we are let."""
        self._keys.pop(index, None)
        if self._server.has_key:
            try:
                self._server.ask("ending tokens", self._server.client.delete_key, str(uid_of(index)))
            except OutsideError:
                return  # there never was one, or whoever made it has to delete it

    def _key(self, index: str) -> dict[str, Any] | None:
        what, http = f"making a key for searching {index}", self._server.client.http
        path = f"keys/{uid_of(index)}"
        try:
            return dict(self._server.ask(what, http.get, path))
        except Permanent as error:
            if "missing_master_key" in str(error):
                return None
            if "api_key_not_found" not in str(error):
                raise Permanent(f"{error}; tokens take the rights keys.get, keys.create and keys.delete") from error
        asked = {
            "uid": str(uid_of(index)),
            "name": f"Backroom: search {index}",
            "description": "Signs the tokens with which shoppers' browsers search this index.",
            "actions": ["search"],
            "indexes": [index],
            "expiresAt": None,
        }
        try:
            return dict(self._server.post(what, "keys", asked))
        except Permanent as error:
            if "api_key_already_exists" in str(error):  # another process was faster
                return dict(self._server.ask(what, http.get, path))
            raise


def uid_of(index: str) -> uuid.UUID:
    """The same for the same index, on every host: so that one key is made, not one by each process."""
    return uuid.UUID(bytes=hashlib.blake2b(f"backroom search {index}".encode(), digest_size=16).digest(), version=4)


def signed(claims: dict[str, Any], key: str) -> str:
    """A JSON web token with HMAC-SHA256 (RFC 7515 and 7519)."""
    parts = [_written({"alg": "HS256", "typ": "JWT"}), _written(claims)]
    signature = hmac.new(key.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, _without_padding(signature)])


def _written(part: dict[str, Any]) -> str:
    return _without_padding(json.dumps(part, separators=(",", ":")).encode())


def _without_padding(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
