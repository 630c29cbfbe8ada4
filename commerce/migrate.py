"""Brings a database to the newest schema. Several processes may start this at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from commerce.database import Database

_ROOT = Path(__file__).resolve().parent.parent
_LOCK = 7_238_116  # any number that nothing else locks


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for this repository, working on the given connection."""
    settings = Config(str(_ROOT / "alembic.ini"))
    settings.set_main_option("script_location", str(_ROOT / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def migrate(database: Database) -> None:
    """Run all migrations that are missing, in one transaction."""
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(config(connection), "head")


def revisions(database: Database) -> tuple[str | None, str | None]:
    """The schema's revision in the database, and the newest one there is."""
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(config()).get_current_head()
