"""Fields of the shop itself, of customers, and of what many types have in common."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.peers.shopify.model_goods import Metafield
from tests.peers.shopify.model_sales import Consent, Customer
from tests.peers.shopify.payloads import money
from tests.peers.shopify.state import State

Table = dict[str, Callable[[Any, dict[str, Any], State], Any]]


def paid(shop: State, amount: int) -> dict[str, Any]:
    """MoneyV2."""
    return {"amount": money(amount), "currencyCode": shop.currency}


def bag(shop: State, amount: int) -> dict[str, Any]:
    """MoneyBag: the shopper's currency is the shop's."""
    told = paid(shop, amount)
    return {"shopMoney": told, "presentmentMoney": told}


def counted(number: int) -> dict[str, Any]:
    return {"count": number, "precision": "EXACT"}


def metafield(source: Any, arguments: dict[str, Any], _: State) -> Metafield | None:
    found: Metafield | None = source.metafields.get((arguments.get("namespace") or "app", arguments["key"]))
    return found


def metafields(source: Any, arguments: dict[str, Any], _: State) -> list[Metafield]:
    wanted = arguments.get("namespace")
    return [each for each in source.metafields.values() if wanted in {None, each.namespace}]


WITH_METAFIELDS: Table = {"metafield": metafield, "metafields": metafields}


def cut(things: Iterable[Any], arguments: dict[str, Any]) -> list[Any]:
    """A list field with `first`."""
    return list(things)[: arguments.get("first")]


def _email(source: Customer, _: dict[str, Any], shop: State) -> dict[str, Any] | None:
    if source.email is None:
        return None
    return {
        "emailAddress": source.email,
        "marketingState": source.email_consent.state,
        "marketingOptInLevel": source.email_consent.opt_in_level,
        "marketingUpdatedAt": source.email_consent.updated_at,
        "marketingUnsubscribeUrl": f"https://{shop.domain}/account/unsubscribe",
        "openTrackingUrl": f"https://{shop.domain}/account/tracking",
        "validFormat": True,
    }


def _phone(source: Customer, _: dict[str, Any], __: State) -> dict[str, Any] | None:
    if source.phone is None:
        return None
    sms = _consent(source.sms_consent)
    return {
        "phoneNumber": source.phone,
        "marketingState": source.sms_consent.state,
        "marketingOptInLevel": sms["optInLevel"],
        "marketingUpdatedAt": sms["updatedAt"],
        "smsMarketingConsent": {**sms, "collectedFrom": "SHOPIFY"},
        "whatsAppMarketingConsent": {**_consent(source.whatsapp_consent), "collectedFrom": "SHOPIFY"},
    }


def _consent(source: Consent) -> dict[str, Any]:
    """In the words of the newer fields, which call the first state otherwise."""
    state = "NEVER_SUBSCRIBED" if source.state == "NOT_SUBSCRIBED" else source.state
    return {"state": state, "optInLevel": source.opt_in_level, "updatedAt": source.updated_at}


GETTERS: dict[str, Table] = {
    "Shop": {
        "myshopifyDomain": lambda shop, _, __: shop.domain,
        "currencyCode": lambda shop, _, __: shop.currency,
        "enabledPresentmentCurrencies": lambda shop, _, __: [shop.currency],
        "ianaTimezone": lambda shop, _, __: shop.timezone,
        "contactEmail": lambda shop, _, __: shop.email,
        "url": lambda shop, _, __: f"https://{shop.domain}",
        "plan": lambda *_: {"publicDisplayName": "Basic", "shopifyPlus": False, "partnerDevelopment": False},
        "primaryDomain": lambda shop, _, __: {
            "id": f"gid://shopify/Domain/{shop.id}",
            "host": shop.domain,
            "url": f"https://{shop.domain}",
            "sslEnabled": True,
        },
        "shopOwnerName": lambda *_: "Olga Owner",
        "weightUnit": lambda *_: "KILOGRAMS",
        "metafield": lambda *_: None,
    },
    "Metafield": {
        "jsonValue": lambda source, _, __: json.loads(source.value) if source.type == "json" else source.value,
        "sizeInBytes": lambda source, _, __: len(source.value.encode()),
        "compareDigest": lambda source, _, __: hashlib.sha256(source.value.encode()).hexdigest(),
    },
    "Customer": {
        **WITH_METAFIELDS,
        "addresses": lambda source, arguments, _: cut(source.addresses, arguments),
        "addressesV2": lambda source, _, __: source.addresses,
        "amountSpent": lambda source, _, shop: paid(shop, source.amount_spent),
        "defaultAddress": lambda source, _, __: source.addresses[0] if source.addresses else None,
        "defaultEmailAddress": _email,
        "defaultPhoneNumber": _phone,
        "displayName": lambda source, _, __: f"{source.first_name} {source.last_name}",
        "lastOrder": lambda source, _, __: source.orders[-1] if source.orders else None,
        "numberOfOrders": lambda source, _, __: str(len(source.orders)),
        "emailMarketingConsent": lambda source, _, __: {
            "marketingState": source.email_consent.state,
            "marketingOptInLevel": source.email_consent.opt_in_level,
            "consentUpdatedAt": source.email_consent.updated_at,
        },
        "smsMarketingConsent": lambda source, _, __: {
            "marketingState": source.sms_consent.state,
            "marketingOptInLevel": source.sms_consent.opt_in_level,
            "consentUpdatedAt": source.sms_consent.updated_at,
        },
    },
    "MailingAddress": {
        "countryCodeV2": lambda source, _, __: source.country_code,
        "formatted": lambda source, _, __: [source.address1, f"{source.zip} {source.city}", source.country],
    },
    "Location": {
        **WITH_METAFIELDS,
        "isActive": lambda *_: True,
        "fulfillsOnlineOrders": lambda *_: True,
        "shipsInventory": lambda *_: True,
        "hasActiveInventory": lambda *_: True,
        "address": lambda source, _, __: {
            "address1": "Am Hafen 1",
            "city": source.city,
            "country": "Germany",
            "countryCode": "DE",
            "formatted": ["Am Hafen 1", source.city, "Germany"],
        },
        "inventoryLevels": lambda source, _, shop: [
            level for item in list(shop.items.values()) for level in item.levels if level.location is source
        ],
        "inventoryLevel": lambda source, arguments, shop: next(
            (
                level
                for item in [shop.find(arguments["inventoryItemId"])]
                if item is not None
                for level in item.levels
                if level.location is source
            ),
            None,
        ),
    },
}
