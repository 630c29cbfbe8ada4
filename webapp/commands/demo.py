"""`demo`: play the demo shops against the running server."""

import os
import subprocess
import sys

import click
from flask.cli import with_appcontext

from webapp import demo_shops
from webapp.parts import parts


@click.command("demo")
@click.option("--rate", type=click.FloatRange(0, 1000, min_open=True), default=0.5, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the catalogue and what happens.")
@with_appcontext
def demo(rate: float, seed: int) -> None:
    """Play a store: a catalogue, shoppers, edits, refunds, RATE deliveries per second, until interrupted."""
    here = parts()
    play = demo_shops.simulation(here, demo_shops.ensure(here), rate=str(rate), seed=seed)
    command = [sys.executable, "-m", "integrations.simulator", *play.arguments]
    try:
        raise SystemExit(subprocess.call(command, env={**os.environ, **play.environment}))  # noqa: S603
    except KeyboardInterrupt:
        raise SystemExit(0) from None
