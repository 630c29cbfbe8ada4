"""Metrics, as `/metrics` gives them on an empty Backroom."""

import re

from docs.sources.app import application
from docs.sources.markdown import code, table
from webapp.metrics import exposition

_HELP = re.compile(r"^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$", re.MULTILINE)


def page() -> str:
    """Every metric."""
    with application() as (_, parts):
        rows = [(code(name), kind, text) for name, text, kind in _HELP.findall(exposition(parts).decode())]
    return (
        "# Metrics\n\n`GET /metrics` answers in Prometheus' text format, for all shops together. The counters are kept "
        "in the database, so every web process gives the same figures; scrape one of them.\n\n"
        + table(("metric", "type", "meaning"), rows)
    )
