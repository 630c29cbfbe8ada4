"""`search`: check a shop's index, or rebuild it."""

import json
import time
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from commerce.tables import drift, products, reindexes
from jobs.queues import CHECK, REINDEX
from webapp.commands.events import shop_of
from webapp.parts import parts

group = AppGroup("search", help="Check or rebuild the search index.")


@group.command("reindex")
@click.option("--shop", "shop_key", required=True)
@click.option("--detach", is_flag=True, help="Only start it; the workers go on.")
@click.option(
    "--patience", type=float, default=30, show_default=True, help="Seconds without progress before giving up."
)
def reindex(shop_key: str, *, detach: bool, patience: float) -> None:
    """Build a new index from the tables and put it in the old one's place; searches go on meanwhile."""
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.write() as db:
        total = products.count(db, shop_id=shop.id)
        token = reindexes.start(db, shop_id=shop.id, total=total, now=datetime.now(UTC))
    woken = here.queues.wake(REINDEX, [shop.id], again=True)
    if detach:
        click.echo(json.dumps({"started": True, "woken": woken, "products": total}))
        return
    began = moved = time.monotonic()
    done = -1
    while True:
        with here.database.read() as db:
            run = reindexes.one(db, shop_id=shop.id)
        if run is None or run.token != token or run.state != reindexes.RUNNING:
            break
        if run.done != done:
            done, moved = run.done, time.monotonic()
            rate = done / max(moved - began, 0.001)
            left = (run.total - done) / rate if rate else 0
            click.echo(f"{done} of {run.total} products, {rate:.0f}/s, {left:.0f} s left", err=True)
        if time.monotonic() - moved > patience:
            raise click.ClickException(
                f"No progress for {patience:.0f} s. Are workers running? It goes on once they do."
            )
        time.sleep(0.2)
    if run is None or run.state != reindexes.DONE:
        raise click.ClickException(f"The rebuild ended as {run.state if run else 'gone'}: {run.error if run else ''}")
    click.echo(json.dumps({"products": run.done, "seconds": round(time.monotonic() - began, 2)}))


@group.command("check")
@click.option("--shop", "shop_key", required=True)
@click.option("--patience", type=float, default=300, show_default=True, help="Seconds to wait for the check's end.")
def check(shop_key: str, *, patience: float) -> None:
    """Compare the index with the tables; what differs is put right by the workers. Exits with 1 where it failed."""
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.write() as db:
        drift.begin(db, shop_id=shop.id, now=datetime.now(UTC))
    here.queues.wake(CHECK, [shop.id], again=True)
    until = time.monotonic() + patience
    while True:
        with here.database.read() as db:
            waits = drift.waiting(db, shop_id=shop.id)
            last = drift.last(db, shop_id=shop.id)
        if waits is None:
            break
        if time.monotonic() > until:
            raise click.ClickException(f"No end after {patience:.0f} s. Are workers running? It goes on once they do.")
        time.sleep(0.2)
    if last[0].state == drift.FAILED:
        raise click.ClickException(f"The check failed: {last[0].error}")
    names = ("documents", "indexed", "missing", "stale", "surplus", "healed", "examples")
    click.echo(json.dumps({name: getattr(last[0], name) for name in names}))
