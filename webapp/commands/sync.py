"""`sync`: read a shop through its own API: everything for the first time, what changed, or everything compared."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup

from commerce.tables import connections, syncs
from commerce.tables.shops import Shop
from jobs.queues import SYNC
from webapp.commands.events import shop_of
from webapp.figures import queue_state
from webapp.parts import Parts, parts
from webapp.stores.runs import Progress, ended, progress

group = AppGroup("sync", help="Read a shop through its own API.")

_PAUSE = 0.5  # seconds between two looks at the run

_shop_option = click.option("--shop", "shop_key", required=True)
_wait_option = click.option(
    "--wait/--no-wait", default=True, show_default=True, help="Follow it to its end; it goes on without this command."
)
_patience_option = click.option(
    "--patience", type=float, default=60, show_default=True, help="Seconds without a worker before giving up."
)


def _followed(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that starts a run."""
    return _shop_option(_wait_option(_patience_option(command)))


@group.command("import")
@_followed
def import_all(shop_key: str, *, wait: bool, patience: float) -> None:
    """Bring everything in, as if the shop had just been connected. No order step and no notice follows."""
    _run(shop_key, syncs.IMPORT, wait=wait, patience=patience)


@group.command("changes")
@_followed
def changes(shop_key: str, *, wait: bool, patience: float) -> None:
    """Look for what changed since the last run; this also repairs the webhooks."""
    _run(shop_key, syncs.CHANGES, wait=wait, patience=patience)


@group.command("compare")
@_followed
def compare(shop_key: str, *, wait: bool, patience: float) -> None:
    """Compare everything with the shop, and put right what is missing, out of date or there no more."""
    _run(shop_key, syncs.COMPARE, wait=wait, patience=patience)


@group.command("reconcile")
@_followed
def reconcile(shop_key: str, *, wait: bool, patience: float) -> None:
    """One reconciliation, from whatever state: the same as `compare`."""
    _run(shop_key, syncs.COMPARE, wait=wait, patience=patience)


@group.command("status")
@_shop_option
def status(shop_key: str) -> None:
    """Print the connection and the newest run of each kind in each state, as JSON."""
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.read() as db:
        row, runs = connections.state(db, shop_id=shop.id), syncs.latest(db, shop_id=shop.id)
    shown = {
        "shop_key": shop.key,
        "connection": None if row is None else {"state": row.state, "error": row.error, "hooks": row.hooks},
        "runs": [_told(run, shop) for run in runs],
    }
    click.echo(json.dumps(shown, indent=2, default=_plain))


@group.command("cancel")
@_shop_option
def cancel(shop_key: str) -> None:
    """Stop what is under way; what was brought in so far stays."""
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.write() as db:
        stopped = syncs.cancel(db, shop_id=shop.id, now=datetime.now(UTC))
    click.echo(json.dumps({"cancelled": stopped}))


def _run(shop_key: str, kind: str, *, wait: bool, patience: float) -> None:
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.write() as db:
        row = connections.state(db, shop_id=shop.id)
        if row is None or row.state != connections.CONNECTED:
            why = f": {row.error}" if row is not None and row.error else "."
            raise click.ClickException(f"The shop {shop.domain} is not connected to Backroom{why}")
        number = syncs.begin(db, shop_id=shop.id, kind=kind, now=datetime.now(UTC))
    woken = here.queues.wake(SYNC, [shop.id], again=True)
    if not wait:
        click.echo(json.dumps({"started": True, "woken": woken, "run": number}))
        return
    run = _follow(here, shop, number, patience)
    click.echo(json.dumps(_told(run, shop), default=_plain))
    if run.state != syncs.DONE:
        raise click.ClickException(f"It ended as {run.state}. {run.error}".strip())


def _follow(here: Parts, shop: Shop, number: int, patience: float) -> Any:
    """Show how far the run is, on one line, until it is over. Raises ClickException where nobody works on it."""
    seen, is_terminal = time.monotonic(), sys.stderr.isatty()
    shown = ""
    while True:
        with here.database.read() as db:
            run = syncs.one(db, shop_id=shop.id, sync_id=number)
        if run is None:
            raise click.ClickException("The run is gone: the shop was erased.")
        if run.state != syncs.RUNNING:
            if shown and is_terminal:
                click.echo(err=True)
            return run
        line = _line(progress(run, shop.platform, datetime.now(UTC)))
        if line != shown:
            click.echo(f"\r\x1b[K{line}" if is_terminal else line, err=True, nl=not is_terminal)
            shown = line
        if queue_state(here.queues).workers:
            seen = time.monotonic()
        elif time.monotonic() - seen > patience:
            raise click.ClickException(
                "No worker is running, so nothing moves. Start Backroom (`make run`), and it goes on where it is."
            )
        time.sleep(_PAUSE)


def _line(going: Progress) -> str:
    """How far it is: "1,200 of 20,000, 310/s, 61 s left: looks at products"."""
    total = "?" if going.total is None else f"{going.total:,}"
    rate = f"{going.rate:,.0f}/s" if going.rate is not None else "…/s"
    left = f"{going.left:,.0f} s left" if going.left is not None else "time left not known yet"
    line = f"{going.done:,} of {total}, {rate}, {left}: {going.now_at}"
    return f"{line} (waits: {going.error})" if going.waits_until and going.error else line


def _told(run: Any, shop: Shop) -> dict[str, Any]:
    told = {name: getattr(run, name) for name in ("id", "kind", "state", "done", "totals", "found", "calls", "error")}
    told |= {"started_at": run.started_at, "finished_at": run.finished_at}
    if run.state == syncs.RUNNING:
        going = progress(run, shop.platform, datetime.now(UTC))
        return told | {"total": going.total, "rate": going.rate, "seconds_left": going.left, "now": going.now_at}
    over = ended(run)
    return told | {"seconds": round(over.seconds, 1), "in_words": over.found}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
