"""What became of the pieces of an order's lines: sent, taken off before that, taken back into stock.

Lines tell how many are left of them (`current_quantity`) and how many of these are to be sent (`fulfillable_quantity`).
Where nothing was given back, the others were sent. Otherwise refunds tell what came back (`restock_type`: `cancel` was
never sent; `return` was; `no_restock` may have been, and stays away), and fulfilments what was sent.
"""

from collections import Counter
from dataclasses import replace

from commerce.rules.orders import OrderLine
from integrations.platforms.body import Body

GIVEN_UP = frozenset({"cancelled", "error", "failure"})  # of a fulfilment's `status`: nothing was sent
_BACK, _EITHER = "return", "legacy_restock"  # the older word does not say whether the piece was sent


class Pieces:
    """Those of one order."""

    def __init__(self, order: Body) -> None:
        self._sent: Counter[str] = Counter()
        for fulfilment in order.parts("fulfillments"):
            if fulfilment.text("status") not in GIVEN_UP:
                for line in fulfilment.parts("line_items"):
                    self._sent[line.id()] += line.number("quantity") or 0
        self._returned: Counter[tuple[str, str]] = Counter()
        self._given_back: set[str] = set()
        for refund in order.parts("refunds"):
            for line in refund.parts("refund_line_items"):
                id_ = line.id("line_item_id")
                self._given_back.add(id_)
                self._returned[id_, line.text("restock_type")] += line.number("quantity") or 0

    def of(self, body: Body, line: OrderLine) -> OrderLine:
        """The line, with its pieces."""
        bought = max(0, line.quantity)
        left, open_ = body.number("current_quantity"), body.number("fulfillable_quantity")
        if line.id in self._given_back or left is None or open_ is None:
            sent = min(self._sent[line.id], bought)
            cancelled = self._taken_off(line.id, bought, sent, left, open_)
        else:
            left = min(max(0, left), bought)
            sent, cancelled = left - min(max(0, open_), left), bought - left
        back = self._returned[line.id, _BACK]
        back += max(0, self._returned[line.id, _EITHER] - cancelled)
        return replace(line, fulfilled=sent, cancelled=cancelled, returned=min(sent, back))

    def _taken_off(self, id_: str, bought: int, sent: int, left: int | None, open_: int | None) -> int:
        """Pieces that will not be sent any more."""
        if open_ is not None:
            return bought - sent - min(max(0, open_), bought - sent)
        if left is not None:
            return min(bought - sent, max(0, bought - left - self._returned[id_, _BACK]))
        return min(bought - sent, self._returned[id_, "cancel"])
