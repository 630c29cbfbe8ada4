"""`events`: post a captured delivery, replay stored ones."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import requests
from flask.cli import AppGroup

from commerce.tables import events, inbox, shops
from commerce.tables.shops import Shop
from jobs.queues import APPLY
from webapp.doors.door import SHOPIFY
from webapp.parts import Parts, parts

group = AppGroup("events", help="Post and replay deliveries.")

_NOT_SENT = ("host", "connection", "content-length", "accept-encoding", "expect", "transfer-encoding")


def shop_of(here: Parts, shop_key: str) -> Shop:
    """The shop of that key. Raises ClickException where there is none."""
    with here.database.read() as db:
        shop = shops.by_key(db, here.vault, shop_key)
    if shop is None:
        raise click.ClickException(f"There is no shop with the key {shop_key}. `shops list` shows all.")
    return shop


@group.command("post")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--shop", "shop_key", required=True)
def post(file: Path, shop_key: str) -> None:
    """Post one captured delivery to the running server, exactly as it is.

    FILE is its body (NAME.body) or its headers (NAME.headers.json, an object with the list `headers`); the other one
    lies beside it.
    """
    here = parts()
    shop = shop_of(here, shop_key)
    headers, body = _capture(file)
    door = "shopify" if shop.platform == SHOPIFY else f"{shop.platform}/{shop.key}"
    try:
        answer = requests.post(f"{here.settings.base_url}/webhooks/{door}", data=body, headers=headers, timeout=30)
    except requests.RequestException as error:
        raise click.ClickException(
            f"The server at {here.settings.base_url} does not answer ({type(error).__name__}). Is it running?"
        ) from None
    click.echo(json.dumps({"status": answer.status_code, "answer": answer.text.strip()}))
    if answer.status_code != 200:
        raise SystemExit(1)


def _capture(file: Path) -> tuple[dict[str, str], bytes]:
    """Headers and body of a capture, given either of its files or their common name."""
    stem = file.name.removesuffix(".headers.json").removesuffix(".body")
    headers_file, body_file = file.with_name(f"{stem}.headers.json"), file.with_name(f"{stem}.body")
    for needed in (headers_file, body_file):
        if not needed.is_file():
            raise click.ClickException(f"{needed} is missing: a delivery is NAME.headers.json and NAME.body.")
    try:
        told = json.loads(headers_file.read_bytes())
        pairs = told["headers"].items() if isinstance(told["headers"], dict) else told["headers"]
        headers = {str(name): str(value) for name, value in pairs if str(name).lower() not in _NOT_SENT}
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{headers_file} has no list `headers` of names and values.") from None
    return headers, body_file.read_bytes()


@group.command("replay")
@click.option("--shop", "shop_key", required=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]), help="UTC.")
@click.option("--state", type=click.Choice(inbox.STATES))
@click.option("--id", "row_id", type=int)
def replay(shop_key: str, since: datetime | None, state: str | None, row_id: int | None) -> None:
    """Apply stored deliveries again; what is older than what is known changes nothing."""
    here = parts()
    shop = shop_of(here, shop_key)
    filters = events.Filters(states=(state,) if state else (), since=since.replace(tzinfo=UTC) if since else None)
    with here.database.write() as db:
        number = events.replay(db, shop_id=shop.id, filters=filters, row_id=row_id)
    woken = here.queues.wake(APPLY, [shop.id], again=True)
    click.echo(json.dumps({"replayed": number, "woken": woken}))
