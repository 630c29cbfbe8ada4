"""Fields of orders, refunds and parcels."""

from typing import Any

from tests.peers.shopify.fields_shop import WITH_METAFIELDS, Table, bag, counted, cut, paid
from tests.peers.shopify.model_sales import DISCOUNT_CODE, Fulfillment, LineItem, Order, Refund
from tests.peers.shopify.payloads import money
from tests.peers.shopify.state import State


def _amounts(order: Order) -> dict[str, int]:
    """Every amount of an order by the name of its field, without `Set`."""
    received = 0 if order.financial_status == "PENDING" else order.total
    return {
        "cartDiscountAmount": order.discount,
        "currentCartDiscountAmount": order.discount,
        "currentShippingPrice": order.shipping,
        "currentSubtotalPrice": max(0, order.subtotal - order.refunded),
        "currentTotalDiscounts": order.discount,
        "currentTotalPrice": max(0, order.total - order.refunded),
        "netPayment": max(0, received - order.refunded),
        "originalTotalPrice": order.total,
        "subtotalPrice": order.subtotal,
        "totalDiscounts": order.discount,
        "totalOutstanding": order.total - received,
        "totalPrice": order.total,
        "totalReceived": received,
        "totalRefunded": order.refunded,
        "totalShippingPrice": order.shipping,
    }


AMOUNTS = (
    *("cartDiscountAmount", "currentCartDiscountAmount", "currentShippingPrice", "currentSubtotalPrice"),
    *("currentTotalDiscounts", "currentTotalPrice", "currentTotalTax", "netPayment", "originalTotalPrice"),
    *("refundDiscrepancy", "subtotalPrice", "totalCapturable", "totalDiscounts", "totalOutstanding", "totalPrice"),
    *("totalReceived", "totalRefunded", "totalRefundedShipping", "totalShippingPrice", "totalTax", "totalTipReceived"),
)


def _amount(name: str) -> Table:
    return {
        name: lambda order, _, __: money(_amounts(order).get(name, 0)),
        f"{name}Set": lambda order, _, shop: bag(shop, _amounts(order).get(name, 0)),
    }


def _allocations(source: LineItem, _: dict[str, Any], shop: State) -> list[dict[str, Any]]:
    if not source.discount:
        return []
    whole = bag(shop, source.discount)
    code = _code(shop, DISCOUNT_CODE, source.discount)
    return [{"allocatedAmountSet": whole, "allocatedAmount": whole["shopMoney"], "discountApplication": code}]


def _code(shop: State, code: str, amount: int) -> dict[str, Any]:
    return {
        "__typename": "DiscountCodeApplication",
        "code": code,
        "index": 0,
        "allocationMethod": "ACROSS",
        "targetSelection": "ALL",
        "targetType": "LINE_ITEM",
        "value": {"__typename": "MoneyV2", **paid(shop, amount)},
    }


def _line_amount(name: str, amount: Any) -> Table:
    return {name: lambda source, _, shop: bag(shop, amount(source))}


def _shipping_line(order: Order, shop: State) -> dict[str, Any]:
    price = bag(shop, order.shipping)
    names = ("currentDiscountedPriceSet", "discountedPriceSet", "originalPriceSet")
    return {
        "id": f"gid://shopify/ShippingLine/{order.id}",
        "title": "Parcel",
        "code": "parcel",
        "source": "shopify",
        **dict.fromkeys(names, price),
    }


def _refund_lines(source: Refund, _: dict[str, Any], shop: State) -> list[dict[str, Any]]:
    return [
        {
            "id": f"gid://shopify/RefundLineItem/{id_}",
            "lineItem": line,
            "quantity": quantity,
            "restockType": "NO_RESTOCK",
            "restocked": False,
            "priceSet": bag(shop, line.price),
            "subtotalSet": bag(shop, line.price * quantity),
            "totalTaxSet": bag(shop, 0),
        }
        for id_, line, quantity in source.lines
    ]


def _fulfillment_lines(source: Fulfillment, _: dict[str, Any], shop: State) -> list[dict[str, Any]]:
    return [
        {
            "id": f"gid://shopify/FulfillmentLineItem/{source.id}{line.id % 10**6}",
            "lineItem": line,
            "quantity": quantity,
            "originalTotalSet": bag(shop, line.price * quantity),
            "discountedTotalSet": bag(shop, line.price * quantity),
        }
        for line, quantity in source.lines
    ]


GETTERS: dict[str, Table] = {
    "Order": {
        **WITH_METAFIELDS,
        **{name: read for amount in AMOUNTS for name, read in _amount(amount).items()},
        "billingAddress": lambda source, _, __: source.shipping_address,
        "billingAddressMatchesShippingAddress": lambda *_: True,
        "cancellation": lambda source, _, __: {"staffNote": None} if source.cancelled_at else None,
        "closed": lambda source, _, __: source.closed_at is not None,
        "confirmed": lambda *_: True,
        "currencyCode": lambda _, __, shop: shop.currency,
        "presentmentCurrencyCode": lambda _, __, shop: shop.currency,
        "customerLocale": lambda *_: "en",
        "currentSubtotalLineItemsQuantity": lambda source, _, __: sum(line.current_quantity for line in source.lines),
        "discountApplications": lambda source, _, shop: (
            [_code(shop, source.discount_code, source.discount)] if source.discount_code else []
        ),
        "discountCodes": lambda source, _, __: [source.discount_code] if source.discount_code else [],
        "displayAddress": lambda source, _, __: source.shipping_address,
        "displayFinancialStatus": lambda source, _, __: source.financial_status,
        "displayFulfillmentStatus": lambda source, _, __: source.fulfillment_status,
        "fulfillments": lambda source, arguments, _: cut(source.fulfillments, arguments),
        "fulfillmentsCount": lambda source, _, __: counted(len(source.fulfillments)),
        "fullyPaid": lambda source, _, __: source.financial_status != "PENDING",
        "unpaid": lambda source, _, __: source.financial_status == "PENDING",
        "lineItems": lambda source, _, __: source.lines,
        "paymentGatewayNames": lambda *_: ["bogus"],
        "processedAt": lambda source, _, __: source.created_at,
        "refunds": lambda source, arguments, _: cut(source.refunds, arguments),
        "requiresShipping": lambda *_: True,
        "returnStatus": lambda *_: "NO_RETURN",
        "shippingLine": lambda source, _, shop: _shipping_line(source, shop),
        "shippingLines": lambda source, _, shop: [_shipping_line(source, shop)],
        "sourceName": lambda *_: "web",
        "statusPageUrl": lambda source, _, shop: f"https://{shop.domain}/orders/{source.id}",
        "subtotalLineItemsQuantity": lambda source, _, __: sum(line.quantity for line in source.lines),
        "taxesIncluded": lambda *_: True,
        "transactions": lambda source, arguments, _: cut(source.transactions, arguments),
        "transactionsCount": lambda source, _, __: counted(len(source.transactions)),
    },
    "LineItem": {
        **_line_amount("originalUnitPriceSet", lambda line: line.price),
        **_line_amount("originalTotalSet", lambda line: line.price * line.quantity),
        **_line_amount("discountedUnitPriceSet", lambda line: line.price),
        **_line_amount("discountedTotalSet", lambda line: line.price * line.quantity),
        **_line_amount(
            "discountedUnitPriceAfterAllDiscountsSet", lambda line: line.price - line.discount // line.quantity
        ),
        **_line_amount("totalDiscountSet", lambda line: line.discount),
        **_line_amount("unfulfilledOriginalTotalSet", lambda line: line.price * line.unfulfilled_quantity),
        **_line_amount("unfulfilledDiscountedTotalSet", lambda line: line.price * line.unfulfilled_quantity),
        "discountAllocations": _allocations,
        "name": lambda source, _, __: (
            f"{source.title} - {source.variant_title}" if source.variant_title else source.title
        ),
        "product": lambda source, _, shop: shop.products.get(source.product_id),
        "variant": lambda source, _, shop: shop.variants.get(source.variant_id),
        "refundableQuantity": lambda source, _, __: source.current_quantity,
        "requiresShipping": lambda *_: True,
        "taxable": lambda *_: True,
    },
    "Refund": {
        "processedAt": lambda source, _, __: source.created_at,
        "refundLineItems": _refund_lines,
        "totalRefunded": lambda source, _, shop: bag(shop, source.amount)["shopMoney"],
        "totalRefundedSet": lambda source, _, shop: bag(shop, source.amount),
    },
    "OrderTransaction": {
        "kind": lambda source, _, __: source.sort,
        "amount": lambda source, _, __: money(source.amount),
        "amountSet": lambda source, _, shop: bag(shop, source.amount),
        "gateway": lambda *_: "bogus",
        "formattedGateway": lambda *_: "Bogus",
        "processedAt": lambda source, _, __: source.created_at,
    },
    "Fulfillment": {
        "fulfillmentLineItems": _fulfillment_lines,
        "requiresShipping": lambda *_: True,
        "totalQuantity": lambda source, _, __: sum(quantity for _, quantity in source.lines),
        "trackingInfo": lambda source, arguments, _: cut(
            [{"company": source.company, "number": source.number, "url": source.url}], arguments
        ),
        "deliveredAt": lambda source, _, __: next(
            (event.happened_at for event in source.events if event.status == "DELIVERED"), None
        ),
        "inTransitAt": lambda source, _, __: next(
            (event.happened_at for event in source.events if event.status == "IN_TRANSIT"), None
        ),
    },
}
