"""`migrate`: bring the database to the newest schema."""

import click
from flask.cli import with_appcontext

from commerce.migrate import migrate as run_migrations
from webapp.parts import parts


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Run the migrations that are missing; the Procfile's release step."""
    run_migrations(parts().database)
    click.echo("The database has the newest schema.")
