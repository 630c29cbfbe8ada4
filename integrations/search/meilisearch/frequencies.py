"""In how many titles a stem is: asked of the server, and remembered for a while, since it hardly changes."""

import time
from collections.abc import Sequence

from integrations.search.meilisearch.index_settings import stems_attribute
from integrations.search.meilisearch.meaning import Ask

_KEPT_SECONDS = 600.0
_MOST_KEPT = 50_000


class Frequencies:
    """What this process knows of one index."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._since = time.monotonic()

    def of(self, stems: Sequence[str], ask: Ask) -> dict[str, int]:
        """The number of titles with each stem."""
        if len(self._known) > _MOST_KEPT or time.monotonic() > self._since + _KEPT_SECONDS:
            self._known, self._since = {}, time.monotonic()
        known = self._known
        missing = [stem for stem in stems if stem not in known]
        asked = {"attributesToSearchOn": [stems_attribute("title")], "matchingStrategy": "all", "limit": 0}
        answers = ask([asked | {"q": f'"{stem}"'} for stem in missing]) if missing else []
        known.update({stem: int(each["estimatedTotalHits"]) for stem, each in zip(missing, answers, strict=True)})
        return {stem: known.get(stem, 0) for stem in stems}
