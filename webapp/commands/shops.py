"""`shops`: connect shops from the command line."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from flask.cli import AppGroup

from commerce.tables import connections, shops, syncs
from commerce.tables.connections import Credentials
from commerce.vault import shopify_secret
from integrations.platforms.custom import verify as custom
from integrations.platforms.shopify.scopes import shop_domain
from jobs import queues
from webapp.parts import Parts, parts
from webapp.stores.connecting import normalised

group = AppGroup("shops", help="Connect and list shops.")

_NO_WORD = re.compile(r"[\W_]+")
_CURRENCY = re.compile(r"[A-Z]{3}")


def _currency(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _CURRENCY.fullmatch(value.upper()):
        raise click.BadParameter("three letters, such as EUR")
    return value.upper() if value else None


currency_option = click.option(
    "--currency", callback=_currency, help="ISO code of the shop's currency; learned from the first order otherwise."
)


@group.command("add-shopify")
@click.argument("domain")
@click.option("--access-token", default="", help="Admin API access token, for reading what webhooks do not tell.")
@click.option("--webhook-secret", default="", help="A secret of this shop's own; the app's secret is accepted as well.")
@click.option("--name", default="")
@currency_option
def add_shopify(domain: str, access_token: str, webhook_secret: str, name: str, currency: str | None) -> None:
    """Connect the Shopify shop DOMAIN (example.myshopify.com); prints its keys as JSON, this once."""
    known = shop_domain(domain.strip().lower().removeprefix("https://").rstrip("/"))
    if not known:
        raise click.BadParameter(
            f"{domain!r} is not a shop's domain such as example.myshopify.com", param_hint="DOMAIN"
        )
    here = parts()
    new = _add(
        here,
        platform="shopify",
        domain=known,
        name=name,
        currency=currency,
        webhook_secret=webhook_secret,
        credentials={"access_token": access_token} if access_token else {},
    )
    address = f"{here.settings.base_url}/webhooks/shopify"
    _show(new, address, webhook_secret or shopify_secret(here.settings))


@group.command("add-woocommerce")
@click.argument("url")
@click.option("--consumer-key", default="", help="REST API key (ck_…).")
@click.option("--consumer-secret", default="", help="REST API secret (cs_…).")
@click.option("--webhook-secret", default="", help="The webhooks' secret; a new one is made where none is given.")
@click.option("--name", default="")
@currency_option
def add_woocommerce(
    url: str, consumer_key: str, consumer_secret: str, webhook_secret: str, name: str, currency: str | None
) -> None:
    """Connect the WooCommerce shop at URL; prints its keys as JSON, this once."""
    host = _host(url)
    if not host:
        raise click.BadParameter(f"{url!r} is not an address such as https://shop.example", param_hint="URL")
    here, secret = parts(), webhook_secret or shops.new_secret()
    new = _add(
        here,
        platform="woocommerce",
        domain=normalised(url.strip()),
        name=name or host,
        currency=currency,
        webhook_secret=secret,
        credentials={"consumer_key": consumer_key, "consumer_secret": consumer_secret} if consumer_key else {},
    )
    _show(new, f"{here.settings.base_url}/webhooks/woocommerce/{new.shop_key}", secret)


@group.command("add-custom")
@click.argument("name")
@click.option("--webhook-secret", default="", help="The sender's own secret (whsec_…); a new one is made otherwise.")
@currency_option
def add_custom(name: str, webhook_secret: str, currency: str | None) -> None:
    """Connect the shop NAME, which runs on any other back end; prints its keys as JSON, this once."""
    slug = _NO_WORD.sub("-", name.casefold()).strip("-")
    if not slug:
        raise click.BadParameter(f"{name!r} has no letter and no digit", param_hint="NAME")
    if webhook_secret and not custom.is_secret(webhook_secret):
        raise click.BadParameter("whsec_ and base64 of at least 16 bytes", param_hint="--webhook-secret")
    here, secret = parts(), webhook_secret or custom.new_secret()
    new = _add(here, platform="custom", domain=slug, name=name.strip(), currency=currency, webhook_secret=secret)
    _show(new, f"{here.settings.base_url}/webhooks/custom/{new.shop_key}", secret)


def _host(url: str) -> str:
    """The host of a shop's address; empty where it is none."""
    try:
        address = urlsplit(url.strip())
        _ = address.port
    except ValueError:
        return ""
    return address.netloc if address.hostname and address.scheme.lower() in ("http", "https") else ""


def _add(here: Parts, *, credentials: dict[str, str] | None = None, **values: str | None) -> shops.NewShop:
    now = datetime.now(UTC)
    try:
        with here.database.write() as db:
            new = shops.add(db, here.vault, now=now, **values)  # type: ignore[arg-type]
            if credentials:
                told = Credentials(secrets=credentials)
                connections.save(db, here.vault, shop_id=new.id, credentials=told, installed_at=now)
                syncs.begin(db, shop_id=new.id, kind=syncs.IMPORT, now=now)
    except shops.UnableToAddShop as error:
        raise click.ClickException(str(error)) from None
    if credentials:
        here.queues.wake(queues.SYNC, [new.id])
    return new


def _show(new: shops.NewShop, webhook_url: str, webhook_secret: str) -> None:
    answer = {
        "shop_key": new.shop_key,
        "api_key": new.api_key,
        "publishable_key": new.publishable_key,
        "webhook_url": webhook_url,
        "webhook_secret": webhook_secret,
    }
    click.echo(json.dumps(answer, indent=2))


@group.command("list")
def list_shops() -> None:
    """Print all shops as JSON, without secrets."""
    here = parts()
    with here.database.read() as db:
        everyone = shops.all_shops(db, here.vault)
    rows = [
        {name: getattr(shop, name) for name in ("key", "platform", "domain", "name", "state", "currency", "demo")}
        for shop in everyone
    ]
    click.echo(json.dumps(rows, indent=2))


@group.command("new-api-key")
@click.option("--shop", "shop_key", required=True)
def new_api_key(shop_key: str) -> None:
    """Replace a shop's API key; the old one is refused at once."""
    here = parts()
    with here.database.write() as db:
        shop = shops.by_key(db, here.vault, shop_key)
        if shop is None:
            raise click.ClickException(f"There is no shop with the key {shop_key}. `shops list` shows all.")
        click.echo(json.dumps({"shop_key": shop_key, "api_key": shops.new_api_key(db, shop.id)}, indent=2))
