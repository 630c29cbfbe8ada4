"""Opening a shop's own API: access that is refreshed in time, by one worker at a time, and calls that are counted."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

import structlog

from commerce.database import Connection
from commerce.tables import connections, shops, tallies
from commerce.tables.connections import ShopConnection
from commerce.tables.shops import Shop
from commerce.vault import UnableToDecrypt
from integrations import registry
from integrations.errors import OutsideError, Refused, Transient
from integrations.shop_api import Access, ShopApi
from jobs import queues
from jobs.job import job, lease, utc_now
from jobs.pace import SharedPace
from jobs.process import Process, current

_EARLY = timedelta(minutes=5)  # as Shopify's own libraries do
_KEPT_ALIVE = timedelta(days=7)  # refresh tokens last for 90 days from their last use
_ALWAYS = timedelta(days=3650)  # no access lasts as long: it is refreshed now
_JUST_NOW = timedelta(minutes=1)
_PATIENCE = 10.0  # seconds to wait for another worker that refreshes

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenShop:
    """A shop whose API may be asked; `calls` counts by the calls' names."""

    shop: Shop
    api: ShopApi
    connection: ShopConnection
    calls: "Counter[str]" = field(default_factory=Counter)


@contextmanager
def opened(process: Process, shop_id: int, *, purpose: str) -> Iterator[OpenShop | None]:
    """Open the shop's API for the block; None where there is none, or it does not let us in.

    `purpose` is what the calls are counted under. A refusal within the block is noted as a lost connection and raised.
    """
    found = _open(process, shop_id)
    if found is None:
        yield None
        return
    try:
        yield found
    except Refused as error:
        if _was_renewed(process, found) or not _refused(process, found, error):
            raise Transient("The shop refused the access that we had; it was renewed.") from error
        raise
    finally:
        _count(process, found, purpose)


def _open(process: Process, shop_id: int) -> OpenShop | None:
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, shop_id)
        connection = connections.one(db, process.vault, shop_id=shop_id)
    if shop is None or shop.state != shops.ACTIVE or connection is None or connection.state != connections.CONNECTED:
        return None
    fresh = _fresh(process, shop, connection, utc_now() + _EARLY)
    if fresh is None:
        return None
    calls: Counter[str] = Counter()
    api = registry.shop_api(shop.platform, _access(process, shop, fresh, calls))
    return OpenShop(shop, api, fresh, calls) if api is not None else None


def _access(process: Process, shop: Shop, connection: ShopConnection, calls: "Counter[str]") -> Access:
    settings = process.settings
    return Access(
        domain=shop.domain,
        credentials=connection.credentials.secrets,
        currency=shop.currency,
        folder=settings.var_dir / "syncs" / shop.key,
        pace=SharedPace(process.queues.redis, shop.id),
        counted=lambda name: calls.update([name]),
        origin=settings.shopify_api_origin if shop.platform == "shopify" else "",
        ca_bundle=settings.ca_bundle,
        allow_private_hosts=settings.allow_private_hosts,
    )


def _fresh(process: Process, shop: Shop, connection: ShopConnection, until: datetime) -> ShopConnection | None:
    """The connection with credentials that hold until then, refreshed where they would not; None where it is lost."""
    if connection.credentials.expires_at is None or connection.credentials.expires_at > until:
        return connection
    patience = monotonic() + _PATIENCE
    while monotonic() < patience:
        with lease(shop_id=shop.id, kind="token", while_paused=True) as held:
            if held is not None:
                return _refresh(process, shop, connection)
        sleep(0.2)
    raise Transient("Another worker has been refreshing this shop's access for too long.")


def _refresh(process: Process, shop: Shop, known: ShopConnection) -> ShopConnection | None:
    """Refresh, unless another worker did so. Killed before the new pair is stored, the old one still works."""
    with process.database.read() as db:
        connection = connections.one(db, process.vault, shop_id=shop.id)
    if connection is None or connection.state != connections.CONNECTED:
        return None
    if connection.credentials.expires_at is None or connection.identity != known.identity:
        return connection
    try:
        credentials = registry.renewed(shop.platform, process.settings, shop.domain, connection.credentials.secrets)
    except Refused as error:
        with process.database.write() as db:
            lost = _lose(db, shop, connection, error)
            stored = None if lost else connections.one(db, process.vault, shop_id=shop.id)
        # Installed again meanwhile: what is stored now lets us in.
        return stored if stored is not None and stored.state == connections.CONNECTED else None
    now = utc_now()
    with process.database.write() as db:
        connections.renew(
            db,
            process.vault,
            shop_id=shop.id,
            credentials=connections.Credentials(
                secrets=credentials.secrets,
                expires_at=credentials.expires_at,
                refresh_expires_at=credentials.refresh_expires_at,
                scopes=credentials.scopes or connection.credentials.scopes,
            ),
            installed_at=connection.installed_at,
            now=now,
        )
        return connections.one(db, process.vault, shop_id=shop.id)


def _was_renewed(process: Process, found: OpenShop) -> bool:
    """Try to refresh what the shop refused: access may end before its time, installations do not."""
    known = found.connection
    recently = known.refreshed_at is not None and known.refreshed_at > utc_now() - _JUST_NOW
    if known.credentials.expires_at is None or recently:
        return False
    return _fresh(process, found.shop, known, utc_now() + _ALWAYS) is not None


def _refused(process: Process, found: OpenShop, error: Refused) -> bool:
    """Whether the connection is lost. If not, others let us in by now: another worker refreshed, or the app was
    installed again."""
    with process.database.write() as db:
        if _lose(db, found.shop, found.connection, error):
            return True
        state = connections.state(db, shop_id=found.shop.id)
    return state is None or state.state != connections.CONNECTED


def _lose(db: Connection, shop: Shop, known: ShopConnection, error: Refused) -> bool:
    """The shop does not let us in: the merchant sees it, and what waits for the API waits for the merchant.

    False where it is not these credentials that are stored any more.
    """
    at, refreshed_at = known.identity
    lost = connections.lose(db, shop_id=shop.id, error=str(error), installed_at=at, refreshed_at=refreshed_at)
    if lost:
        _log.warning("connection.lost", shop_id=shop.id, error=str(error))
    return lost


def _count(process: Process, found: OpenShop, purpose: str) -> None:
    number = found.calls.total()
    if number:
        with process.database.write() as db:
            tallies.add(db, {(found.shop.id, "api_calls", purpose): number}, now=utc_now())


@job(queue=queues.OUTSIDE, timeout=300)
def keep_alive() -> None:
    """Refresh credentials that nothing used for days, long before they lapse."""
    process = current()
    with process.database.read() as db:
        waiting = connections.stale(db, refreshed_before=utc_now() - _KEPT_ALIVE)
    for shop_id in waiting:
        try:
            _keep_alive(process, shop_id)
        except (OutsideError, UnableToDecrypt) as error:  # the other shops are refreshed all the same
            _log.warning("connection.not_refreshed", shop_id=shop_id, error=str(error))


def _keep_alive(process: Process, shop_id: int) -> None:
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, shop_id)
        connection = connections.one(db, process.vault, shop_id=shop_id)
    if shop is not None and connection is not None and shop.state == shops.ACTIVE:
        _fresh(process, shop, connection, utc_now() + _ALWAYS)
