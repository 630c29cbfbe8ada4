"""Pieces that came back with refunds: `lines` of a refund, each {id, quantity, restock}."""

from collections.abc import Sequence
from dataclasses import replace

from commerce.rules.orders import OrderLine
from integrations.platforms.body import Body
from integrations.platforms.custom.fields import flag, whole


def after_refunds(refunds: Sequence[Body], lines: Sequence[OrderLine], *, is_sent: bool) -> tuple[OrderLine, ...]:
    """The lines, with what refunds tell of their pieces. `is_sent`: all of the order was.

    Pieces that were not sent are taken off the order. Of those that were, the ones that go back into stock (`restock`,
    unless it says no) are returned. Refunds count beside what a line says of itself.
    """
    found = {line.id: line for line in lines}
    for refund in refunds:
        for told in refund.parts("lines"):
            line = found.get(told.id())
            if line is None:
                raise told.complaint("id", "is none of the order's lines")
            found[line.id] = _after(told, line, is_sent)
    return tuple(found[line.id] for line in lines)


def _after(told: Body, line: OrderLine, is_sent: bool) -> OrderLine:
    back = whole(told, "quantity")
    if back is None:
        raise told.complaint("quantity", "is missing")
    sent = line.quantity - line.cancelled if is_sent else line.fulfilled
    unsent, gone = line.quantity - line.cancelled - sent, sent - line.returned
    if back < 0 or back > unsent + gone:
        raise told.complaint("quantity", f"is not between 0 and {unsent + gone}")
    taken_off = min(back, unsent)
    returned = back - taken_off if flag(told, "restock", otherwise=True) else 0
    return replace(line, cancelled=line.cancelled + taken_off, returned=line.returned + returned)
