"""What a spent reward is at the shop: a discount code, named before it is made, so that no try makes a second one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.rules.calls import CREATE_DISCOUNT
from commerce.rules.loyalty.programmes import Reward


def call(
    reward: Reward, *, code: str, currency: str, customer_id: str, email: str, spend_key: str, starts_at: datetime
) -> Mapping[str, Any]:
    """The call that makes the code at the shop: good for one order, of that customer where the shop knows them."""
    return {
        "call": CREATE_DISCOUNT,
        "code": code,
        "title": reward.name,
        "kind": reward.kind,
        "value": reward.value,
        "minimum": reward.minimum,
        "currency": currency,
        "customer_id": customer_id,
        "email": email,
        "starts_at": starts_at.isoformat(),
        "spend_key": spend_key,
    }
