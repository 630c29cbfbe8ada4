"""Addresses as they are written where the goods go (Universal Postal Union, addressing systems)."""

from collections.abc import Mapping
from typing import Any

from integrations.channels.localized import locale_of

# Where the line with the place is not "postcode city".
_PLACES = {
    **dict.fromkeys(("US", "CA", "AU", "PR"), "{city} {province} {postcode}"),
    **dict.fromkeys(("BR",), "{postcode} {city} {province}"),
    **dict.fromkeys(("IT", "ES", "MX"), "{postcode} {city} {province}"),
    **dict.fromkeys(("IN", "ID", "TH", "SA", "AE", "EG", "NZ", "SG", "HK"), "{city} {province} {postcode}"),
}
_BELOW = frozenset({"GB", "IE"})  # the postcode has a line of its own


def lines_of(address: Mapping[str, Any], *, language: str) -> list[str]:
    """An address (of commerce.rules.orders.Address) in the lines that go on a parcel; empty where nothing is told."""
    told = {name: " ".join(str(value or "").split()) for name, value in address.items()}
    if not any(told.get(name) for name in ("address1", "city", "postcode")):
        return []
    country = told.get("country", "").upper()
    rows = _japanese(told) if country == "JP" else _usual(told, country)
    named = locale_of(language).territories.get(country, country)
    return [row for row in (*rows, named) if row]


def name_of(address: Mapping[str, Any]) -> str:
    """Who lives there, as people are called there."""
    names = [str(address.get(name) or "").strip() for name in ("first_name", "last_name")]
    if str(address.get("country") or "").upper() in ("JP", "KR", "CN", "TW", "HU"):
        names.reverse()
    return " ".join(name for name in names if name)


def _usual(told: Mapping[str, str], country: str) -> list[str]:
    streets = [told.get("address1", ""), told.get("address2", "")]
    known = {name: told.get(name, "") for name in ("city", "province", "postcode")}
    if country in _BELOW:
        places = [known["city"], known["postcode"]]
    else:
        places = [" ".join(_PLACES.get(country, "{postcode} {city}").format(**known).split())]
    return [name_of(told), told.get("company", ""), *streets, *places]


def _japanese(told: Mapping[str, str]) -> list[str]:
    """From the large to the small: postcode, place, street, company, name."""
    code = told.get("postcode", "")
    place = f"{told.get('province', '')}{told.get('city', '')}"
    streets = [told.get("address1", ""), told.get("address2", "")]
    return [f"〒{code}" if code else "", place, *streets, told.get("company", ""), name_of(told)]
