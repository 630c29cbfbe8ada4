"""Why a customer cannot be put in or changed as they are told, without what was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from commerce.mirror.changes import Taken
from commerce.mirror.erasing import KeptOut
from webapp.people.finding import refused
from webapp.people.saying import UnableToSay

REASONS = (UnableToSay, Taken, KeptOut)
ERASED = "is that of somebody who was erased under privacy law: the merchant has to let them in again first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`customer_id`: who has the address or id already, "" where nobody does."""

    field: str
    message: str
    customer_id: str = ""


def why(error: Exception) -> Why:
    """What to tell of one of REASONS."""
    if isinstance(error, Taken):
        text = "is another customer's already: merge the two, or change that one"
        return Why(field=error.field, message=text, customer_id=error.profile_id)
    if isinstance(error, KeptOut):
        return Why(field=error.field, message=ERASED)
    assert isinstance(error, UnableToSay)
    return Why(field=error.field, message=error.text)


@contextmanager
def told() -> Iterator[None]:
    """Within it, each of REASONS becomes Problem 409."""
    try:
        yield
    except REASONS as error:
        found = why(error)
        extra = {"customer_id": found.customer_id} if found.customer_id else {}
        raise refused(found.field, found.message, **extra) from None
