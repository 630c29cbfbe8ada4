"""Merchants' own templates of messages: each version is kept, and the newest one counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Integer, Row, Table, Text, and_, func, select

from commerce.tables.columns import BigId, Moment, metadata

# `is_default`: from this version on the default template counts again. `channel`: mail or sms.
templates = Table(
    "notification_templates",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

_PLACE = (templates.c.shop_id, templates.c.kind, templates.c.channel, templates.c.language)
Place = tuple[str, str, str]  # kind, channel, language


def current(db: Connection, *, shop_id: int) -> dict[Place, Row[Any]]:
    """The shop's own templates that count: (kind, channel, language) to the newest version."""
    newest = select(*_PLACE, func.max(templates.c.version).label("version")).where(templates.c.shop_id == shop_id)
    last = newest.group_by(*_PLACE).subquery()
    same = and_(*(last.c[column.name] == column for column in (*_PLACE, templates.c.version)))
    rows = db.execute(select(templates).join(last, same)).all()
    return {(row.kind, row.channel, row.language): row for row in rows if not row.is_default}


def versions(db: Connection, *, shop_id: int, kind: str, channel: str, language: str, limit: int) -> Sequence[Row[Any]]:
    """The newest versions of one template, newest first, without what they say."""
    listed = [templates.c[name] for name in ("version", "is_default", "saved_by", "saved_at")]
    chosen = select(*listed).where(_at(shop_id, kind, channel, language)).order_by(templates.c.version.desc())
    return db.execute(chosen.limit(limit)).all()


def version(db: Connection, *, shop_id: int, kind: str, channel: str, language: str, number: int) -> Row[Any] | None:
    """One version of a template."""
    chosen = and_(_at(shop_id, kind, channel, language), templates.c.version == number)
    return db.execute(select(templates).where(chosen)).one_or_none()


def save(
    db: Connection,
    *,
    shop_id: int,
    kind: str,
    channel: str,
    language: str,
    told: Mapping[str, str] | None,
    saved_by: str,
    now: datetime,
) -> int:
    """Write a version, which counts from now on; gives its number. `told`: subject, preheader and body; None: the
    default one counts again."""
    newest = select(func.max(templates.c.version)).where(_at(shop_id, kind, channel, language))
    number: int = (db.execute(newest).scalar_one_or_none() or 0) + 1
    row = {"shop_id": shop_id, "kind": kind, "channel": channel, "language": language, "version": number}
    row |= {
        "subject": "",
        "preheader": "",
        "body": "",
        "is_default": told is None,
        "saved_by": saved_by,
        "saved_at": now,
    }
    db.execute(templates.insert().values(row | dict(told or {})))
    return number


def _at(shop_id: int, kind: str, channel: str, language: str) -> Any:
    return and_(
        templates.c.shop_id == shop_id,
        templates.c.kind == kind,
        templates.c.channel == channel,
        templates.c.language == language,
    )
