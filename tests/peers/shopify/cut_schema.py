"""Cuts the part of Shopify's Admin schema that Backroom and its stand-in use out of the full one.

    python -m tests.peers.shopify.cut_schema admin_2026-10.graphql.gz

The full schema comes with the npm package @shopify/dev-mcp. Of every object that can be reached, all plain fields stay,
and of its fields that lead to other objects those named here; enums and inputs stay whole.
"""

import gzip
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import language as ast

HERE = Path(__file__).resolve().parent
SUBSET = HERE / "schema/admin_2026-10_subset.graphql"
ORIGIN = "# Cut by cut_schema.py out of Shopify's Admin API schema 2026-10 (ISC licence, see LICENSE).\n\n"
DESCRIPTION = re.compile(r'"""(?:\\"""|.)*?"""', re.DOTALL)

MONEY_OF_ORDERS = """
    cartDiscountAmountSet currentCartDiscountAmountSet currentShippingPriceSet currentSubtotalPriceSet
    currentTotalDiscountsSet currentTotalPriceSet currentTotalTaxSet netPaymentSet originalTotalPriceSet
    refundDiscrepancySet subtotalPriceSet totalCapturableSet totalDiscountsSet totalOutstandingSet totalPriceSet
    totalReceivedSet totalRefundedSet totalRefundedShippingSet totalShippingPriceSet totalTaxSet totalTipReceivedSet
"""

# Fields that lead to other objects, by the type that has them. Types that are not here keep their plain fields only.
LEADING = {
    "QueryRoot": """
        bulkOperation bulkOperations collection collections collectionsCount currentAppInstallation customer customers
        customersCount deletionEvents fulfillment inventoryItem inventoryItems inventoryLevel location locations node
        nodes order orders ordersCount product productVariant productVariants productVariantsCount products
        productsCount shop webhookSubscriptions
    """,
    "Mutation": """
        bulkOperationCancel bulkOperationRunQuery customerUpdate discountCodeBasicCreate discountCodeFreeShippingCreate
        fulfillmentEventCreate inventoryAdjustQuantities inventorySetQuantities metafieldsSet orderUpdate tagsAdd
        tagsRemove webhookSubscriptionCreate webhookSubscriptionDelete webhookSubscriptionUpdate
    """,
    "Shop": "billingAddress currencyFormats metafield metafields plan primaryDomain shopAddress",
    "AppInstallation": "accessScopes app",
    "Product": """
        availablePublicationsCount category collections compareAtPriceRange events featuredImage featuredMedia images
        media mediaCount metafield metafields options priceRange priceRangeV2 resourcePublicationsCount seo variants
        variantsCount
    """,
    "ProductOption": "optionValues",
    "ProductPriceRange": "maxVariantPrice minVariantPrice",
    "ProductPriceRangeV2": "maxVariantPrice minVariantPrice",
    "ProductCompareAtPriceRange": "maxVariantCompareAtPrice minVariantCompareAtPrice",
    "ProductVariant": """
        events image inventoryItem media metafield metafields product selectedOptions unitPrice unitPriceMeasurement
    """,
    "Media": "preview",
    "MediaImage": "image preview",
    "ExternalVideo": "preview",
    "MediaPreviewImage": "image",
    "Collection": "availablePublicationsCount events image metafield metafields products productsCount ruleSet seo",
    "CollectionRuleSet": "rules",
    "Customer": """
        addresses addressesV2 amountSpent defaultAddress defaultEmailAddress defaultPhoneNumber emailMarketingConsent
        events lastOrder mergeable metafield metafields orders smsMarketingConsent statistics
    """,
    "CustomerPhoneNumber": "smsMarketingConsent whatsAppMarketingConsent",
    "Order": f"""
        {MONEY_OF_ORDERS} billingAddress cancellation currentTaxLines customAttributes customer discountApplications
        displayAddress events fulfillments fulfillmentsCount lineItems metafield metafields refunds retailLocation
        shippingAddress shippingLine shippingLines taxLines transactions transactionsCount
    """,
    "MoneyBag": "presentmentMoney shopMoney",
    "TaxLine": "priceSet",
    "LineItem": """
        customAttributes discountAllocations discountedTotalSet discountedUnitPriceAfterAllDiscountsSet
        discountedUnitPriceSet image originalTotalSet originalUnitPriceSet product taxLines totalDiscountSet
        unfulfilledDiscountedTotalSet unfulfilledOriginalTotalSet variant weight
    """,
    "DiscountAllocation": "allocatedAmount allocatedAmountSet discountApplication",
    "DiscountApplication": "value",
    "AutomaticDiscountApplication": "value",
    "DiscountCodeApplication": "value",
    "ManualDiscountApplication": "value",
    "ShippingLine": """
        currentDiscountedPriceSet discountAllocations discountedPriceSet originalPriceSet taxLines
    """,
    "Refund": """
        order orderAdjustments refundLineItems refundShippingLines totalRefunded totalRefundedSet transactions
    """,
    "RefundLineItem": "lineItem location priceSet subtotalSet totalTaxSet",
    "RefundShippingLine": "shippingLine subtotalAmountSet taxAmountSet",
    "OrderAdjustment": "amountSet taxAmountSet",
    "OrderTransaction": "amountSet order parentTransaction totalUnsettledSet",
    "Fulfillment": "events fulfillmentLineItems location order trackingInfo",
    "FulfillmentLineItem": "discountedTotalSet lineItem originalTotalSet",
    "InventoryItem": "inventoryLevel inventoryLevels locationsCount measurement unitCost variant variants",
    "InventoryItemMeasurement": "weight",
    "InventoryLevel": "item location quantities",
    "Location": "address inventoryLevel inventoryLevels metafield metafields",
    "InventoryAdjustmentGroup": "app changes",
    "InventoryChange": "item location",
    "WebhookSubscription": "apiVersion",
    "BulkOperationRunQueryPayload": "bulkOperation userErrors",
    "BulkOperationCancelPayload": "bulkOperation userErrors",
    "CustomerUpdatePayload": "customer userErrors",
    "DiscountCodeBasicCreatePayload": "userErrors",
    "DiscountCodeFreeShippingCreatePayload": "userErrors",
    "FulfillmentEventCreatePayload": "fulfillmentEvent userErrors",
    "InventoryAdjustQuantitiesPayload": "inventoryAdjustmentGroup userErrors",
    "InventorySetQuantitiesPayload": "inventoryAdjustmentGroup userErrors",
    "MetafieldsSetPayload": "metafields userErrors",
    "OrderUpdatePayload": "order userErrors",
    "TagsAddPayload": "node userErrors",
    "TagsRemovePayload": "node userErrors",
    "WebhookSubscriptionCreatePayload": "userErrors webhookSubscription",
    "WebhookSubscriptionDeletePayload": "userErrors",
    "WebhookSubscriptionUpdatePayload": "userErrors webhookSubscription",
}
INTERFACES = {"DiscountApplication", "DisplayableError", "Event", "Media", "Node"}
# Reached through an interface only.
IMPLEMENTATIONS = (
    "AutomaticDiscountApplication BasicEvent DiscountCodeApplication ExternalVideo ManualDiscountApplication MediaImage"
)
PLAIN = (ast.ScalarTypeDefinitionNode, ast.EnumTypeDefinitionNode)
WITH_FIELDS = (ast.ObjectTypeDefinitionNode, ast.InterfaceTypeDefinitionNode)
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


def named(node: Any) -> str:
    """The name of a type without its lists and bangs."""
    while not isinstance(node, ast.NamedTypeNode):
        node = node.type
    return str(node.name.value)


class Cut:
    """What of a schema stays."""

    def __init__(self, source: str) -> None:
        document = ast.parse(DESCRIPTION.sub("", source), no_location=True)
        self.rest = [node for node in document.definitions if isinstance(node, ast.SchemaDefinitionNode)]
        self.rest += [node for node in document.definitions if isinstance(node, ast.DirectiveDefinitionNode)]
        self.all = {node.name.value: node for node in document.definitions if node not in self.rest}
        self.kept: dict[str, Any] = {}

    def text(self) -> str:
        """The subset, sorted by name."""
        waiting = ["QueryRoot", "Mutation", *IMPLEMENTATIONS.split()]
        while waiting:
            name = waiting.pop()
            if name in self.kept or name in BUILT_IN:
                continue
            self.kept[name] = self.cut(self.all[name])
            waiting += self.leads_to(self.kept[name])
        definitions = [*self.rest, *(self.kept[name] for name in sorted(self.kept))]
        return ORIGIN + "\n\n".join(ast.print_ast(node) for node in definitions) + "\n"

    def cut(self, node: Any) -> Any:
        if isinstance(node, WITH_FIELDS):
            unknown = set(LEADING.get(node.name.value, "").split()) - {field.name.value for field in node.fields}
            if unknown:
                raise LookupError(f"{node.name.value} has no {', '.join(sorted(unknown))}.")
            fields = tuple(field for field in node.fields if self.stays(node.name.value, field))
            interfaces = tuple(each for each in node.interfaces or () if each.name.value in INTERFACES)
            return replace(node, fields=fields, interfaces=interfaces)
        return node

    def stays(self, owner: str, field: Any) -> bool:
        leading = "edges node nodes pageInfo" if owner.endswith(("Connection", "Edge")) else LEADING.get(owner, "")
        if field.name.value in leading.split():
            return True
        return owner not in {"QueryRoot", "Mutation"} and self.plain(field)

    def plain(self, field: Any) -> bool:
        name = named(field.type)
        return name in BUILT_IN or isinstance(self.all[name], PLAIN)

    def leads_to(self, node: Any) -> Iterator[str]:
        """The names of the types that a definition needs."""
        for field in getattr(node, "fields", ()) or ():
            yield named(field.type)
            yield from (named(argument.type) for argument in getattr(field, "arguments", ()) or ())
        for interface in getattr(node, "interfaces", ()) or ():
            yield interface.name.value
        if isinstance(node, ast.UnionTypeDefinitionNode):
            yield from (member.name.value for member in node.types)


def cut(full: Path) -> str:
    """The subset of the schema in this file, which may be packed with gzip."""
    raw = full.read_bytes()
    return Cut((gzip.decompress(raw) if full.suffix == ".gz" else raw).decode()).text()


if __name__ == "__main__":
    SUBSET.write_text(cut(Path(sys.argv[1])))
