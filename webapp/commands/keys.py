"""`keys`: make, list and revoke keys of a shop's own systems."""

import json
from datetime import UTC, datetime, timedelta

import click
from flask.cli import AppGroup

from commerce.database import Connection
from commerce.rules.api_keys import LONGEST_NAME, SCOPES, UnableToReadScopes, read_scopes
from commerce.tables import api_keys, shops
from commerce.tables.shops import Shop
from webapp.parts import parts

group = AppGroup("keys", help="Keys of shops' own systems.")

_shop_option = click.option("--shop", "shop_key", required=True, help="The shop's key; `shops list` shows it.")


@group.command("add")
@_shop_option
@click.option("--name", required=True, help="Which system will use it.")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help="One of " + ", ".join(SCOPES))
@click.option("--days", type=click.IntRange(1, 3650), help="How long it holds; until it is revoked otherwise.")
def add(shop_key: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key; prints it as JSON, this once."""
    try:
        chosen = read_scopes(scopes)
    except UnableToReadScopes as error:
        raise click.BadParameter(str(error), param_hint="--scope") from None
    named = " ".join(name.split())
    if not 1 <= len(named) <= LONGEST_NAME:
        raise click.BadParameter(f"1 to {LONGEST_NAME} characters", param_hint="--name")
    here, now = parts(), datetime.now(UTC)
    ends = now + timedelta(days=days) if days else None
    with here.database.write() as db:
        shop = _shop(db, shop_key)
        key_id, token = api_keys.add(db, shop_id=shop.id, name=named, scopes=chosen, now=now, expires_at=ends)
    shown = {"id": key_id, "shop_key": shop_key, "name": named, "scopes": list(chosen), "api_key": token}
    click.echo(json.dumps(shown, indent=2))


@group.command("list")
@_shop_option
def list_keys(shop_key: str) -> None:
    """Print the shop's keys as JSON, without the keys themselves."""
    with parts().database.read() as db:
        rows = api_keys.of_shop(db, shop_id=_shop(db, shop_key).id)
    moments = ("created_at", "used_at", "expires_at")
    shown = [
        {"id": row.id, "name": row.name, "starts_with": row.starts_with, "scopes": row.scopes}
        | {name: at.isoformat() if (at := getattr(row, name)) else None for name in moments}
        for row in rows
    ]
    click.echo(json.dumps(shown, indent=2))


@group.command("revoke")
@_shop_option
@click.argument("key_id", type=int, metavar="ID")
def revoke(shop_key: str, key_id: int) -> None:
    """Refuse a key from now on; running processes know it within a second."""
    with parts().database.write() as db:
        done = api_keys.revoke(db, shop_id=_shop(db, shop_key).id, key_id=key_id, now=datetime.now(UTC))
    if not done:
        raise click.ClickException(f"The shop has no key {key_id}. `keys list` shows all.")
    click.echo(json.dumps({"id": key_id, "revoked": True}))


def _shop(db: Connection, shop_key: str) -> Shop:
    shop = shops.by_key(db, parts().vault, shop_key)
    if shop is None:
        raise click.ClickException(f"There is no shop with the key {shop_key}. `shops list` shows all.")
    return shop
