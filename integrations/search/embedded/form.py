"""What of a shop's settings decides how its index is built: kept beside the files, and changed by a rebuild alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commerce.rules.search_settings import ATTRIBUTES, USUAL, SearchSettings
from integrations.search.embedded import vectors
from integrations.search.text.languages import Language, language

VERSION = 3
TITLE, CODES = "title", "codes"


@dataclass(frozen=True, slots=True)
class Form:
    """`languages`, `searched`: as in the settings. `vectors`: the model whose vectors documents have, or empty."""

    languages: tuple[str, ...]
    searched: tuple[str, ...]
    vectors: str

    @property
    def language(self) -> Language:
        """Its stemmers and stop words."""
        return language(*self.languages)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "version": VERSION,
            "languages": list(self.languages),
            "searched": list(self.searched),
            "vectors": self.vectors,
        }


def wanted(settings: SearchSettings) -> Form:
    """The form that an index of these settings should have here and now.

    Of the order of attributes only what stands before the title matters: a change of the rest takes no rebuild.
    """
    codes = [CODES] if CODES in settings.searched else []
    texts = [each for each in dict.fromkeys(settings.searched) if each in ATTRIBUTES and each != CODES]
    first = texts.index(TITLE) if TITLE in texts else 0
    searched = (*codes, *texts[:first], *sorted(texts[first:], key=ATTRIBUTES.index))
    model = vectors.model_name() if settings.vectors else ""
    return Form(settings.languages or USUAL.languages, searched or ATTRIBUTES, model)


def read(kept: Mapping[str, Any]) -> Form:
    """A form as it was kept. Raises ValueError for that of another version, KeyError and TypeError for no form."""
    if kept["version"] != VERSION:
        raise ValueError(f"version {kept['version']}, this program reads {VERSION}")
    return Form(tuple(kept["languages"]), tuple(kept["searched"]), str(kept["vectors"]))


USUAL_FORM = Form(USUAL.languages, USUAL.searched, "")
