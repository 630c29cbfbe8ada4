"""What a merchant does with products, collections and stock, and which webhooks follow."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.peers.shopify import payloads
from tests.peers.shopify.model_goods import (
    Collection,
    InventoryItem,
    Level,
    Location,
    Media,
    Option,
    OptionValue,
    Product,
    Rule,
    Variant,
)
from tests.peers.shopify.state import Deletion, State

Message = tuple[str, dict[str, Any]]


class Goods(State):
    """A shop whose shelves can be changed."""

    def add_location(self, name: str, city: str) -> Location:
        moment = self.touch()
        location = Location(id=next(self.ids), name=name, city=city, created_at=moment, updated_at=moment)
        self.locations[location.id] = location
        return location

    def add_product(self, title: str, *, options: Iterable[tuple[str, Iterable[str]]] = (), **given: Any) -> Product:
        """A product without variants yet; `given` are fields of Product."""
        moment = given.pop("at", None) or self.touch()
        fields: dict[str, Any] = {
            "handle": f"{title.lower().replace(' ', '-')}-{len(self.products) + 1}",
            "body_html": f"<p>{title}</p>",
            "vendor": "Lux",
            "product_type": "Lamp",
            "status": "ACTIVE",
            "tags": [],
            "published_at": moment,
        }
        product = Product(id=next(self.ids), title=title, created_at=moment, updated_at=moment, **{**fields, **given})
        for place, (name, values) in enumerate(options, 1):
            known = [OptionValue(id=next(self.ids), name=value) for value in values]
            product.options.append(Option(id=next(self.ids), name=name, position=place, option_values=known))
        self.products[product.id] = product
        return product

    def add_variant(
        self, product: Product, *, price: int, values: tuple[str, ...] = (), stock: int = 10, **given: Any
    ) -> Variant:
        """A variant with its inventory item, stocked at the first location and known at all."""
        moment = product.updated_at
        position = len(product.variants) + 1
        fields: dict[str, Any] = {"sku": f"SKU-{product.id % 10**9}-{position}", "barcode": None}
        variant = Variant(
            id=next(self.ids),
            product=product,
            position=position,
            price=price,
            values=values,
            created_at=moment,
            updated_at=moment,
            **{"compare_at_price": None, **fields, **given},
        )
        item = InventoryItem(id=next(self.ids), variant=variant, created_at=moment, updated_at=moment)
        stocked = [stock, *[0] * len(self.locations)]
        item.levels = [
            Level(item=item, location=location, available=available, created_at=moment, updated_at=moment)
            for location, available in zip(self.locations.values(), stocked, strict=False)
        ]
        variant.item = item
        product.variants.append(variant)
        self.variants[variant.id], self.items[item.id] = variant, item
        return variant

    def add_media(self, product: Product, alt: str) -> Media:
        id_ = next(self.ids)
        url = f"https://cdn.shopify.com/s/files/1/{id_}.jpg"
        media = Media(id=id_, alt=alt, url=url, width=800, height=600, created_at=product.created_at)
        product.media.append(media)
        return media

    def create_product(self, title: str, *, price: int = 1999, stock: int = 10, **given: Any) -> Product:
        """A new product with one variant, as a merchant makes it."""
        with self.lock:
            product = self.add_product(title, **given)
            self.add_variant(product, price=price, stock=stock)
            self.tell([("products/create", payloads.product(self, product))])
        return product

    def edit_product(self, product: Product, **changes: Any) -> None:
        """Change fields of Product, for example `title`, `tags`, `status`, `body_html`."""
        with self.lock:
            for name, value in changes.items():
                setattr(product, name, value)
            self.touch(product)
            self.tell([("products/update", payloads.product(self, product))])

    def change_price(self, variant: Variant, price: int, compare_at_price: int | None = None) -> None:
        with self.lock:
            variant.price, variant.compare_at_price = price, compare_at_price
            self.touch(variant, variant.product)
            self.tell([("products/update", payloads.product(self, variant.product))])

    def delete_product(self, product: Product) -> None:
        with self.lock:
            del self.products[product.id]
            for variant in product.variants:
                del self.variants[variant.id]
                del self.items[variant.item.id]
            for collection in self.collections.values():
                collection.members.pop(product.id, None)
            self.deletions.append(Deletion(product.gid, "PRODUCT", self.touch()))
            items = [("inventory_items/delete", {"id": variant.item.id}) for variant in product.variants]
            self.tell([("products/delete", {"id": product.id}), *items])

    def create_collection(self, title: str, *, rules: tuple[Rule, ...] = (), at: datetime | None = None) -> Collection:
        """Smart where there are rules, manual otherwise."""
        with self.lock:
            moment = at or self.touch()
            collection = Collection(
                id=next(self.ids),
                title=title,
                handle=title.lower().replace(" ", "-"),
                body_html=f"<p>{title}</p>",
                published_at=moment,
                rules=rules,
                created_at=moment,
                updated_at=moment,
            )
            self.collections[collection.id] = collection
            self.tell([("collections/create", payloads.collection(self, collection))])
        return collection

    def edit_collection(self, collection: Collection, **changes: Any) -> None:
        with self.lock:
            for name, value in changes.items():
                setattr(collection, name, value)
            self._collection_changed(collection)

    def delete_collection(self, collection: Collection) -> None:
        with self.lock:
            del self.collections[collection.id]
            self.deletions.append(Deletion(collection.gid, "COLLECTION", self.touch()))
            self.tell([("collections/delete", {"id": collection.id, "admin_graphql_api_id": collection.gid})])

    def add_to_collection(self, collection: Collection, product: Product) -> None:
        with self.lock:
            collection.members[product.id] = None
            self._collection_changed(collection)

    def remove_from_collection(self, collection: Collection, product: Product) -> None:
        with self.lock:
            collection.members.pop(product.id, None)
            self._collection_changed(collection)

    def _collection_changed(self, collection: Collection) -> None:
        self.touch(collection)
        self.tell([("collections/update", payloads.collection(self, collection))])

    def set_stock(self, variant: Variant, available: int, location: Location | None = None) -> None:
        """Set what is there at a location, by default the first."""
        with self.lock:
            self.tell(self.stock_changed(variant, available, location))

    def stock_changed(self, variant: Variant, available: int, location: Location | None = None) -> list[Message]:
        """Change the stock and give what is to be told of it."""
        levels = variant.item.levels
        level = next(each for each in levels if location is None or each.location is location)
        level.available = available
        level.updated_at = self.touch(variant.item, variant, variant.product)
        return [
            ("inventory_levels/update", payloads.level(self, level)),
            ("products/update", payloads.product(self, variant.product)),
        ]

    def members_of(self, collection: Collection) -> list[Product]:
        """The products of a collection; a smart one's are found anew each time, and nobody is told of a change."""
        if collection.rules:
            return [product for product in list(self.products.values()) if follows(product, collection.rules)]
        return [self.products[id_] for id_ in list(collection.members) if id_ in self.products]

    def collections_of(self, product: Product) -> list[Collection]:
        return [
            collection
            for collection in list(self.collections.values())
            if product.id in collection.members or (collection.rules and follows(product, collection.rules))
        ]


def follows(product: Product, rules: tuple[Rule, ...]) -> bool:
    """Whether a product is in a smart collection: all rules must hold."""
    return all(_holds(product, rule) for rule in rules)


def _holds(product: Product, rule: Rule) -> bool:
    if rule.column == "VARIANT_PRICE":
        limit = round(float(rule.condition) * 100)
        prices = [variant.price for variant in product.variants]
        return any(price > limit if rule.relation == "GREATER_THAN" else price < limit for price in prices)
    if rule.column == "TAG":
        return rule.condition in product.tags
    return {"VENDOR": product.vendor, "TYPE": product.product_type, "TITLE": product.title}[
        rule.column
    ] == rule.condition
