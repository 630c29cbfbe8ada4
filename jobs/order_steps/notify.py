"""Steps that tell somebody something: each writes its messages, which jobs.notifications sends and ends the step with.

A step that a person has run again writes new messages where the last ones did not arrive, or nobody knows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from commerce.rules.notifications.choices import MAIL, SMS, Choices
from commerce.rules.notifications.endings import ending
from commerce.rules.notifications.kinds import KINDS, Kind
from commerce.rules.notifications.states import (
    BOUNCED,
    CANCELLED,
    FAILED,
    SUPPRESSED,
    UNCERTAIN,
    deadline,
)
from commerce.rules.order_steps.outcomes import NOTIFY, Outcome, skipped, underway
from commerce.rules.people.keys import mail
from commerce.tables import customers
from commerce.tables.notifications import choices, notifications
from jobs import queues
from jobs.order_steps.work import Work

_PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}
_MAY_GO_AGAIN = frozenset({SUPPRESSED, CANCELLED, BOUNCED, FAILED, UNCERTAIN})
_NO_ADDRESS = "Whoever ordered left no address for it: {}."
_ADDRESSES = {MAIL: "no mail address", SMS: "no phone number with its country"}


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Write the messages of these steps, which are of one kind."""
    kind = KINDS[steps[0].kind.removeprefix(NOTIFY)]
    chosen = choices.of_shop(work.db, shop_id=work.shop.id, platform=work.shop.platform)
    if not chosen.of(kind.name).is_on:
        return {step.id: skipped(_off(kind, work.shop.platform)) for step in steps}
    before = _written_before(work, steps)
    locales = _locales(work, steps)
    wanted = [row for step in steps for row in _rows(work, kind, chosen, step, before[step.id])]
    for row in wanted:
        row["language"] = locales[row["order_id"]]
    ids = notifications.add(work.db, shop_id=work.shop.id, rows=wanted, now=work.now)
    if ids:
        work.wakes.add(queues.NOTIFY)
    fresh: dict[int, list[int]] = defaultdict(list)
    for row in wanted:
        number = ids.get(f"{row['occasion']} {row['channel']}")
        if number is not None:
            fresh[row["step_id"]].append(number)
    return {step.id: _outcome(chosen.of(kind.name).channels, step, fresh[step.id], before[step.id]) for step in steps}


def _off(kind: Kind, platform: str) -> str:
    its_own = f" {_PLATFORMS[platform]} sends its own." if platform in kind.sent_by else ""
    return f"“{kind.title}” is switched off.{its_own}"


def _written_before(work: Work, steps: Sequence[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in notifications.of_steps(work.db, [step.id for step in steps if step.attempts]):
        found[row.step_id].append(row)
    return found


def _locales(work: Work, steps: Sequence[Any]) -> dict[str, str]:
    """Order to the language of whoever placed it: the order's own, or the customer's, or the shop's."""
    orders = {step.order_id: work.orders[step.order_id] for step in steps}
    asked = {order.customer_id for order in orders.values() if not order.locale and order.customer_id}
    of_accounts = customers.locales(work.db, shop_id=work.shop.id, ids=asked)
    return {
        order_id: order.locale or of_accounts.get(order.customer_id) or work.shop.locale
        for order_id, order in orders.items()
    }


def _rows(work: Work, kind: Kind, chosen: Choices, step: Any, before: Sequence[Any]) -> list[dict[str, Any]]:
    """A message for each channel over which whoever ordered can be reached, as far as none is there."""
    order = work.orders[step.order_id]
    rows = []
    for channel in chosen.of(kind.name).channels:
        address, mine = _address(order, channel), [one for one in before if one.channel == channel]
        if not address or any(one.state not in _MAY_GO_AGAIN for one in mine):
            continue
        again = f"#{len(mine) + 1}" if mine else ""
        rows.append(
            {
                "kind": kind.name,
                "channel": channel,
                "occasion": f"{order.id}/{step.occasion}{again}",
                "recipient": address,
                "category": kind.category,
                "member_id": order.member_id,
                "order_id": order.id,
                "tracking_id": (step.detail or {}).get("tracking_id"),
                "step_id": step.id,
                "resend_of": mine[-1].id if mine else None,
                "expires_at": (work.now if mine else step.created_at) + deadline(kind.name),
            }
        )
    return rows


def _address(order: Any, channel: str) -> str:
    if channel == MAIL:
        return mail(order.email)
    return order.phone_e164 if channel == SMS else ""


def _outcome(channels: Sequence[str], step: Any, fresh: Sequence[int], before: Sequence[Any]) -> Outcome:
    if fresh:
        return underway("Its message is on its way.", {**(step.detail or {}), "notification_id": fresh[0]})
    if not before:
        return skipped(_NO_ADDRESS.format(" and ".join(_ADDRESSES.get(one, one) for one in channels)))
    ended = ending(before)
    return ended if ended is not None else underway("Its message is on its way.")
