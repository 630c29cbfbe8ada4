"""The seed of the idea: a FastAPI process that keeps profiles in a dictionary, and looks up what it lacks in 50 ms."""

import time
from typing import Any

from fastapi import FastAPI

LOOK_UP = 0.05  # seconds that a look-up in the shop's system is made to take
app = FastAPI()
_profiles: dict[str, dict[str, Any]] = {}


@app.get("/customers/{customer_id}")
def customer(customer_id: str) -> dict[str, Any]:
    """A profile, from memory where it was asked for before."""
    if customer_id not in _profiles:
        time.sleep(LOOK_UP)
        _profiles[customer_id] = {
            "id": customer_id,
            "email": f"shopper{customer_id}@example.org",
            "loyalty_points": 0,
            "total_spent": {"amount": 19_999, "currency": "EUR"},
            "orders_count": 5,
            "communication_preferences": {"email": "subscribed"},
        }
    return _profiles[customer_id]
