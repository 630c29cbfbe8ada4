"""`tracking`: follow parcels, ask for them, and learn from them."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from commerce.mirror import steering
from commerce.tables import order_tracking, tracking_lists, tracking_scans, tracking_settings
from commerce.tables.tracking_settings import TrackingSettings
from integrations.carriers import shapes
from integrations.carriers.numbers import choosing
from jobs.queues import TRACK
from webapp.commands.events import shop_of
from webapp.figures import queue_state
from webapp.parts import Parts, parts
from webapp.tracking import csv_rows, health, learning, written
from webapp.tracking.asking import add as follow
from webapp.tracking.csv_rows import UnableToReadFile
from webapp.tracking.learning import UnableToLearn
from webapp.tracking.written import UnableToReadParcel

group = AppGroup("tracking", help="Follow parcels and ask for them.")

_PAUSE = 0.2  # seconds between two looks at what is left
_shop_option = click.option("--shop", "shop_key", required=True)


@group.command("check")
@_shop_option
@click.option(
    "--patience", type=float, default=30, show_default=True, help="Seconds without progress before giving up."
)
def check(shop_key: str, *, patience: float) -> None:
    """Ask for all parcels that are on their way now, and follow it."""
    here = parts()
    shop = shop_of(here, shop_key)
    began = datetime.now(UTC)
    with here.database.write() as db:
        made_due = steering.all_due(db, shop_id=shop.id, now=began)
    here.queues.wake(TRACK, [shop.id], again=True)
    left = _follow(here, shop.id, began, made_due, patience)
    waits = [one.alarm for one in health.doing(here, shop, datetime.now(UTC)) if one.alarm] if left else []
    if left and not queue_state(here.queues).workers:
        waits.append("No worker is running: start Backroom (`make run`), and it goes on.")
    click.echo(json.dumps({"due": made_due, "asked": made_due - left, "left": left, "waits": waits}))


def _follow(here: Parts, shop_id: int, began: datetime, total: int, patience: float) -> int:
    """Show how many are left until none is, or nothing moves any more; gives how many are left."""
    left, moved = total, time.monotonic()
    while left and time.monotonic() - moved < patience:
        time.sleep(_PAUSE)
        with here.database.read() as db:
            now_left = tracking_lists.due(db, shop_id=shop_id, at=began)
        if now_left != left:
            left, moved = now_left, time.monotonic()
            click.echo(f"{total - left} of {total} parcels", err=True)
    return left


@group.command("add")
@click.argument("number")
@_shop_option
@click.option("--carrier", default="", help="Its name; told from the number otherwise.")
@click.option("--country", default="", help="Where it goes, as two letters.")
@click.option("--postcode", default="")
def add(number: str, shop_key: str, *, carrier: str, country: str, postcode: str) -> None:
    """Follow the parcel NUMBER; prints it as JSON."""
    here = parts()
    shop = shop_of(here, shop_key)
    told = {"number": number, "carrier": carrier, "to": {"country": country, "postcode": postcode}}
    try:
        wanted = written.read(told, datetime.now(UTC))
    except UnableToReadParcel as error:
        raise click.ClickException(f"{error}.") from None
    new = follow(here, shop_id=shop.id, told=[wanted], source=order_tracking.API, now=datetime.now(UTC))
    click.echo(json.dumps({"added": bool(new)} | _shown(here, shop.id, wanted.number), indent=2))


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_shop_option
def bring_in(file: Path, shop_key: str) -> None:
    """Follow the parcels of the CSV FILE; prints what came of it, with an error for each cell that is wrong."""
    here = parts()
    shop, now = shop_of(here, shop_key), datetime.now(UTC)
    try:
        lines = csv_rows.cells_of(csv_rows.decoded(file.read_bytes()))
    except UnableToReadFile as error:
        raise click.ClickException(str(error)) from None
    with here.database.read() as db:
        placed = tracking_lists.orders_by_numbers(db, shop_id=shop.id, numbers=csv_rows.order_numbers(lines))
    rows = csv_rows.rows_of(lines, placed, now.date())
    told = [row.told for row in rows if row.told]
    added = follow(here, shop_id=shop.id, told=told, source=order_tracking.FILE, now=now)
    errors = csv_rows.in_words(rows)
    answer = {"rows": len(rows), "added": len(added), "known": len(told) - len(added), "errors": errors}
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    if errors:
        raise SystemExit(1)


@group.command("show")
@click.argument("number")
@_shop_option
def show(number: str, shop_key: str) -> None:
    """Print the parcel NUMBER with its lines as JSON."""
    here = parts()
    shop = shop_of(here, shop_key)
    click.echo(json.dumps(_shown(here, shop.id, choosing.normalised(number)), indent=2, ensure_ascii=False))


@group.command("refit")
@_shop_option
@click.option("--switch-on", is_flag=True, help="Ask at the fitted hours from now on.")
@click.option("--usual", is_flag=True, help="Go back to the usual hours.")
def refit(shop_key: str, *, switch_on: bool, usual: bool) -> None:
    """Fit the hours at which carriers are asked to the shop's own parcels, and print what that gains."""
    here = parts()
    shop = shop_of(here, shop_key)
    with here.database.read() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    if usual:
        _keep(here, shop.id, chosen, None)
        click.echo(json.dumps({"switched_on": False, "hours": "usual"}))
        return
    try:
        learned = learning.learn(here, shop_id=shop.id, level=chosen.level)
    except UnableToLearn as error:
        raise click.ClickException(str(error)) from None
    is_on = switch_on and learned.is_better
    if is_on:
        _keep(here, shop.id, chosen, learned.tables)
    click.echo(json.dumps(learned.told | {"level": chosen.level, "switched_on": is_on}, indent=2))


def _keep(here: Parts, shop_id: int, chosen: TrackingSettings, tables: dict[str, Any] | None) -> None:
    with here.database.write() as db:
        changed = learning.with_tables(chosen, tables)
        tracking_settings.save(db, shop_id=shop_id, chosen=changed, now=datetime.now(UTC))


def _shown(here: Parts, shop_id: int, number: str) -> dict[str, Any]:
    with here.database.read() as db:
        row = order_tracking.by_numbers(db, shop_id=shop_id, numbers=[number]).get(number)
        if row is None:
            raise click.ClickException(f"The shop has no parcel {number}. `tracking add` follows one.")
        scans = tracking_scans.of_parcels(db, [row.id])[row.id]
    return shapes.shipment(row, base_url=here.settings.base_url, scans=scans)
