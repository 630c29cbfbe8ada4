"""The design system as a living page: what pages are made of, drawn by the same macros. Only while developing."""

import ipaddress
import math
from urllib.parse import urlsplit

from flask import Blueprint, abort, render_template

from commerce.settings import Settings
from webapp import charts, guards
from webapp.parts import parts

blueprint = Blueprint("design", __name__, url_prefix="/dashboard/design")

# Colours by what they are for: the name of the variable, and on which ground it is read.
COLOURS = (
    ("ink", "paper", "Text"),
    ("quiet", "paper", "What matters less"),
    ("quiet", "ground", "The same, on the page's ground"),
    ("accent", "paper", "Links, the one main action"),
    ("accent", "accent-soft", "Where one is"),
    ("accent-ink", "accent", "Words on the main action"),
    ("good", "good-soft", "Done, well"),
    ("wait", "wait-soft", "Waits, look at it"),
    ("bad", "bad-soft", "Wrong, act"),
    ("ink", "soft", "Code"),
)
_MANY = 10_000


@blueprint.get("")
@guards.merchant
def index() -> str:
    """Type, spacing, colours, every piece, and charts with none, one and ten thousand points."""
    if not is_development(parts().settings):
        abort(404)
    wave = [round(500 + 400 * math.sin(place / 190) + 90 * math.sin(place / 7)) for place in range(_MANY)]
    names = [f"Minute {place:,}" for place in range(_MANY)]
    week = {(day, hour): (day + 1) * max(0, 9 - abs(hour - 14)) for day in range(7) for hour in range(24)}
    return render_template(
        "design.html",
        colours=COLOURS,
        lines={
            "no points": charts.lines({"Deliveries": []}, []),
            "one point": charts.lines({"Deliveries": [3]}, ["Monday"]),
            "10,000 points": charts.lines({"Deliveries": wave}, names),
            "three lines": charts.lines(
                {"Came in": [5, 9, 4, 8], "Applied": [4, 7, 4, 6], "Failed": [0, 1, 0, 2]}, ["Mon", "Tue", "Wed", "Thu"]
            ),
        },
        bars={
            "no bars": charts.bars([], []),
            "one bar": charts.bars([7], ["Monday"]),
            "10,000 bars": charts.bars(wave, names),
        },
        sparks=[charts.spark([1, 4, 2, 6, 5, 8], of="Orders"), charts.spark(wave, of="Deliveries")],
        heat=charts.heat(week, of="deliveries"),
        empty_heat=charts.heat({}, of="deliveries"),
    )


def is_development(settings: Settings) -> bool:
    """Whether nobody but who runs it can reach it: its address is of this machine only, as that of `make run`."""
    host = urlsplit(settings.base_url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
