"""What a merchant chooses of the search: languages, attributes, synonyms, stop words, facets, price bands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The attributes of a document that may be searched, in the order of their usual importance.
ATTRIBUTES = ("codes", "title", "brand", "product_type", "categories", "tags", "attributes", "description")
# Languages whose inflections are known (Snowball stemmers); others are searched by whole words.
LANGUAGES = (
    "arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hungarian", "italian",
    "norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "tamil", "turkish",
)  # fmt: skip
SORTS = ("relevance", "price:asc", "price:desc", "created:desc")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How a shop's products are searched.

    `languages`: the first one's inflections rule, those of the others count too. `searched`: attributes, the most
    important first; those left out are not searched. `synonyms`: words or phrases, in lower case, to what is searched
    besides them (one-way; a two-way one stands here in both directions). `stop_words`: left out of queries beside the
    languages' own. `facets`: what may be filtered and counted, in the order shown; None: everything. `sorts`: orders
    that shoppers may choose. `price_bands`: inner bounds in minor units, rising. `typos`: whether spelling is forgiven.
    `vectors`: whether meaning counts beside words, where the extra is installed.
    """

    languages: tuple[str, ...] = ("english",)
    searched: tuple[str, ...] = ATTRIBUTES
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()
    facets: tuple[str, ...] | None = None
    sorts: tuple[str, ...] = SORTS
    price_bands: tuple[int, ...] = ()
    typos: bool = True
    vectors: bool = True


USUAL = SearchSettings()
