"""Which runner does which kind of step, and what each kind waits for: one line each."""

from commerce.rules.order_steps import outcomes as kinds
from commerce.rules.order_steps.outcomes import CUSTOM, NOTIFY
from integrations.registry import load
from jobs.order_steps.work import Runner

RUNNERS = {
    kinds.HOLD: "jobs.order_steps.hold:run",
    kinds.PAYMENT: "jobs.order_steps.payment:run",
    kinds.INVENTORY: "jobs.order_steps.inventory:run",
    kinds.LABEL: "jobs.order_steps.label:run",
    kinds.ANALYTICS: "jobs.order_steps.analytics:run",
    NOTIFY: "jobs.order_steps.notify:run",
    CUSTOM: "jobs.order_steps.custom:run",
}

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
