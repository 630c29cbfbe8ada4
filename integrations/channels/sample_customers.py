"""Made-up customers: German, Japanese, Arabic, English, and one of whom little is known.

Nobody lives at these addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One made-up customer: `language` is theirs."""

    name: str
    language: str
    currency: str
    shop: str
    address: Mapping[str, str]
    goods: tuple[tuple[str, int, int], ...]  # title, quantity, price in minor units
    shipping: int = 0
    discount: int = 0
    carrier: str = ""
    number: str = ""
    timezone: str = "UTC"
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is more to tell than what every order has."""
        return bool(self.carrier)


EVERYBODY = (
    Sample(
        name="German order",
        language="de",
        currency="EUR",
        shop="Bärbels Blumenladen",
        timezone="Europe/Berlin",
        reason="Beschädigt angekommen",
        address={
            "first_name": "Jörg",
            "last_name": "Müller-Lüdenscheidt",
            "address1": "Große Straße 12 a",
            "postcode": "20095",
            "city": "Hamburg",
            "country": "DE",
        },
        goods=(
            ("Gießkanne aus Zink, 10 Liter", 1, 3490),
            ("Blumenzwiebeln „Frühlingsgruß“, 50 Stück", 2, 1295),
            ("Donaudampfschifffahrtsgesellschaftskapitänsmütze, marineblau, Größe 58", 1, 4900),
        ),
        shipping=490,
        discount=500,
        carrier="DHL",
        number="00340434161094042557",
    ),
    Sample(
        name="Japanese order",
        language="ja",
        currency="JPY",
        shop="山田茶舗",
        timezone="Asia/Tokyo",
        address={
            "first_name": "花子",
            "last_name": "佐藤",
            "address1": "千代田1-1",
            "province": "東京都",
            "postcode": "100-0001",
            "city": "千代田区",
            "country": "JP",
        },
        goods=(("宇治抹茶 100g 缶入り", 2, 3200), ("急須（常滑焼）", 1, 8800)),
        shipping=660,
        carrier="ヤマト運輸",
        number="123456789012",
    ),
    Sample(
        name="Arabic order",
        language="ar",
        currency="AED",
        shop="متجر الياسمين",
        timezone="Asia/Dubai",
        address={
            "first_name": "ليلى",
            "last_name": "الهاشمي",
            "address1": "شارع الشيخ زايد 45",
            "city": "دبي",
            "country": "AE",
        },
        goods=(("عطر الياسمين 50 مل", 1, 18900), ("بخور عود فاخر (Oud 250 g)", 3, 9950)),
        shipping=2500,
        carrier="Aramex",
        number="3512345678",
    ),
    Sample(
        name="English order",
        language="en",
        currency="USD",
        shop="Fern & Fig <Plants>",
        timezone="America/New_York",
        address={
            "first_name": "Maya",
            "last_name": "O’Connor",
            "company": "Fern & Sons",
            "address1": "350 Fifth Avenue",
            "address2": "Suite 21",
            "city": "New York",
            "province": "NY",
            "postcode": "10118",
            "country": "US",
        },
        goods=(('Monstera deliciosa in a 12" pot', 1, 4800), ("Watering can <b>1.5 L</b>", 1, 2450)),
        shipping=799,
        carrier="UPS",
        number="1Z999AA10123456784",
    ),
    Sample(
        name="An order of which little is known",
        language="en",
        currency="EUR",
        shop="",
        address={},
        goods=(("", 1, 0),),
    ),
)
