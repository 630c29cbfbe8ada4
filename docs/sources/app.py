"""An application that touches nothing outside a temporary folder, to be looked at."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from commerce.migrate import migrate
from commerce.settings import Settings
from webapp.app import create_app
from webapp.parts import Parts, assemble


@contextmanager
def application() -> Iterator[tuple[Flask, Parts]]:
    """The application with an empty database, and without Redis."""
    with tempfile.TemporaryDirectory() as folder:
        parts = assemble(Settings(var_dir=Path(folder)).completed())
        migrate(parts.database)
        yield create_app(parts.settings, parts), parts
        parts.database.dispose()
