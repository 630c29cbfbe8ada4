"""What is bought together: counted again from each shop's orders, once a day and whenever there are many new ones."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

from commerce.tables import orders, recommendations, shops
from commerce.tables.recommendations import COMPANIONS
from commerce.tables.shops import ACTIVE
from jobs import queues
from jobs.job import job, utc_now
from jobs.process import Process, current

_LOOKED_AT = timedelta(days=365)  # older orders say little of what is sold now
_EVERY = timedelta(hours=24)
_AGAIN = timedelta(minutes=10)  # for shops that grow quickly
_GROWN = 1.2
_CHUNK = 500  # orders per query, products per transaction
_MOST_ORDERS = 200_000  # the newest ones of a shop
_LARGEST_BASKET = 30  # products; an order with more is a dealer's, and pairs grow with the square
_MOST_PAIRS = 2_000_000  # held at a time; beyond, those that were seen once are let go


@job(queue=queues.BULK, timeout=900)
def count_companions() -> None:
    """Count the companions of every product, in the shops where it is due."""
    process, now = current(), utc_now()
    with process.database.read() as db:
        active = [shop.id for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
    for shop_id in active:
        if _is_due(process, shop_id, now):
            _count(process, shop_id, now)


def _is_due(process: Process, shop_id: int, now: datetime) -> bool:
    with process.database.read() as db:
        number = orders.count(db, shop_id=shop_id, since=now - _LOOKED_AT)
        known = recommendations.state(db, shop_id=shop_id)
    if known is None:
        return number > 0
    counted_at, before = known
    return counted_at < now - _EVERY or (counted_at < now - _AGAIN and number > before * _GROWN + 10)


def _count(process: Process, shop_id: int, now: datetime) -> None:
    pairs, looked_at = _pairs(process, shop_id, now)
    found: dict[str, list[tuple[str, int]]] = {}
    for (one, other), number in pairs.items():
        found.setdefault(one, []).append((other, number))
        found.setdefault(other, []).append((one, number))
    ids = sorted(found)
    for start in range(0, len(ids), _CHUNK):
        best = {key: sorted(found[key], key=lambda told: (-told[1], told[0])) for key in ids[start : start + _CHUNK]}
        with process.database.write() as db:
            recommendations.save(db, shop_id=shop_id, found={key: best[key][:COMPANIONS] for key in best}, now=now)
        process.database.give_way()
    with process.database.write() as db:
        recommendations.finish(db, shop_id=shop_id, looked_at=looked_at, now=now)


def _pairs(process: Process, shop_id: int, now: datetime) -> tuple["Counter[tuple[str, str]]", int]:
    """In how many orders two products stand together; and how many orders there are."""
    pairs: Counter[tuple[str, str]] = Counter()
    before: tuple[datetime, str] | None = None
    seen = 0
    while seen < _MOST_ORDERS:
        with process.database.read() as db:
            baskets, before = recommendations.baskets(
                db, shop_id=shop_id, since=now - _LOOKED_AT, before=before, limit=_CHUNK
            )
        for basket in baskets:
            pairs.update(combinations(basket[:_LARGEST_BASKET], 2))
        if len(pairs) > _MOST_PAIRS:
            pairs = Counter({pair: number for pair, number in pairs.items() if number > 1})
        seen += _CHUNK
        if before is None:
            break
    with process.database.read() as db:
        return pairs, orders.count(db, shop_id=shop_id, since=now - _LOOKED_AT)
