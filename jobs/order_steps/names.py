"""What people call steps."""

from commerce.rules.order_steps import outcomes as kinds

NAMES = {
    kinds.HOLD: "Hold for review",
    kinds.PAYMENT: "Payment check",
    kinds.INVENTORY: "Inventory",
    kinds.LABEL: "Shipping label",
    kinds.ANALYTICS: "Figures",
}
