"""Passwords and codes of users. Hashed with argon2id (RFC 9106), codes by the clock (TOTP, RFC 6238)."""

import secrets
import time
from functools import cache
from typing import Any, Final

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from commerce.database import Connection
from commerce.tables.team import users
from commerce.vault import Vault, digest
from webapp.languages import gettext as _

SHORTEST, LONGEST = 10, 200  # characters; NIST SP 800-63B asks for eight at least, and for no rules beyond
RECOVERY_CODES: Final = 10
_STEP: Final = 30  # seconds
_ISSUER = "Backroom"


class UnableToTake(ValueError):
    """The password cannot be used; the message says why."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults: RFC 9106, low memory


def hashed(password: str) -> str:
    """What is stored of a password. Raises UnableToTake."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnableToTake(
            _(
                "Use %(shortest)s to %(longest)s characters. A few words in a row are easy to keep in mind.",
                shortest=SHORTEST,
                longest=LONGEST,
            )
        )
    if len(set(password)) < 4:
        raise UnableToTake(_("Use more different characters."))
    return _hasher().hash(password)


def is_password(stored: str, password: str) -> bool:
    """Whether it is the user's password. Takes as long where there is none: how long it takes says nothing."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher().verify(stored or _nobodys(), password) and bool(stored)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def new_secret() -> str:
    """A secret for an authenticator app, in base 32."""
    return pyotp.random_base32()


def picture(secret: str, mail: str) -> str:
    """The secret as a QR code, an SVG for the `src` of an image."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=mail, issuer_name=_ISSUER)
    return str(segno.make(uri, micro=False).svg_data_uri(scale=5, border=2, light="#ffffff", dark="#000000"))


def step_of(secret: str, code: str) -> int | None:
    """The time step of a code of the app's; None where it is none. A step before and after count: clocks differ."""
    told, now = "".join(code.split()), int(time.time())
    for drift in (0, -1, 1):
        if secrets.compare_digest(
            pyotp.TOTP(secret).at(now, counter_offset=drift), told.encode("ascii", "replace").decode()
        ):
            return now // _STEP + drift
    return None


def new_recovery() -> tuple[list[str], list[str]]:
    """Codes for who lost their app, and what is stored of them."""
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    return codes, [digest(code) for code in codes]


def proves(db: Connection, vault: Vault, user: Any, code: str) -> bool:
    """Whether a code, of the app or for recovery, proves who it is. It is used up."""
    if not user.totp_sealed:
        return False
    step = step_of(vault.open(user.totp_sealed), code)
    if step is not None:
        return users.use_step(db, user.id, step)
    return users.use_recovery(db, user.id, digest(code.strip().lower()))
