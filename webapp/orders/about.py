"""What the page of the orders' settings says: each switch, what platforms do by themselves, what an answer means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules.order_steps import asking
from commerce.rules.order_steps.asking import UNTIL, Asked, Heard
from commerce.rules.order_steps.outcomes import ANALYTICS, HOLD, INVENTORY, LABEL, PAYMENT
from commerce.rules.order_steps.settings import OrderSettings
from integrations.receivers import Answer
from webapp.languages import gettext, translated
from webapp.languages import lazy_gettext as _
from webapp.orders.words import STATES, title

_PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}
_DOES = {
    HOLD: _("Orders that your rules below single out wait for you before a label is made."),
    PAYMENT: _("Waits for the payment, and says so when none comes. A label waits for it."),
    INVENTORY: _("Reserves what is ordered, and warns of what runs out or was sold twice."),
    LABEL: _("Buys a label when an order is paid. That costs money, so it starts switched off."),
    ANALYTICS: _("Counts orders by day, product, channel and country."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One kind of step: what it does, and what the platform does itself."""

    name: str
    title: str
    does: str
    its_own: str


def switches(platform: str) -> list[Switch]:
    """A switch for each kind."""
    its_own = _its_own(_PLATFORMS[platform]) if platform in _PLATFORMS else {}
    return [
        Switch(name=name, title=title(name), does=str(does), its_own=its_own.get(name, ""))
        for name, does in _DOES.items()
    ]


def _its_own(platform: str) -> dict[str, str]:
    return {
        PAYMENT: gettext("%(platform)s takes the payment; Backroom only reads what it says.", platform=platform),
        INVENTORY: gettext(
            "%(platform)s keeps the stock: its figure is the truth, and nothing is changed there unless you say so.",
            platform=platform,
        ),
        LABEL: gettext(
            "Labels that you buy in %(platform)s are not known here: switch this on only where you buy none there.",
            platform=platform,
        ),
    }


def filled(chosen: OrderSettings, money: Callable[[int], str]) -> dict[str, str]:
    """What stands in each field that is not as it is stored."""
    holds, label = chosen.holds, chosen.label
    sides = {name: getattr(label, name) for name in ("length", "width", "height")}
    return {
        "payment_hours": str(chosen.payment_hours),
        "payment_url": chosen.payment_url,
        "low_stock": str(chosen.low_stock),
        "over": "" if holds.over is None else money(holds.over),
        "first_order_over": "" if holds.first_order_over is None else money(holds.first_order_over),
        "quantity_over": "" if holds.quantity_over is None else str(holds.quantity_over),
        "hold_countries": ", ".join(holds.countries),
        "words": "\n".join(holds.words),
        "carrier": label.carrier,
        "service": label.service,
        "weight": str(label.weight),
        "label_countries": ", ".join(label.countries),
    } | {name: f"{value / 10:g}" if value else "" for name, value in sides.items()}


def meaning(answer: Answer, *, is_payment: bool, now: datetime) -> dict[str, Any]:
    """What a step would have made of this answer."""
    asked = Asked(attempts=0, until=now + UNTIL)
    if answer.status is None or not 200 <= answer.status < 300:
        heard = Heard(error=answer.error)
    else:
        heard = Heard(body=answer.body)
    outcome = (asking.paid if is_payment else asking.told)(heard, asked, now=now)
    words = translated(outcome.words)
    return {"state": outcome.state, "title": STATES[outcome.state], "words": words, "due_at": outcome.due_at}
