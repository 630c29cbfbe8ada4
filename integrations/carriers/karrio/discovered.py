"""The long tail: whatever connectors of karrio's are installed beside those that we read by our own rules.

They are found without loading karrio, by the entry points of what is installed.
"""

from functools import cache
from importlib.metadata import entry_points

from integrations.carrier_api import About, Field

_PLUGINS = "karrio.plugins"  # the group of entry points that karrio looks through (karrio/core/plugins.py)
# Those that have a line of their own in the registry, or carry nothing.
OURS = frozenset({"ups", "fedex", "usps", "dhl_universal", "easypost", "generic"})


@cache
def connectors() -> dict[str, About]:
    """Connectors by their name in karrio."""
    names = sorted({point.name for point in entry_points(group=_PLUGINS)} - OURS)
    return {name: _about(name) for name in names}


def _about(name: str) -> About:
    words = name.replace("_", " ")
    return About(
        name=name,
        title=words.title(),
        names=tuple(dict.fromkeys((words, name))),
        at_once=1,
        trusted=False,
        fields=(
            Field(
                name="settings",
                title="What karrio's connector asks for",
                hint="name=value, one a line, by the names in karrio's documentation of this carrier",
            ),
        ),
        note="Read by karrio: times are without their zone, and states less sure than those that we read ourselves.",
    )
