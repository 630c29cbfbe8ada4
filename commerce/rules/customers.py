"""Customers as their platform knows them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """What the platform itself says a customer bought: `total_spent` in minor units of `currency`."""

    customer_id: str
    orders_count: int
    total_spent: int
    currency: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """May the shop write to this customer on this channel (email, sms, whatsapp)? State is the platform's word."""

    customer_id: str
    channel: str
    state: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChanged:
    """Tags put on a customer, or taken off (`added` False)."""

    customer_id: str
    tags: tuple[str, ...]
    added: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetails:
    """What a platform tells of a customer only where it is asked: all tags and consents, and what was bought."""

    customer_id: str
    tags: tuple[str, ...]
    consents: tuple[Consent, ...]
    purchases: Purchases
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer. `tags`, `consents`, `addresses` None: this delivery does not tell them. Times are UTC.

    `phone_e164`: the phone as it is compared, "" where it is none.
    """

    id: str
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    first_name: str = ""
    last_name: str = ""
    note: str = ""
    locale: str = ""
    tags: tuple[str, ...] | None = None
    consents: tuple[Consent, ...] | None = None
    addresses: tuple[dict[str, str], ...] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
