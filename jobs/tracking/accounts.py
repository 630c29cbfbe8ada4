"""Who is asked for a shop's parcels, with which account, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass

from commerce.database import Connection
from commerce.settings import Settings
from commerce.tables import carriers
from commerce.tables.carriers import Account
from commerce.vault import Vault
from integrations import carrier_api, registry
from integrations.carrier_api import About
from integrations.carriers import ways as carrier_ways

LONG = 60  # seconds: windows up to this are kept where the call is made, longer ones where parcels are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a carrier's parcels are asked for: by that carrier itself, or by one that stands in for it."""

    about: About
    account: Account

    @property
    def limits(self) -> tuple[tuple[int, int], ...]:
        """Its quotas, (calls, seconds). Where asking for a token counts among them, two calls are left for that."""
        return carrier_ways.limits(self.about, self.account.quotas)

    @property
    def long_limits(self) -> tuple[tuple[int, int], ...]:
        """Those that are kept in the database."""
        return tuple(limit for limit in self.limits if limit[1] > LONG)

    @property
    def short_limits(self) -> tuple[tuple[int, int], ...]:
        """Those that are kept where the call is made."""
        return tuple(limit for limit in self.limits if limit[1] <= LONG)


def ways(db: Connection, vault: Vault, *, shop_id: int) -> dict[str, Way]:
    """By carrier, for all that the shop can ask. Raises UnableToDecrypt."""
    accounts = {
        name: account for name, account in carriers.of_shop(db, vault, shop_id=shop_id).items() if account.is_on
    }
    return known_ways(accounts)


def known_ways(accounts: Mapping[str, Account]) -> dict[str, Way]:
    """By carrier, with these accounts: its own, none where it needs none, or that of one that stands in."""
    stand_in = next((name for name, account in accounts.items() if account.stands_in), "")
    return {
        name: Way(about=registry.carrier(asked), account=accounts.get(asked) or without(asked))
        for name, asked in carrier_ways.asked_at(accounts, stand_in).items()
    }


def at_carrier(account: Account, settings: Settings) -> carrier_api.Account:
    """A shop's account as connectors take it."""
    return carrier_api.Account(
        carrier=account.carrier,
        key=account.key,
        credentials=account.credentials,
        is_test=account.is_test,
        origin=settings.carriers_origin,
    )


def without(name: str) -> Account:
    """For a carrier that needs no account."""
    return Account(carrier=name, key=name, credentials={})
