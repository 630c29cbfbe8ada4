"""How many parcels need somebody."""

from datetime import datetime

from commerce.tables import tracking_lists, tracking_settings
from commerce.tables.shops import Shop
from webapp.parts import Parts
from webapp.tracking.words import REASONS


def counted(here: Parts, shop: Shop, now: datetime) -> list[tuple[str, int]]:
    """What is wrong with how many of the shop's parcels, in words, the most pressing first."""
    with here.database.read() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop.id)
        found = tracking_lists.troubles(db, shop_id=shop.id, chosen=chosen, now=now)
    return [(REASONS[reason].lower(), number) for reason, number in found.items()]
