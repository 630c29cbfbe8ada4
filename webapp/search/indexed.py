"""The document that is searched of a product, as it is built, and whether the index holds just that."""

from dataclasses import dataclass

from commerce.rules.documents import Document, Product, document, index_of, is_searchable
from commerce.tables import effects
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from webapp.parts import Parts

SAME, OTHER, MISSING, WAITING, UNKNOWN = "same", "other", "missing", "waiting", "unknown"
_MOST = 100_000  # documents that are looked through for one


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """The document, and its state in the index: one of the words above; "" where nobody looked."""

    document: Document
    state: str = ""


def indexed(here: Parts, shop: Shop, product: Product, *, look: bool) -> Indexed | None:
    """What is searched of a product; None where nothing is. `look`: compare it with what the index holds.

    Engines tell digests one after the other, so a look goes through the index.
    """
    if not is_searchable(product):
        return None
    built = document(product)
    if not look:
        return Indexed(document=built)
    with here.database.read() as db:
        if effects.waiting_objects(db, shop_id=shop.id, kind=effects.INDEX, object_kind="product", ids=[product.id]):
            return Indexed(document=built, state=WAITING)
    return Indexed(document=built, state=_state(here, index_of(shop.id), built))


def _state(here: Parts, index: str, built: Document) -> str:
    try:
        for looked_at, (key, digest) in enumerate(here.engine.digests(index)):
            if key == built.id:
                return SAME if digest == built.digest else OTHER
            if looked_at > _MOST:
                return UNKNOWN
    except OutsideError:
        return UNKNOWN
    return MISSING
