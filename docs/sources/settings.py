"""Settings, from the fields of commerce.settings.Settings."""

from dataclasses import fields
from pathlib import Path

from commerce.settings import Settings
from docs.sources.markdown import code, table


def page() -> str:
    """All settings with their defaults."""
    rows = [
        (
            code(setting.name.upper()),
            code(_shown(setting.default)),
            "yes" if setting.metadata["secret"] else "",
            setting.metadata["help"],
        )
        for setting in fields(Settings)
    ]
    return (
        "# Settings\n\nSettings are environment variables. They are read once, when a process starts; a wrong value "
        "stops the start with one line. All processes of one Backroom need the same values. Secret ones are never "
        "shown or logged.\n\n" + table(("variable", "default", "secret", "meaning"), rows)
    )


def _shown(default: object) -> str:
    if isinstance(default, Path):
        return f"./{default.name}"
    return str(int(default)) if isinstance(default, bool) else str(default)
