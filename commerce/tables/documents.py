"""What a shop's search index should hold: the digests of its products' search documents, without the products."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select, text

from commerce.rules.products import ACTIVE
from commerce.tables.effects import INDEX, effects
from commerce.tables.products import products


def count(db: Connection, *, shop_id: int) -> int:
    """How many products shoppers may find."""
    return db.execute(select(func.count()).where(_searchable(shop_id))).scalar_one()


def digests(db: Connection, *, shop_id: int, last_id: str, limit: int) -> Sequence[tuple[str, str]]:
    """(id, digest) of products that shoppers may find, in the order of their ids, behind `last_id`.

    A digest is "" while it was not worked out.
    """
    query = select(products.c.id, products.c.digest).where(_searchable(shop_id), products.c.id > last_id)
    return [(row.id, row.digest) for row in db.execute(query.order_by(products.c.id).limit(limit))]


def newest_change(db: Connection, *, shop_id: int) -> int:
    """The number of the newest change that is for the index; what changes from now on has a higher one."""
    query = select(func.max(effects.c.id)).where(effects.c.shop_id == shop_id)
    return int(db.execute(query).scalar_one() or 0)


def moving(db: Connection, *, shop_id: int, ids: Collection[str], after: int) -> set[str]:
    """Those of these products that wait to be indexed, or changed behind the change of the number `after`."""
    if not ids:
        return set()
    those = and_(effects.c.shop_id == shop_id, effects.c.kind == INDEX, effects.c.object_id.in_(ids))
    waits = select(effects.c.object_id).where(those, effects.c.state == text("'waiting'"))
    newer = select(effects.c.object_id).where(those, effects.c.id > after)
    return {*db.execute(waits).scalars(), *db.execute(newer).scalars()}


def _searchable(shop_id: int) -> Any:
    return and_(products.c.shop_id == shop_id, products.c.published, products.c.status == ACTIVE)
