"""The form of an endpoint: what was filled in, or what is wrong with each field."""

from collections.abc import Mapping
from typing import Any

from commerce.rules.outgoing.names import EVENTS, NOUNS, UnableToReadFilters, read_filters
from commerce.settings import Settings
from commerce.tables.outgoing.endpoints import Chosen
from integrations.receivers import LONGEST_URL, wrong_url
from webapp.languages import translated
from webapp.outgoing.models import LONGEST_DESCRIPTION

# Nouns with their events, as the checkboxes stand.
GROUPS: Mapping[str, Mapping[str, str]] = {
    noun: {name: said for name, said in EVENTS.items() if name.partition(".")[0] == noun} for noun in NOUNS
}


def fields(form: Any) -> dict[str, Any]:
    """What was filled in, so that the form can be shown again."""
    return {
        "url": form.get("url", "").strip()[:LONGEST_URL],
        "description": " ".join(form.get("description", "").replace("\x00", "").split())[:LONGEST_DESCRIPTION],
        "events": form.getlist("event"),
    }


def read(told: Mapping[str, Any], settings: Settings) -> tuple[Chosen | None, dict[str, str]]:
    """(what is chosen, {}), or (None, what is wrong by field). Looks the address up, so no transaction may be open."""
    wrong: dict[str, str] = {}
    if said := wrong_url(told["url"], allow_private_hosts=settings.allow_private_hosts):
        wrong["url"] = translated(said)
    try:
        filters = read_filters(told["events"])
    except UnableToReadFilters as error:
        wrong["event"] = translated(str(error))
    if wrong:
        return None, wrong
    return Chosen(url=told["url"], filters=filters, description=told["description"]), {}
