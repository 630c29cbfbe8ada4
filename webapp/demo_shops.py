"""The demo shops: one on each platform, played by the simulator, received through the same doors as any other."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from commerce.database import Connection
from commerce.rules.notifications.choices import usual as of_platform
from commerce.tables import shops
from commerce.tables.notifications import choices
from commerce.tables.shops import Shop
from commerce.vault import shopify_secret
from webapp.doors.door import SHOPIFY, WOOCOMMERCE
from webapp.parts import Parts

SHOPIFY_DOMAIN = "backroom-demo.myshopify.com"
WOOCOMMERCE_DOMAIN = "https://demo.backroom.example"
CURRENCY = "EUR"
_HISTORY = 30  # orders of the days before
_KEEPS_DAYS = 1  # what messages said: some 17,000 a day, so that a demo that runs for months fills no disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How to start the simulator: its arguments, and the secrets that go into its environment."""

    arguments: list[str]
    environment: dict[str, str]


def ensure(here: Parts) -> dict[str, Shop]:
    """The demo shops by platform, added where they are not there yet."""
    wanted = {
        SHOPIFY: (SHOPIFY_DOMAIN, "Demo shop (Shopify)"),
        WOOCOMMERCE: (WOOCOMMERCE_DOMAIN, "Demo shop (WooCommerce)"),
    }
    with here.database.write() as db:
        return {
            platform: shops.by_domain(db, here.vault, platform=platform, domain=domain)
            or _added(db, here, platform, domain, name)
            for platform, (domain, name) in wanted.items()
        }


def _added(db: Connection, here: Parts, platform: str, domain: str, name: str) -> Shop:
    """A new demo shop, which sends its shoppers every kind of mail: no platform does that here."""
    now = datetime.now(UTC)
    shops.add(
        db,
        here.vault,
        platform=platform,
        domain=domain,
        name=name,
        now=now,
        currency=CURRENCY,
        webhook_secret=shops.new_secret() if platform == WOOCOMMERCE else "",
        demo=True,
    )
    shop = shops.by_domain(db, here.vault, platform=platform, domain=domain)
    assert shop is not None
    usual = of_platform(platform)
    all_on = {name: replace(one, is_on=True) for name, one in usual.kinds.items()}
    choices.save(db, shop=shop, chosen=replace(usual, kinds=all_on, keeps_days=_KEEPS_DAYS), now=now)
    return shop


def simulation(here: Parts, demo: dict[str, Shop], *, rate: str, seed: int) -> Simulation:
    """What starts the simulator of these shops; its state lies in VAR_DIR, so that it goes on where it stopped."""
    base = here.settings.base_url
    local = f"http://127.0.0.1:{here.settings.port}"
    return Simulation(
        arguments=[
            *("--shopify-url", f"{local}/webhooks/shopify"),
            *("--shopify-domain", demo[SHOPIFY].domain),
            *("--woocommerce-url", f"{local}/webhooks/woocommerce/{demo[WOOCOMMERCE].key}"),
            *("--woocommerce-domain", demo[WOOCOMMERCE].domain.removeprefix("https://")),
            *("--image-url", base),
            *("--rate", rate, "--seed", str(seed), "--history", str(_HISTORY), "--sandbox"),
            *("--state", str(here.settings.var_dir / f"simulator-{seed}.db")),
        ],
        environment={
            "SIMULATOR_SHOPIFY_SECRET": shopify_secret(here.settings),
            "SIMULATOR_WOOCOMMERCE_SECRET": demo[WOOCOMMERCE].secrets[0],
        },
    )
