"""Runs migrations on the database of the settings, or on a connection that the caller hands over."""

import os

from alembic import context
from sqlalchemy import JSON

from commerce.database import Database
from commerce.settings import Settings
from commerce.tables.columns import Moment
from commerce.tables.every import metadata


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    database = Database(Settings.from_environ(os.environ).database_url)
    with database.write() as connection:
        _migrate(connection)
    database.dispose()


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_item=_render)
    context.run_migrations()


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Migrations spell our column types as what they are in the database, so that they stand alone."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


run()
