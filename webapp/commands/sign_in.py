"""`sign-in`: a one-time link to the dashboard."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from commerce.tables import sign_ins
from webapp.parts import Parts, parts


def new_link(here: Parts) -> str:
    """A link that signs in once, within a day."""
    with here.database.write() as db:
        return f"{here.settings.base_url}/sign-in/{sign_ins.create(db, now=datetime.now(UTC))}"


@click.command("sign-in")
@with_appcontext
def sign_in() -> None:
    """Print a link that signs in to the dashboard once."""
    click.echo(new_link(parts()))
