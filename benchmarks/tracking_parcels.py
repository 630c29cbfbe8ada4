"""A shop with accounts at four carriers and parcels that are due, for benchmarks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.database import Database
from commerce.migrate import migrate
from commerce.settings import Settings
from commerce.tables import carriers, order_tracking, shops
from commerce.tables.carriers import Account
from commerce.vault import Vault, secret_key
from integrations import registry

# Whose parcels they are, of a hundred.
SHARES = {"ups": 35, "fedex": 25, "usps": 30, "dhl": 10}
_CHUNK = 1000


def quotas_of(carrier: str) -> tuple[tuple[int, int], ...]:
    """What a new account may ask: (calls, seconds)."""
    return tuple((quota.calls, quota.seconds) for quota in registry.carrier(carrier).quotas)


def stocked(environ: Mapping[str, str], quotas: Mapping[str, tuple[tuple[int, int], ...]]) -> int:
    """A new database with such a shop; gives its id."""
    settings = Settings.from_environ(environ)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    database, vault, now = Database(settings.database_url), Vault(secret_key(settings)), datetime.now(UTC)
    migrate(database)
    with database.write() as db:
        added = shops.add(db, vault, platform="custom", domain="bench", name="Bench", now=now, currency="USD")
        found = shops.by_key(db, vault, added.shop_key)
        assert found is not None
        for name, limits in quotas.items():
            credentials = {field.name: f"{field.name}-1" for field in registry.carrier(name).fields}
            account = Account(carrier=name, key=name, credentials=credentials, quotas=limits)
            carriers.save_account(db, vault, shop_id=found.id, account=account, now=now)
    database.dispose()
    return found.id


def due(environ: Mapping[str, str], shop_id: int, parcels: int, *, behind: timedelta) -> None:
    """So many parcels that are due since then."""
    database, now = Database(Settings.from_environ(environ).database_url), datetime.now(UTC)
    rows = [_row(shop_id, index, now, now - behind) for index in range(parcels)]
    for start in range(0, parcels, _CHUNK):
        with database.write() as db:
            order_tracking.add(db, rows[start : start + _CHUNK])
    database.dispose()


def _row(shop_id: int, index: int, now: datetime, due_at: datetime) -> dict[str, Any]:
    carrier = _carrier(index)
    return {
        "shop_id": shop_id,
        "number": number(carrier, index),
        "carrier": carrier,
        "source": order_tracking.API,
        "token": f"bench-{index}",
        "to_country": "US",
        "to_postcode": "97201",
        "to_zone": "America/Los_Angeles",
        "created_at": now - timedelta(days=2),
        "next_check_at": due_at,
        "saved_at": now,
    }


def _carrier(index: int) -> str:
    place = index % 100
    for name, share in SHARES.items():
        if place < share:
            return name
        place -= share
    raise AssertionError


def number(carrier: str, index: int) -> str:
    """A number in the carrier's form."""
    forms = {"ups": f"1Z999AA1{index:010d}", "fedex": f"{700000000000 + index}", "usps": f"94{index:020d}"}
    return forms.get(carrier, f"{3000000000 + index}")
