"""Phone numbers as they are compared: E.164, the country taken from the address where the number itself lacks it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache

from commerce.rules.customers import CustomerFacts
from commerce.rules.events import Change, Reading, Saved
from commerce.rules.orders import OrderFacts

_LONGEST = 40
_SHORTEST = 7  # a sign and digits that some countries still give; fewer are an extension or a slip


def numbered(reading: Reading) -> Reading:
    """The reading with the phone numbers of its orders and customers as they are compared."""
    return replace(reading, changes=tuple(_numbered(change) for change in reading.changes))


def _numbered(change: Change) -> Change:
    if not isinstance(change, Saved) or not isinstance(change.facts, OrderFacts | CustomerFacts):
        return change
    return replace(change, facts=replace(change.facts, phone_e164=_of(change.facts)))


def _of(facts: OrderFacts | CustomerFacts) -> str:
    if isinstance(facts, CustomerFacts):
        told = facts.addresses or ()
        return of_contact(facts.phone, told)
    return of_contact(facts.phone, [asdict(facts.billing), asdict(facts.delivery)])


def of_contact(phone: str, addresses: Sequence[Mapping[str, str]]) -> str:
    """The phone of somebody, or else the first of their addresses, as it is compared; the country is an address's."""
    phones = [phone, *(one.get("phone", "") for one in addresses)]
    country = next((one["country"] for one in addresses if one.get("country")), "")
    return e164(next((told for told in phones if told), ""), country)


def prepare() -> None:
    """Load the tables, so that the first order does not wait for them."""
    e164("+49 30 1234567")


@lru_cache(maxsize=4096)
def e164(phone: str, country: str = "") -> str:
    """A number such as +49301234567; "" for what cannot be one. `country`: ISO 3166, of numbers without a prefix.

    Source: ITU-T E.164, as libphonenumber reads it.
    """
    told = phone.strip()
    if not told or len(told) > _LONGEST:
        return ""
    import phonenumbers  # noqa: PLC0415 - takes 0.4 seconds, and only who reads customers needs it

    try:
        parsed = phonenumbers.parse(told, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    found = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return found if len(found) > _SHORTEST else ""
