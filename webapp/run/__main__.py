"""`python -m webapp.run`: from nothing to a running Backroom, with one line for whatever is in the way."""

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from redis.exceptions import RedisError

from commerce.database import REFUSED, UNREACHABLE
from commerce.migrate import migrate
from commerce.settings import Settings, UnableToConfigure, as_environ, embedded_redis_socket
from webapp import demo_shops
from webapp.commands.sign_in import new_link
from webapp.parts import Parts, assemble
from webapp.run import parts
from webapp.run.supervisor import Stopped, Supervisor, UnableToStart

_SEED = 1


def main() -> int:
    """Start everything, print the address, watch until Ctrl-C; gives the exit code."""
    try:
        settings = Settings.from_environ(os.environ)
        with _alone(settings):
            _check_port(settings)
            return _run(settings)
    except (UnableToConfigure, UnableToStart) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:  # before anything was started
        return 0


def _run(settings: Settings) -> int:
    here = assemble(settings)
    _prepare_database(here)
    supervisor = Supervisor(settings.var_dir, {**os.environ, **as_environ(settings), "PYTHONUNBUFFERED": "1"})
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    try:
        _start(supervisor, here)
        sys.stdout.write(
            f"\nBackroom is running at {settings.base_url}/dashboard/\nSign in once with: {new_link(here)}\n"
        )
        sys.stdout.write(
            "Another link: make sign-in. Logs: " + str(settings.var_dir / "logs") + ". Ctrl-C stops everything.\n"
        )
        sys.stdout.flush()
        here.database.dispose()
        supervisor.watch()
    except Stopped:
        pass  # Ctrl-C while starting
    finally:
        supervisor.stop()
    sys.stdout.write("Stopped. Everything is kept.\n")
    return 0


def _start(supervisor: Supervisor, here: Parts) -> None:
    settings = here.settings
    if settings.redis_url == f"unix://{embedded_redis_socket(settings.var_dir)}":
        supervisor.start(parts.embedded_redis(settings, lambda: _redis_answers(here)))
        supervisor.wait_until_ready("redis", 10)
    elif not _redis_answers(here):
        raise UnableToStart("REDIS_URL: nothing answers there. Start Redis, or leave it out for the embedded one.")
    supervisor.start(parts.web(settings, lambda: _web_answers(settings)))
    for worker in parts.workers(settings):
        supervisor.start(worker)
    supervisor.start(parts.cron())
    supervisor.wait_until_ready("web", 30)
    if settings.demo:
        play = demo_shops.simulation(here, demo_shops.ensure(here), rate=settings.demo_rate, seed=_SEED)
        supervisor.start(parts.simulator(play))


def _prepare_database(here: Parts) -> None:
    try:
        here.settings.var_dir.mkdir(parents=True, exist_ok=True)
        migrate(here.database)
    except OSError as error:
        raise UnableToStart(f"VAR_DIR: {here.settings.var_dir} cannot be written ({error.strerror}).") from None
    except (*UNREACHABLE, REFUSED) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise UnableToStart(f"DATABASE_URL: the database cannot be prepared: {reason}") from None


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One Backroom per VAR_DIR. Raises UnableToStart where another one runs."""
    folder = settings.var_dir / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise UnableToStart(f"VAR_DIR: {settings.var_dir} cannot be written ({error.strerror}).") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnableToStart(
                f"VAR_DIR: another Backroom runs in {settings.var_dir}. Stop it, or set VAR_DIR and PORT."
            ) from None
        yield


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError:
            raise UnableToStart(
                f"PORT: {settings.port} is in use by another program. Set PORT to a free one."
            ) from None


def _redis_answers(here: Parts) -> bool:
    try:
        return bool(here.queues.redis.ping())
    except (RedisError, OSError):
        return False


def _web_answers(settings: Settings) -> bool:
    connection = HTTPConnection("127.0.0.1", settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
