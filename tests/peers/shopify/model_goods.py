"""What a shop sells: products, stock, collections. Money is integer minor units, times are whole seconds in UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


@dataclass(slots=True, kw_only=True, eq=False)
class Thing:
    """Whatever has an id of its own."""

    kind: ClassVar[str]
    id: int

    @property
    def gid(self) -> str:
        return f"gid://shopify/{self.kind}/{self.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class Dated(Thing):
    created_at: datetime
    updated_at: datetime
    metafields: dict[tuple[str, str], "Metafield"] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Metafield(Thing):
    kind: ClassVar[str] = "Metafield"
    namespace: str
    key: str
    type: str
    value: str
    owner_type: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Location(Dated):
    kind: ClassVar[str] = "Location"
    name: str
    city: str


@dataclass(slots=True, kw_only=True, eq=False)
class Level:
    """Stock of one item at one location."""

    kind: ClassVar[str] = "InventoryLevel"
    item: "InventoryItem"
    location: Location
    available: int
    created_at: datetime
    updated_at: datetime

    @property
    def gid(self) -> str:
        return f"gid://shopify/InventoryLevel/{self.location.id}?inventory_item_id={self.item.id}"


@dataclass(slots=True, kw_only=True, eq=False)
class InventoryItem(Dated):
    kind: ClassVar[str] = "InventoryItem"
    variant: "Variant"
    tracked: bool = True
    cost: int | None = None
    levels: list[Level] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Variant(Dated):
    kind: ClassVar[str] = "ProductVariant"
    product: "Product"
    item: InventoryItem = field(init=False)
    position: int
    sku: str
    barcode: str | None
    price: int
    compare_at_price: int | None
    values: tuple[str, ...]
    inventory_policy: str = "DENY"
    taxable: bool = True

    @property
    def title(self) -> str:
        return " / ".join(self.values) or "Default Title"

    @property
    def inventory_quantity(self) -> int:
        return sum(level.available for level in self.item.levels)

    @property
    def available_for_sale(self) -> bool:
        return self.inventory_policy == "CONTINUE" or not self.item.tracked or self.inventory_quantity > 0


@dataclass(slots=True, kw_only=True, eq=False)
class OptionValue(Thing):
    kind: ClassVar[str] = "ProductOptionValue"
    name: str


@dataclass(slots=True, kw_only=True, eq=False)
class Option(Thing):
    kind: ClassVar[str] = "ProductOption"
    name: str
    position: int
    option_values: list[OptionValue]


@dataclass(slots=True, kw_only=True, eq=False)
class Media(Thing):
    kind: ClassVar[str] = "MediaImage"
    alt: str
    url: str
    width: int
    height: int
    created_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Product(Dated):
    kind: ClassVar[str] = "Product"
    title: str
    handle: str
    body_html: str
    vendor: str
    product_type: str
    status: str
    tags: list[str]
    published_at: datetime | None
    category: str | None = None
    options: list[Option] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)

    @property
    def total_inventory(self) -> int:
        return sum(variant.inventory_quantity for variant in self.variants)


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of a smart collection."""

    column: str
    relation: str
    condition: str


@dataclass(slots=True, kw_only=True, eq=False)
class Collection(Dated):
    """Manual with `members` (ids of products, in order), smart with `rules` of which all must hold."""

    kind: ClassVar[str] = "Collection"
    title: str
    handle: str
    body_html: str
    published_at: datetime | None
    members: dict[int, None] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
