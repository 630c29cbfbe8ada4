"""What people call steps, and what each does."""

from collections.abc import Mapping

from commerce.rules.notifications.kinds import KINDS
from commerce.rules.order_steps import outcomes as kinds

NAMES: Mapping[str, str] = {
    kinds.HOLD: "Hold for review",
    kinds.PAYMENT: "Payment check",
    kinds.INVENTORY: "Inventory",
    kinds.LABEL: "Shipping label",
    kinds.ANALYTICS: "Figures",
}


def title(kind: str) -> str:
    """What people call a step of that kind."""
    if kind.startswith(kinds.NOTIFY):
        name = kind.removeprefix(kinds.NOTIFY)
        return f"Message: {KINDS[name].title if name in KINDS else name.replace('_', ' ')}"
    return NAMES.get(kind, kind.removeprefix(kinds.CUSTOM))
