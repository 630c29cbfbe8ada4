"""What happens to orders, and which webhooks follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.peers.shopify import payloads, payloads_sales
from tests.peers.shopify.goods import Goods, Message
from tests.peers.shopify.model_goods import Variant
from tests.peers.shopify.model_sales import (
    DISCOUNT_CODE,
    Customer,
    Fulfillment,
    LineItem,
    Order,
    Refund,
    Scan,
    Transaction,
)

SHIPPING = 490


class Sales(Goods):
    """A shop whose orders can be changed."""

    def add_order(
        self,
        customer: Customer | None,
        bought: Sequence[tuple[Variant, int]],
        *,
        discount: int = 0,
        at: datetime | None = None,
        **given: Any,
    ) -> Order:
        """An order that is paid; `bought` are variants with quantities, `given` fields of Order."""
        moment = at or self.touch()
        lines = [self._line(variant, quantity) for variant, quantity in bought]
        lines[0].discount = min(discount, lines[0].price * lines[0].quantity)
        order = Order(
            id=next(self.ids),
            number=next(self.order_numbers),
            customer=customer,
            lines=lines,
            shipping=SHIPPING,
            discount_code=DISCOUNT_CODE if discount else None,
            shipping_address=customer.addresses[0] if customer and customer.addresses else None,
            created_at=moment,
            updated_at=moment,
            **{"email": customer and customer.email, "phone": customer and customer.phone, **given},
        )
        if order.financial_status == "PAID":
            order.transactions.append(self._transaction(order, "SALE", order.total, moment))
        if customer:
            customer.orders.append(order)
        self.orders[order.id] = order
        return order

    def _line(self, variant: Variant, quantity: int) -> LineItem:
        return LineItem(
            id=next(self.ids),
            product_id=variant.product.id,
            variant_id=variant.id,
            title=variant.product.title,
            variant_title=variant.title if variant.values else "",
            sku=variant.sku,
            vendor=variant.product.vendor,
            quantity=quantity,
            price=variant.price,
        )

    def _transaction(self, order: Order, sort: str, amount: int, moment: datetime) -> Transaction:
        return Transaction(id=next(self.ids), order=order, sort=sort, amount=amount, created_at=moment)

    def place_order(
        self, customer: Customer | None, bought: Sequence[tuple[Variant, int]], *, discount: int = 0, **given: Any
    ) -> Order:
        """A shopper buys and pays: the order, the stock of what was bought and the customer change."""
        with self.lock:
            order = self.add_order(customer, bought, discount=discount, **given)
            messages: list[Message] = [("orders/create", payloads_sales.order(self, order))]
            if order.financial_status == "PAID":
                messages.append(("orders/paid", payloads_sales.order(self, order)))
            for variant, quantity in bought:
                messages += self.stock_changed(variant, variant.item.levels[0].available - quantity)
            self.tell(messages + self._customer_changed(order))
        return order

    def _customer_changed(self, order: Order) -> list[Message]:
        customer = order.customer
        if customer is None:
            return []
        self.touch(customer)
        return [
            ("customers/update", payloads.customer(self, customer)),
            ("customers/purchasing_summary", payloads.purchases(self, customer)),
        ]

    def edit_order(self, order: Order, **changes: Any) -> None:
        """Change fields of Order that stand for themselves, for example `note` or `tags`."""
        with self.lock:
            for name, value in changes.items():
                setattr(order, name, value)
            self._order_changed(order)

    def _order_changed(self, order: Order, *messages: Message) -> None:
        self.touch(order)
        self.tell([*messages, ("orders/updated", payloads_sales.order(self, order))])

    def pay(self, order: Order) -> None:
        with self.lock:
            order.financial_status = "PAID"
            order.transactions.append(self._transaction(order, "SALE", order.total, self.touch(order)))
            self._order_changed(order, ("orders/paid", payloads_sales.order(self, order)))

    def add_refund(self, order: Order, quantities: Sequence[tuple[LineItem, int]], note: str, at: datetime) -> Refund:
        refund = Refund(
            id=next(self.ids), order=order, note=note, lines=[], transactions=[], created_at=at, updated_at=at
        )
        for line, quantity in quantities:
            line.refunded += quantity
            refund.lines.append((next(self.ids), line, quantity))
        amount = sum(line.price * quantity for line, quantity in quantities)
        refund.transactions.append(self._transaction(order, "REFUND", min(amount, order.total - order.refunded), at))
        order.refunds.append(refund)
        order.transactions += refund.transactions
        left = any(line.current_quantity for line in order.lines)
        order.financial_status = "PARTIALLY_REFUNDED" if left else "REFUNDED"
        return refund

    def refund(self, order: Order, quantities: Sequence[tuple[LineItem, int]] = (), *, note: str = "Damaged") -> Refund:
        """Give money back for lines; without any, for the whole order."""
        with self.lock:
            every = [(line, line.current_quantity) for line in order.lines]
            refund = self.add_refund(order, quantities or every, note, self.touch(order))
            told = ("refunds/create", payloads_sales.refund(self, refund))
            self._order_changed(order, told, *self._customer_changed(order))
        return refund

    def add_fulfillment(self, order: Order, lines: Sequence[LineItem], company: str, at: datetime) -> Fulfillment:
        number = f"1Z{next(self.ids) % 10**12:012d}"
        fulfillment = Fulfillment(
            id=next(self.ids),
            order=order,
            name=f"{order.name}-F{len(order.fulfillments) + 1}",
            location=next(iter(self.locations.values())),
            company=company,
            number=number,
            url=f"https://tracking.example/{number}",
            lines=[(line, line.unfulfilled_quantity) for line in lines if line.unfulfilled_quantity],
            created_at=at,
            updated_at=at,
        )
        for line, quantity in fulfillment.lines:
            line.fulfilled += quantity
        order.fulfillments.append(fulfillment)
        self.fulfillments[fulfillment.id] = fulfillment
        open_ = any(line.unfulfilled_quantity for line in order.lines)
        order.fulfillment_status = "PARTIALLY_FULFILLED" if open_ else "FULFILLED"
        return fulfillment

    def fulfil(self, order: Order, lines: Sequence[LineItem] = (), *, company: str = "UPS") -> Fulfillment:
        """Hand lines to a carrier; without any, all that are left."""
        with self.lock:
            fulfillment = self.add_fulfillment(order, lines or order.lines, company, self.touch(order))
            done = order.fulfillment_status == "FULFILLED"
            self._order_changed(
                order,
                ("fulfillments/create", payloads_sales.fulfillment(self, fulfillment)),
                ("orders/fulfilled" if done else "orders/partially_fulfilled", payloads_sales.order(self, order)),
            )
        return fulfillment

    def scan(self, fulfillment: Fulfillment, status: str, **given: Any) -> Scan:
        """The parcel was seen: `status` as IN_TRANSIT or DELIVERED, `given` are fields of Scan."""
        with self.lock:
            moment = self.touch(fulfillment)
            event = Scan(id=next(self.ids), status=status, created_at=moment, **{"happened_at": moment, **given})
            fulfillment.events.append(event)
            fulfillment.display_status = status
            self._order_changed(
                fulfillment.order,
                ("fulfillment_events/create", payloads_sales.scan(self, fulfillment, event)),
                ("fulfillments/update", payloads_sales.fulfillment(self, fulfillment)),
            )
        return event

    def cancel(self, order: Order, *, reason: str = "CUSTOMER") -> None:
        with self.lock:
            order.cancelled_at = order.closed_at = self.touch(order)
            order.cancel_reason = reason
            told = ("orders/cancelled", payloads_sales.order(self, order))
            self._order_changed(order, told, *self._customer_changed(order))

    def delete_order(self, order: Order) -> None:
        with self.lock:
            del self.orders[order.id]
            if order.customer:
                order.customer.orders.remove(order)
            for fulfillment in order.fulfillments:
                del self.fulfillments[fulfillment.id]
            self.touch()
            self.tell([("orders/delete", {"id": order.id})])
