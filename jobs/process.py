"""What a worker process works with, made once when it starts."""

import os
import socket
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from commerce.database import Database
from commerce.settings import Settings
from commerce.vault import Vault, secret_key
from integrations import registry
from integrations.cache.pages import Pages, open_pages
from integrations.search_api import SearchEngine
from jobs.history import History
from jobs.pausing import Pauses
from jobs.queues import Queues, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Settings and connections of this process, what it knows and keeps of jobs, and the name under which it holds
    leases."""

    settings: Settings
    database: Database
    vault: Vault
    queues: Queues
    engine: SearchEngine
    pages: Pages
    pauses: Pauses = field(default_factory=Pauses)
    history: History = field(default_factory=History)
    name: str = field(default_factory=lambda: f"{_place()}:{os.getpid()}:{uuid4().hex[:8]}")


def _place() -> str:
    """This host, and where the system has several, the space in which its process numbers count."""
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname()}/{space}"


def died(name: str) -> bool:
    """Whether the process of that name was one of this machine and is no more; False where that cannot be known."""
    place, _, rest = name.rpartition(":")[0].rpartition(":")
    if place != _place() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


_handed_over: list[Process] = []


def start(process: Process) -> None:
    """Hand over the process's parts; what was there before is replaced."""
    _handed_over[:] = [process]


def current(*, searches: bool = True) -> Process:
    """The parts of this process; made from the environment where nobody handed them over (RQ's own command)."""
    return _handed_over[0] if _handed_over else _from_environment(searches)


@cache
def _from_environment(searches: bool) -> Process:
    return assemble(Settings.from_environ(os.environ), searches=searches)


class _NoEngine:
    """In the place of a search engine, where none is wanted."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this process has no search engine ({name})")


def assemble(settings: Settings, *, searches: bool = True) -> Process:
    """Make the parts; nothing connects before it is used. `searches` False: no search engine is loaded."""
    return Process(
        settings=settings,
        database=Database(settings.database_url),
        vault=Vault(secret_key(settings)),
        queues=Queues(connect(settings.redis_url, timeout=2)),
        engine=registry.engine(settings) if searches else cast(SearchEngine, _NoEngine()),
        pages=open_pages(settings.redis_url, most_bytes=settings.cache_shop_mb * 1_000_000),
    )
