"""What an app was granted at one shop: codes, access tokens and refresh tokens, and when each of them ends."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 7_776_000
# A refresh token that was used already stays usable so long, unless its replacement is used before.
REUSE_SECONDS = 30 * 86_400


class Refused(Exception):
    """No token for this; `args` are Shopify's error and what it says about it."""


@dataclass
class Refresh:
    """A refresh token: until when it is good, and by which it was replaced."""

    ends_at: float
    replaced_by: str | None = None


class Grants:
    """The tokens of one app at one shop.

    Switches: `tells_expiry` (answers carry expires_in and the refresh token's), `forged` (the next answers instead of
    the real ones).
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.installed = False
        self.scopes: list[str] = []
        self.tells_expiry = True
        self.forged: list[dict[str, Any]] = []
        self._codes: set[str] = set()
        self._access: dict[str, float | None] = {}
        self._refresh: dict[str, Refresh] = {}
        self._newest = ""
        self._lock = threading.RLock()

    def install(self, scopes: list[str]) -> None:
        self.installed, self.scopes = True, list(scopes)

    def uninstall(self) -> None:
        """Everything that was granted is void at once."""
        self.installed = False
        self.lose_tokens()

    def lose_tokens(self) -> None:
        """Revoke all tokens; the app stays installed."""
        with self._lock:
            self._codes.clear()
            self._access.clear()
            self._refresh.clear()

    def expire_access_tokens(self) -> None:
        """Let every access token be past its time; refresh tokens stay good."""
        with self._lock:
            self._access = dict.fromkeys(self._access, 0.0)

    def is_good(self, access_token: str) -> bool:
        with self._lock:
            ends_at = self._access.get(access_token, 0.0)
            return self.installed and (ends_at is None or ends_at > self.clock())

    def code(self) -> str:
        """A code for the grant, to be used once."""
        code = secrets.token_hex(16)
        self._codes.add(code)
        return code

    def by_code(self, code: str, *, expiring: bool) -> dict[str, Any]:
        with self._lock:
            if code not in self._codes:
                raise Refused("invalid_request", "The authorization code was not found or was already used")
            self._codes.remove(code)
        return self.issue(expiring=expiring)

    def by_old_token(self, access_token: str) -> dict[str, Any]:
        """Change a token that does not end into one that does; cannot be undone."""
        if not self.is_good(access_token):
            raise Refused("invalid_subject_token", "The subject token is not valid")
        return self.issue(expiring=True)

    def by_refresh(self, refresh_token: str) -> dict[str, Any]:
        with self._lock:
            known = self._refresh.get(refresh_token)
            if known is None or known.ends_at <= self.clock():
                raise Refused("invalid_grant", "The refresh token is invalid or has expired")
            replacement = self._refresh.get(known.replaced_by or "")
            if replacement is not None and replacement.replaced_by is not None:
                raise Refused("invalid_grant", "The refresh token was replaced")
            if known.replaced_by is None:
                known.ends_at = min(known.ends_at, self.clock() + REUSE_SECONDS)
            answer = self.issue(expiring=True)
            # Used again, its first replacement was lost on the way: the new one takes its place.
            known.replaced_by = self._newest
            return answer

    def issue(self, *, expiring: bool = True) -> dict[str, Any]:
        """New tokens, as the token address answers. There is one access token at a time: older ones are void."""
        access, refresh = f"shpat_{secrets.token_hex(16)}", f"shprt_{secrets.token_hex(16)}"
        told: dict[str, Any] = {"access_token": access, "scope": ",".join(self.scopes)}
        with self._lock:
            self._access = {access: self.clock() + ACCESS_SECONDS if expiring else None}
            if expiring:
                self._refresh[refresh] = Refresh(self.clock() + REFRESH_SECONDS)
                self._newest = refresh
                told |= {"expires_in": ACCESS_SECONDS, "refresh_token": refresh}
                told |= {"refresh_token_expires_in": REFRESH_SECONDS}
        if not self.tells_expiry:
            told.pop("expires_in", None)
            told.pop("refresh_token_expires_in", None)
        return self.forged.pop(0) if self.forged else told
