"""Every GraphQL document that Backroom sends to Shopify's Admin API, written for this version of it.

A test validates all of them against the schema. Costs are kept below the 1,000 points that one query may have
(shopify.dev, usage/limits): an object is 1 point, a connection as many as are asked for, a mutation 10.
"""

VERSION = "2026-10"

_VARIANT = (
    "id sku barcode title position price compareAtPrice inventoryQuantity inventoryPolicy updatedAt "
    "selectedOptions { name value } inventoryItem { id tracked }"
)
_PRODUCT = (
    "id handle title descriptionHtml vendor productType status tags createdAt updatedAt publishedAt "
    "options { name position values } featuredMedia { id }"
)
_MEDIA = "id ... on MediaImage { image { url altText } }"
_COLLECTION = "id handle title"
_WHOLE_COLLECTION = f"{_COLLECTION} descriptionHtml updatedAt"
_ADDRESS = "firstName lastName company address1 address2 zip city province provinceCode countryCodeV2 phone"
_MONEY = "shopMoney { amount currencyCode }"
_LINE = (
    "id sku title quantity currentQuantity unfulfilledQuantity product { id } variant { id } "
    f"originalUnitPriceSet {{ {_MONEY} }} discountAllocations {{ allocatedAmountSet {{ {_MONEY} }} }}"
)
_ORDER = (
    "id name email phone note tags customerLocale currencyCode createdAt updatedAt processedAt cancelledAt closedAt "
    "displayFinancialStatus displayFulfillmentStatus customer { id } "
    + " ".join(
        f"{name} {{ {_MONEY} }}"
        for name in ("totalPriceSet", "subtotalPriceSet", "totalTaxSet", "totalDiscountsSet", "totalShippingPriceSet")
    )
    + f" billingAddress {{ {_ADDRESS} }} shippingAddress {{ {_ADDRESS} }} "
    f"refunds(first: 50) {{ id note createdAt totalRefundedSet {{ {_MONEY} }} }} "
    "fulfillments(first: 20) { id status displayStatus createdAt updatedAt "
    "trackingInfo(first: 10) { company number url } }"
)
_CUSTOMER = (
    "id firstName lastName note tags createdAt updatedAt numberOfOrders amountSpent { amount currencyCode } "
    "defaultEmailAddress { emailAddress marketingState marketingUpdatedAt } "
    "defaultPhoneNumber { phoneNumber smsMarketingConsent { state updatedAt } "
    "whatsAppMarketingConsent { state updatedAt } }"
)
_LEVEL = 'location { id } quantities(names: ["available"]) { quantity }'
_PAGE = "pageInfo { hasNextPage endCursor }"


def _edges(connection: str, fields: str) -> str:
    return f"{connection} {{ edges {{ node {{ {fields} }} }} }}"


_EVERY_MEDIA = _edges("media", _MEDIA)
_EVERY_VARIANT = _edges("variants", f"{_VARIANT} {_EVERY_MEDIA}")

# What bulk operations export: connections without limits, each node with its id.
BULK = {
    "collections": f"{{ {_edges('collections', _WHOLE_COLLECTION)} }}",
    "products": "{ "
    + _edges("products", f"{_PRODUCT} {_EVERY_MEDIA} {_edges('collections', _COLLECTION)} {_EVERY_VARIANT}")
    + " }",
    "stock": "{ "
    + _edges("inventoryItems", "id updatedAt tracked " + _edges("inventoryLevels", f"id {_LEVEL}"))
    + " }",
    "customers": "{ " + _edges("customers", f"{_CUSTOMER} " + _edges("addressesV2", f"id {_ADDRESS}")) + " }",
    "orders": "{ " + _edges("orders", f"{_ORDER} " + _edges("lineItems", _LINE)) + " }",
}

SHOP = "query Shop { shop { id name email currencyCode ianaTimezone } }"
# Each item of stock belongs to one variant.
COUNTED = (
    "query Counted { collections: collectionsCount(limit: null) { count } "
    "products: productsCount(limit: null) { count } stock: productVariantsCount(limit: null) { count } "
    "customers: customersCount(limit: null) { count } orders: ordersCount(limit: null) { count } }"
)

BULK_RUN = (
    "mutation BulkRun($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) "
    "{ bulkOperation { id status createdAt } userErrors { code field message } } }"
)
BULK_LOOK = (
    "query BulkLook($id: ID!) { bulkOperation(id: $id) "
    "{ id status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }"
)

# Objects by their ids; what a connection does not hold is fetched by the documents below it.
PRODUCTS = (
    "query Products($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { "
    f"{_PRODUCT} media(first: 15) {{ nodes {{ {_MEDIA} }} }} "
    f"collections(first: 20) {{ nodes {{ {_COLLECTION} }} {_PAGE} }} "
    f"variants(first: 30) {{ nodes {{ {_VARIANT} media(first: 1) {{ nodes {{ {_MEDIA} }} }} }} {_PAGE} }} }} }} }}"
)
VARIANTS = (
    "query Variants($id: ID!, $after: String) { node(id: $id) { ... on Product { "
    f"connection: variants(first: 120, after: $after) {{ nodes {{ {_VARIANT} "
    f"media(first: 1) {{ nodes {{ {_MEDIA} }} }} }} {_PAGE} }} }} }} }}"
)
PLACEMENTS = (
    "query Placements($id: ID!, $after: String) { node(id: $id) { ... on Product { "
    f"connection: collections(first: 250, after: $after) {{ nodes {{ {_COLLECTION} }} {_PAGE} }} }} }} }}"
)
COLLECTIONS = (
    f"query Collections($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on Collection {{ {_WHOLE_COLLECTION} }} }} }}"
)
ORDERS = (
    f"query Orders($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on Order {{ {_ORDER} "
    f"lineItems(first: 25) {{ nodes {{ {_LINE} }} {_PAGE} }} }} }} }}"
)
LINES = (
    "query Lines($id: ID!, $after: String) { node(id: $id) { ... on Order { "
    f"connection: lineItems(first: 110, after: $after) {{ nodes {{ {_LINE} }} {_PAGE} }} }} }} }}"
)
# What was sent and came back of one order: asked for those of which something came back.
PIECES = (
    "query Pieces($id: ID!) { node(id: $id) { ... on Order { "
    "refunds(first: 15) { id refundLineItems(first: 20) { nodes { quantity restockType lineItem { id } } } } "
    "fulfillments(first: 10) { id fulfillmentLineItems(first: 15) { nodes { quantity lineItem { id } } } } } } }"
)
CUSTOMERS = (
    f"query Customers($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ... on Customer {{ {_CUSTOMER} "
    f"addressesV2(first: 10) {{ nodes {{ id {_ADDRESS} }} }} }} }} }}"
)
FULFILLMENTS = "query Fulfillments($ids: [ID!]!) { nodes(ids: $ids) { id ... on Fulfillment { order { id } } } }"

# What changed since a time.
_CHANGED = "query Changed($query: String!, $after: String) "
CHANGED = {
    "collections": f"{_CHANGED}{{ found: collections(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) "
    f"{{ nodes {{ id updatedAt }} {_PAGE} }} }}",
    "products": f"{_CHANGED}{{ found: products(first: 40, after: $after, query: $query, sortKey: UPDATED_AT) "
    f"{{ nodes {{ id updatedAt collections(first: 20) {{ nodes {{ {_COLLECTION} }} {_PAGE} }} }} {_PAGE} }} }}",
    "customers": f"{_CHANGED}{{ found: customers(first: 60, after: $after, query: $query, sortKey: UPDATED_AT) "
    f"{{ nodes {{ {_CUSTOMER} addressesV2(first: 5) {{ nodes {{ id {_ADDRESS} }} }} }} {_PAGE} }} }}",
    "orders": f"{_CHANGED}{{ found: orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) "
    f"{{ nodes {{ id updatedAt }} {_PAGE} }} }}",
}
# Deprecated in favour of `events`, whose words for a deletion are not documented.
DELETIONS = (
    "query Deletions($query: String!, $after: String) { found: deletionEvents(first: 250, after: $after, "
    f"query: $query, sortKey: CREATED_AT) {{ nodes {{ occurredAt subjectId subjectType }} {_PAGE} }} }}"
)

# Calls back.
_ERRORS = "userErrors { field message }"
PARCEL_EVENT = (
    "mutation ParcelEvent($event: FulfillmentEventInput!) { done: fulfillmentEventCreate(fulfillmentEvent: $event) "
    f"{{ fulfillmentEvent {{ id }} {_ERRORS} }} }}"
)
ADJUST_STOCK = (
    "mutation AdjustStock($input: InventoryAdjustQuantitiesInput!, $key: String!) "
    "{ done: inventoryAdjustQuantities(input: $input) @idempotent(key: $key) "
    f"{{ inventoryAdjustmentGroup {{ id }} {_ERRORS} }} }}"
)
SET_STOCK = (
    "mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) "
    "{ done: inventorySetQuantities(input: $input) @idempotent(key: $key) "
    f"{{ inventoryAdjustmentGroup {{ id }} {_ERRORS} }} }}"
)
ADD_TAGS = f"mutation AddTags($id: ID!, $tags: [String!]!) {{ done: tagsAdd(id: $id, tags: $tags) {{ {_ERRORS} }} }}"
REMOVE_TAGS = (
    f"mutation RemoveTags($id: ID!, $tags: [String!]!) {{ done: tagsRemove(id: $id, tags: $tags) {{ {_ERRORS} }} }}"
)
SET_META = (
    "mutation SetMeta($metafields: [MetafieldsSetInput!]!) { done: metafieldsSet(metafields: $metafields) "
    f"{{ {_ERRORS} }} }}"
)
_DISCOUNT_ERRORS = "userErrors { field message code }"
CREATE_DISCOUNT = (
    "mutation CreateDiscount($discount: DiscountCodeBasicInput!) "
    f"{{ done: discountCodeBasicCreate(basicCodeDiscount: $discount) {{ {_DISCOUNT_ERRORS} }} }}"
)
CREATE_FREE_SHIPPING = (
    "mutation CreateFreeShipping($discount: DiscountCodeFreeShippingInput!) "
    f"{{ done: discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) {{ {_DISCOUNT_ERRORS} }} }}"
)
SET_NOTE = f"mutation SetNote($input: OrderInput!) {{ done: orderUpdate(input: $input) {{ {_ERRORS} }} }}"

DOCUMENTS = {
    name: text
    for name, text in globals().items()
    if name.isupper() and isinstance(text, str) and not name.startswith("_") and name != "VERSION"
}
EVERY = [*DOCUMENTS.values(), *BULK.values(), *CHANGED.values()]
