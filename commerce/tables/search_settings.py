"""What merchants chose of their search. Who saves it tells the pages (shops)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from commerce.rules.search_settings import USUAL, SearchSettings
from commerce.rules.written_settings import as_json, language_of, read_stored
from commerce.tables import effects, shops
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert
from commerce.tables.effects import NewEffect

search_settings = Table(
    "search_settings",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("settings", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Settings, and what facets are called in the shop; `saved_at` is None where nothing was ever chosen."""

    settings: SearchSettings = USUAL
    labels: Mapping[str, str] = field(default_factory=dict)
    saved_at: datetime | None = None


def of(db: Connection, *, shop_id: int) -> SearchSettings:
    """How the shop's products are searched. Where nothing was chosen, the usual way, in the shop's own language."""
    return chosen(db, shop_id=shop_id).settings


def chosen(db: Connection, *, shop_id: int) -> Chosen:
    """Settings and labels of the shop."""
    table = shops.shops
    joined = table.outerjoin(search_settings, search_settings.c.shop_id == table.c.id)
    query = select(table.c.locale, search_settings.c.settings, search_settings.c.labels, search_settings.c.saved_at)
    row = db.execute(query.select_from(joined).where(table.c.id == shop_id)).one_or_none()
    usual = replace(USUAL, languages=(language_of(row.locale),)) if row is not None else USUAL
    if row is None or row.settings is None:
        return Chosen(settings=usual)
    return Chosen(settings=read_stored(row.settings, before=usual), labels=row.labels, saved_at=row.saved_at)


def follow(db: Connection, *, shop_id: int, before: SearchSettings, now: datetime) -> None:
    """The shop told something about itself: where it is searched in another way than `before`, bring that about."""
    if of(db, shop_id=shop_id) != before:
        _bring_about(db, shop_id, now)


def save(
    db: Connection, *, shop_id: int, settings: SearchSettings, now: datetime, labels: Mapping[str, str] | None = None
) -> None:
    """Store settings; labels stay as they are where none are given. An effect brings the index in line."""
    row = {"shop_id": shop_id, "settings": as_json(settings), "labels": dict(labels or {}), "saved_at": now}
    before = of(db, shop_id=shop_id)
    upsert(db, search_settings, [row], keep=["labels"] if labels is None else [])
    if settings != before:
        _bring_about(db, shop_id, now)
    else:
        shops.bump_pages(db, shop_id)


def _bring_about(db: Connection, shop_id: int, now: datetime) -> None:
    """The index is configured by an effect, so that a worker that dies does not lose it."""
    wanted = NewEffect(kind=effects.CONFIGURE, object_kind="search", object_id="settings", reason="Settings changed.")
    effects.plan(db, shop_id=shop_id, wanted=[wanted], now=now)
    shops.bump_pages(db, shop_id)
