"""The customer whom the address of a page names."""

from typing import Any

from commerce.database import Connection
from commerce.tables.people import profile_lists
from webapp.errors import Problem
from webapp.languages import gettext as _


def of_key(db: Connection, shop_id: int, key: str) -> Any:
    """The profile that this id leads to, also where it was merged into another. Raises Problem."""
    row = profile_lists.of_member(db, shop_id=shop_id, member_id=key.replace("\x00", ""))
    if row is None:
        raise unknown()
    return row


def unknown() -> Problem:
    """The answer to somebody whom the shop does not know."""
    return Problem(404, _("No such customer"), _("They may have been deleted in the shop, or belong to another shop."))
