"""Steps of the merchant's own: their system is asked, and its answer decides."""

from datetime import datetime
from typing import Any

from commerce.rules.order_steps import asking
from commerce.rules.order_steps.asking import UNTIL, Asked, Heard
from commerce.rules.order_steps.outcomes import CUSTOM, Outcome
from commerce.rules.order_steps.settings import OrderSettings
from jobs.order_steps.payment import begun_at


def url(step: Any, settings: OrderSettings) -> str:
    """Who is asked; "" where the merchant took this step away."""
    name = step.kind.removeprefix(CUSTOM)
    return next((call.url for call in settings.call_outs if call.name == name), "")


def unasked(order: Any, settings: OrderSettings) -> Outcome | None:  # noqa: ARG001 - as of any kind that asks
    """Nothing is known without asking."""
    return None


def answered(step: Any, heard: Heard, settings: OrderSettings, *, now: datetime) -> Outcome:  # noqa: ARG001
    """What their answer means."""
    return asking.told(heard, Asked(attempts=step.attempts, until=begun_at(step) + UNTIL), now=now)
