"""Encryption of what must stay secret at rest, and the keys for it."""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from commerce.settings import Settings


class UnableToDecrypt(Exception):
    """A stored secret does not open with the present SECRET_KEY."""


def secret_key(settings: Settings) -> str:
    """SECRET_KEY, or the one that is made once and kept in VAR_DIR, readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key
    return _kept(settings.var_dir / "secret_key")


def shopify_secret(settings: Settings) -> str:
    """SHOPIFY_API_SECRET, or one made for this machine, so that the demo shop's deliveries are really signed."""
    return settings.shopify_api_secret or _kept(settings.var_dir / "shopify_secret")


def _kept(path: Path) -> str:
    """Read the secret in the file, or make it; whoever starts at the same moment agrees on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # readable by its owner only
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        Path(fresh).unlink()
    return path.read_text().strip()


class Vault:
    """Encrypts and opens secrets. `keys`: comma-separated, newest first; all of them open, the first encrypts."""

    def __init__(self, keys: str) -> None:
        parts = [part.strip() for part in keys.split(",") if part.strip()]
        self._box = MultiFernet([Fernet(_derived(part, b"backroom vault")) for part in parts])
        self.session_keys = [_derived(part, b"backroom sessions").decode() for part in parts]
        self.link_keys = [_derived(part, b"backroom links") for part in parts]

    def seal(self, text: str) -> str:
        """Encrypt; empty stays empty."""
        return self._box.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str:
        """Decrypt. Raises UnableToDecrypt when no key fits."""
        if not sealed:
            return ""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UnableToDecrypt(
                "A stored secret does not open with the present SECRET_KEY: put the former key back behind the new one."
            ) from None


def digest(token: str) -> str:
    """What is stored of a key that is only ever compared: tokens are long and random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(key: str, purpose: bytes) -> bytes:
    return base64.urlsafe_b64encode(hmac.new(key.encode(), purpose, hashlib.sha256).digest())
