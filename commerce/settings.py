"""The settings of a process: read once from the environment where it starts, frozen from then on."""

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_LONGEST_SOCKET_PATH = 100  # the kernel takes 108 bytes


class UnableToConfigure(ValueError):
    """A setting has a value that cannot be; the message is one line for whoever starts the process."""


def _text(value: str) -> str:
    return value.strip()


def _count(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        value = value.strip()
        if not (value.isascii() and value.isdecimal()) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def _switch(value: str) -> bool:
    if value.strip().lower() not in ("0", "1", "on", "off", "true", "false", "yes", "no"):
        raise ValueError("1 or 0")
    return value.strip().lower() in ("1", "on", "true", "yes")


def _is_url(value: str, *schemes: str) -> bool:
    """Whether it is a URL of one of the schemes, with a port that is one where it names a port."""
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.netloc or parts.path) and parts.port != 0
    except ValueError:
        return False


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not _is_url(value.strip(), *schemes):
            raise ValueError("a URL that starts with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return value.strip().rstrip("/") if value.strip().startswith("http") else value.strip()

    return read


def _folder(value: str) -> Path:
    try:
        path = Path(value.strip()).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ValueError("a folder")
    except (OSError, RuntimeError, ValueError):  # a name that is too long, a user who does not exist
        raise ValueError("a folder") from None
    return path


def _database(value: str) -> str:
    value = value.strip()
    for scheme in ("postgres://", "postgresql://"):
        if value.startswith(scheme):
            value = "postgresql+psycopg://" + value.removeprefix(scheme)
    if not value.startswith("sqlite:///") and not _is_url(value, "postgresql+psycopg"):
        raise ValueError("a URL that starts with postgresql:// or sqlite:///")
    return value


def _keys(value: str) -> str:
    if not any(part.strip() for part in value.split(",")):
        raise ValueError("a key, or several with commas between them")
    return value.strip()


def _setting(default: Any, read: Callable[[str], Any], help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"read": read, "help": help_text, "secret": secret})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, with its environment variable's name in capitals. Secrets stay out of `repr`."""

    var_dir: Path = _setting(Path("var").absolute(), _folder, "Folder for everything that is kept on this machine.")
    port: int = _setting(8000, _count(1, 65535), "Port on which the web process listens.")
    base_url: str = _setting("", _url("http", "https"), "Public address; by default http://127.0.0.1 with the port.")
    database_url: str = _setting(
        "", _database, "PostgreSQL or SQLite; by default SQLite in VAR_DIR. Several hosts need PostgreSQL.", secret=True
    )
    redis_url: str = _setting(
        "",
        _url("redis", "rediss", "unix"),
        "Redis or Valkey; by default the embedded one that `make run` starts.",
        secret=True,
    )
    search_url: str = _setting("", _url("http", "https"), "Meilisearch; by default the embedded engine.")
    search_key: str = _setting("", _text, "Key for SEARCH_URL.", secret=True)
    search_public_url: str = _setting(
        "", _url("http", "https"), "Where shoppers' browsers reach Meilisearch; by default they do not."
    )
    smtp_url: str = _setting(
        "", _url("smtp", "smtps"), "Mail server; by default mail is written to VAR_DIR/outbox.", secret=True
    )
    secret_key: str = _setting(
        "",
        _keys,
        "Encrypts secrets and signs sessions; by default made once, in VAR_DIR. To rotate: new,old.",
        secret=True,
    )
    web_concurrency: int = _setting(2, _count(1, 64), "Web processes.")
    workers: int = _setting(2, _count(1, 64), "Worker processes.")
    demo: bool = _setting(True, _switch, "1: with demo shop and simulator; 0: without.")
    demo_rate: str = _setting("0.5", _text, "Deliveries per second that the demo shop's simulator sends.")
    shopify_api_key: str = _setting("", _text, "The Shopify app's client id.")
    shopify_api_secret: str = _setting(
        "", _text, "The Shopify app's client secret; it signs Shopify's webhooks.", secret=True
    )
    shopify_api_secret_previous: str = _setting(
        "", _text, "The client secret before the last rotation; accepted beside the current one.", secret=True
    )
    trusted_proxies: int = _setting(
        0, _count(0, 10), "How many proxies in front of the web process set X-Forwarded-* headers."
    )
    rate_limits: bool = _setting(True, _switch, "off: no rate limits (benchmarks).")
    max_body_bytes: int = _setting(
        8 * 1024 * 1024, _count(1024, 1024**3), "Largest webhook body that is accepted, in bytes."
    )
    cache_shop_mb: int = _setting(32, _count(1, 100_000), "Memory in Redis for one shop's cached pages, in megabytes.")
    check_parcels: bool = _setting(True, _switch, "0: workers ask no carriers by the clock; a scheduled function does.")
    keep_days: int = _setting(30, _count(1, 3650), "Days for which finished deliveries are kept.")
    log_level: str = _setting("info", _text, "debug, info, warning or error.")
    shopify_api_origin: str = _setting("", _url("http", "https"), "Stand-in for https://SHOP, for tests.")
    carriers_origin: str = _setting("", _url("http", "https"), "Stand-in for all carriers' addresses, for tests.")
    app_bridge_url: str = _setting("", _url("http", "https"), "Stand-in for Shopify's App Bridge script, for tests.")
    ca_bundle: str = _setting("", _text, "File with certificates to trust for outgoing calls.")
    allow_private_hosts: bool = _setting(False, _switch, "1: shops and callbacks may be in private networks (tests).")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises UnableToConfigure naming the variable and what it may be."""
        values: dict[str, Any] = {}
        for setting in fields(cls):
            given = environ.get(setting.name.upper(), "")
            if not given.strip():
                continue
            try:
                values[setting.name] = setting.metadata["read"](given)
            except ValueError as error:
                shown = "its value" if setting.metadata["secret"] else repr(given)
                raise UnableToConfigure(f"{setting.name.upper()}: {shown} is not {error}.") from None
        return cls(**values).completed()

    def completed(self) -> "Settings":
        """The same settings with the defaults that follow from others. Raises UnableToConfigure."""
        if self.log_level.lower() not in ("debug", "info", "warning", "error"):
            raise UnableToConfigure(f"LOG_LEVEL: {self.log_level!r} is not debug, info, warning or error.")
        try:
            if not 0 < float(self.demo_rate) <= 1000:
                raise ValueError
        except ValueError:
            raise UnableToConfigure(f"DEMO_RATE: {self.demo_rate!r} is not a number up to 1000.") from None
        values = {setting.name: getattr(self, setting.name) for setting in fields(self)}
        values["base_url"] = self.base_url or f"http://127.0.0.1:{self.port}"
        values["database_url"] = self.database_url or f"sqlite:///{self.var_dir / 'backroom.db'}"
        values["redis_url"] = self.redis_url or f"unix://{embedded_redis_socket(self.var_dir)}"
        return Settings(**values)

    def __repr__(self) -> str:
        shown = (f"{s.name}={getattr(self, s.name)!r}" for s in fields(self) if not s.metadata["secret"])
        return f"Settings({', '.join(shown)})"


def embedded_redis_socket(var_dir: Path) -> Path:
    """Where the embedded Redis listens; beside VAR_DIR's path where that is too long for a socket's name."""
    path = var_dir / "run" / "redis.sock"
    if len(str(path)) <= _LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.gettempdir()) / f"backroom-{hashlib.sha256(str(var_dir).encode()).hexdigest()[:16]}.sock"


def as_environ(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, for processes that are started from here."""
    values: dict[str, str] = {}
    for setting in fields(settings):
        value = getattr(settings, setting.name)
        values[setting.name.upper()] = str(int(value)) if isinstance(value, bool) else str(value)
    return values
