"""Merchants' own templates (Liquid) of the fragments that their stores show, and the CDN that keeps them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, Text, delete, select

from commerce.tables.columns import BigId, Moment, metadata, upsert
from commerce.vault import Vault

PRODUCT, CATEGORY = "product", "category"
KINDS = (PRODUCT, CATEGORY)

templates = Table(
    "page_templates",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

cdns = Table(
    "cdns",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("token_sealed", Text, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdn:
    """The CDN before a shop's pages: of which kind, where it is purged and with what, and for how many seconds it keeps
    pages. `repr` leaves the token out.
    """

    kind: str
    address: str
    token: str
    seconds: int

    def __repr__(self) -> str:
        return f"Cdn(kind={self.kind!r}, address={self.address!r}, seconds={self.seconds!r})"


def sources(db: Connection, *, shop_id: int) -> dict[str, str]:
    """The shop's own templates, by kind of page."""
    rows = db.execute(select(templates.c.kind, templates.c.source).where(templates.c.shop_id == shop_id))
    return dict(rows.all())


def save(db: Connection, *, shop_id: int, kind: str, source: str, now: datetime) -> None:
    """Keep a template; an empty one brings back the usual one."""
    if source:
        upsert(db, templates, [{"shop_id": shop_id, "kind": kind, "source": source, "updated_at": now}])
    else:
        db.execute(delete(templates).where(templates.c.shop_id == shop_id, templates.c.kind == kind))


def cdn(db: Connection, vault: Vault, *, shop_id: int) -> Cdn | None:
    """The CDN before the shop's pages; None where there is none."""
    row = db.execute(select(cdns).where(cdns.c.shop_id == shop_id)).one_or_none()
    if row is None:
        return None
    return Cdn(kind=row.kind, address=row.address, token=vault.open(row.token_sealed), seconds=row.seconds)


def has_cdn(db: Connection, *, shop_id: int) -> bool:
    """Whether there is a CDN before the shop's pages."""
    return db.execute(select(cdns.c.shop_id).where(cdns.c.shop_id == shop_id)).first() is not None


def save_cdn(db: Connection, vault: Vault, *, shop_id: int, chosen: Cdn | None, now: datetime) -> None:
    """Keep which CDN there is; None: there is none any more."""
    if chosen is None:
        db.execute(delete(cdns).where(cdns.c.shop_id == shop_id))
        return
    row = {"shop_id": shop_id, "kind": chosen.kind, "address": chosen.address, "seconds": chosen.seconds}
    upsert(db, cdns, [row | {"token_sealed": vault.seal(chosen.token), "updated_at": now}])
