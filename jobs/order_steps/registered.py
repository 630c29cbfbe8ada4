"""Which runner does which kind of step, and what each kind waits for: one line each."""

from importlib import import_module
from typing import cast

from commerce.rules.order_steps import outcomes as kinds
from commerce.rules.order_steps.outcomes import CUSTOM, NOTIFY
from integrations.registry import load
from jobs.order_steps.work import Asker, Runner

RUNNERS = {
    kinds.HOLD: "jobs.order_steps.hold:run",
    kinds.PAYMENT: "jobs.order_steps.payment:run",
    kinds.INVENTORY: "jobs.order_steps.inventory:run",
    kinds.LABEL: "jobs.order_steps.label:run",
    kinds.ANALYTICS: "jobs.order_steps.analytics:run",
    NOTIFY: "jobs.order_steps.notify:run",
}

# Who asks the merchant's own systems, for steps of the lane OUTSIDE (jobs.call_outs).
ASKERS = {kinds.PAYMENT: "jobs.order_steps.payment", CUSTOM: "jobs.order_steps.custom"}

# Kinds that wait until these of the same order ended well. Whoever is not there is not waited for.
NEEDS: dict[str, tuple[str, ...]] = {kinds.LABEL: (kinds.HOLD, kinds.PAYMENT)}

# In this order kinds are done in a batch, so that what others wait for comes first.
ORDER = (kinds.HOLD, kinds.PAYMENT, kinds.INVENTORY, NOTIFY, kinds.LABEL, kinds.ANALYTICS, CUSTOM)


def family(kind: str) -> str:
    """The kind under which a step's runner is registered: all notifications have one, and all call-outs."""
    name, colon, _ = kind.partition(":")
    return name + colon


def runner(kind: str) -> Runner:
    """Who does steps of that kind. Raises KeyError."""
    found: Runner = load(RUNNERS[family(kind)])
    return found


def asker(kind: str) -> Asker:
    """Who asks for steps of that kind. Raises KeyError."""
    return cast(Asker, import_module(ASKERS[family(kind)]))
