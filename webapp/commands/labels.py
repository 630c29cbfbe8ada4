"""`labels`: ask for shipping labels, and look at them."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from commerce.tables import labels
from integrations.label_api import FORMATS, PDF
from integrations.labels import composed, written
from webapp.commands.events import shop_of
from webapp.figures import queue_state
from webapp.labels import asking, shapes, words
from webapp.parts import Parts, parts

group = AppGroup("labels", help="Ask for shipping labels, and look at them.")

_PAUSE = 0.2  # seconds between two looks
_shop_option = click.option("--shop", "shop_key", required=True)
_out_option = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write its file there.")


@group.command("make")
@_shop_option
@click.option("--order", "order_id", required=True, help="By the platform's id.")
@click.option("--grams", type=click.IntRange(1, written.HEAVIEST), required=True, help="Of each box.")
@click.option("--boxes", type=click.IntRange(1, written.MOST_BOXES), default=1, show_default=True, help="All alike.")
@click.option("--format", "wanted", type=click.Choice(FORMATS), default=PDF, show_default=True)
@click.option("--carrier", default="house", show_default=True)
@click.option("--service", default="", help="As the carrier calls it; the cheapest otherwise.")
@click.option("--after", default="", help="Another one beside the label of this id.")
@click.option("--patience", type=float, default=60, show_default=True, help="Seconds to wait for it.")
@_out_option
def make(shop_key: str, order_id: str, grams: int, boxes: int, patience: float, out: Path | None, **asked: str) -> None:
    """Ask for a label of an order and wait for it; prints it as JSON. Asked twice, it is bought once."""
    here, now = parts(), datetime.now(UTC)
    shop = shop_of(here, shop_key)
    with here.database.read() as db:
        ground = asking.ground(db, here, shop, order_id)
    if ground is None or ground.order is None:
        raise click.ClickException(f"The shop has no order {order_id}. It goes by the platform's id.")
    after = asked.pop("after")
    if after:
        _one(here, shop.id, after)
    told: dict[str, Any] = {"boxes": [{"grams": grams}] * boxes, "format": asked["wanted"]}
    wanted, wrong = written.read(told | {name: asked[name] for name in ("carrier", "service")}, ground.usual)
    for name, text in wrong.items():
        raise click.ClickException(f"{name} {text}.")
    key = composed.usual_key(order_id, boxes, after=after)
    row, is_new = asking.want(here, shop_id=shop.id, key=key, wanted=wanted, ground=ground, now=now)
    row = _followed(here, shop.id, row.id, patience)
    click.echo(json.dumps({"new": is_new} | shapes.label(row, base_url=here.settings.base_url), indent=2))
    _write(row, out)
    if row.state != labels.BOUGHT:
        if words.is_under_way(row.state) and not queue_state(here.queues).workers:
            click.echo("No worker is running: start Backroom (`make run`), and it goes on.", err=True)
        raise SystemExit(1)


@group.command("show")
@click.argument("label_id")
@_shop_option
@_out_option
def show(label_id: str, shop_key: str, out: Path | None) -> None:
    """Print the label LABEL_ID as JSON."""
    here = parts()
    row = _one(here, shop_of(here, shop_key).id, label_id)
    click.echo(json.dumps(shapes.label(row, base_url=here.settings.base_url), indent=2, ensure_ascii=False))
    _write(row, out)


def _followed(here: Parts, shop_id: int, label_id: int, patience: float) -> Any:
    """The label once nothing is left to do about it, or as it is when patience is at its end."""
    until = time.monotonic() + patience
    while True:
        row = _one(here, shop_id, str(label_id))
        if not words.is_under_way(row.state) or time.monotonic() > until:
            return row
        time.sleep(_PAUSE)


def _one(here: Parts, shop_id: int, label_id: str) -> Any:
    number = int(label_id) if label_id.isascii() and label_id.isdecimal() and len(label_id) < 19 else 0
    with here.database.read() as db:
        row = labels.by_id(db, shop_id=shop_id, label_id=number)
    if row is None:
        raise click.ClickException(f"The shop has no label {label_id}.")
    return row


def _write(row: Any, out: Path | None) -> None:
    if out is not None and row.file is not None:
        out.write_bytes(row.file)
