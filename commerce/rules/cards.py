"""The card of a product: the little of it that lists show, sort, filter and count by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from commerce.rules.documents import Document, Product

Options = tuple[tuple[str, str], ...]  # of one variant: facet name and value


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What lists show of a product that shoppers may see. Prices in minor units of the shop's currency.

    `created`: seconds since 1970. `categories`: ids of those it stands in. `facets`: name to values, `variants`: the
    options of each that is offered, both as in Document. `page`: differs where anything on the product's own page does.
    """

    id: str
    handle: str
    title: str
    price: int | None = None
    compare_at_price: int | None = None
    available: bool = True
    image: str = ""
    url: str = ""
    created: int = 0
    categories: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: tuple[Options, ...] = ()
    page: str = ""

    @property
    def shown(self) -> tuple[object, ...]:
        """What a list shows of it."""
        return (
            self.id,
            self.handle,
            self.title,
            self.price,
            self.compare_at_price,
            self.available,
            self.image,
            self.url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChange:
    """A product's card before and after a change; None where shoppers do not see the product."""

    product_id: str
    before: Card | None
    after: Card | None


def card(product: Product, document: Document) -> Card:
    """The card of a product that shoppers may see; `document` is its search document."""
    return Card(
        id=product.id,
        handle=product.handle,
        title=product.title,
        price=product.price,
        compare_at_price=product.compare_at_price,
        available=product.available,
        image=product.images[0].url if product.images else "",
        url=product.url,
        created=document.created,
        categories=product.category_ids,
        facets=document.facets,
        variants=document.variants,
        page=hashlib.blake2b(repr(product).encode("utf-8", "replace"), digest_size=16).hexdigest(),
    )
