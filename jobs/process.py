"""What a worker process works with, made once when it starts."""

import os
import socket
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

from commerce.database import Database
from commerce.settings import Settings
from commerce.vault import Vault, secret_key
from integrations import registry
from integrations.protocols import SearchEngine
from jobs.queues import Queues, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Settings and connections of this process, and the name under which it holds leases."""

    settings: Settings
    database: Database
    vault: Vault
    queues: Queues
    engine: SearchEngine
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}")


_handed_over: list[Process] = []


def start(process: Process) -> None:
    """Hand over the process's parts; what was there before is replaced."""
    _handed_over[:] = [process]


def current() -> Process:
    """The parts of this process; made from the environment when RQ's own command started it."""
    return _handed_over[0] if _handed_over else _from_environment()


@cache
def _from_environment() -> Process:
    return assemble(Settings.from_environ(os.environ))


def assemble(settings: Settings) -> Process:
    """Make the parts; nothing connects before it is used."""
    return Process(
        settings=settings,
        database=Database(settings.database_url),
        vault=Vault(secret_key(settings)),
        queues=Queues(connect(settings.redis_url, timeout=2)),
        engine=registry.engine(settings),
    )
