"""What a merchant chooses for orders' steps, and what is usual on each platform.

What a platform does by itself (it keeps stock and sends the mails of orders) starts switched off for its shops.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from commerce.rules.order_steps.outcomes import ANALYTICS, HOLD, INVENTORY, LABEL, PAYMENT

SWITCHES = (HOLD, PAYMENT, INVENTORY, LABEL, ANALYTICS)
KEEPING_STOCK = frozenset({"shopify", "woocommerce"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRules:
    """When an order is held until somebody has looked at it. An empty condition holds nothing.

    `over`: minor units of the shop's currency. `countries`: ISO codes of the delivery address. `words`: somewhere in
    mail address, names, addresses or tags, in any case. `unlike_countries`: bill and goods go to different countries.
    """

    over: int | None = None
    quantity_over: int | None = None
    countries: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unlike_countries: bool = False
    first_order_over: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """Which label is bought when an order is paid. Grams and millimetres; `weight` is of a parcel without items'."""

    carrier: str = ""
    service: str = ""
    weight: int = 1000
    length: int = 0
    width: int = 0
    height: int = 0
    countries: tuple[str, ...] = ()  # only there; none: everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """A step of the merchant's own: their system is asked, and its answer decides how the order goes on.

    `on`: milestones that ask. `blocks`: labels wait for a good answer.
    """

    name: str
    url: str
    on: tuple[str, ...] = ("created",)
    blocks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettings:
    """How orders' steps run.

    `payment_hours`: after which an order without payment is a problem. `takes_authorized`: money that is reserved
    counts as paid. `payment_url`: asked whether an order is paid, where the platform does not say it itself.
    `keeps_stock`: stock is kept here; otherwise the platform's figure is the truth and ours are warnings.
    `writes_stock_back`: what is kept here is told to the platform. `low_stock`: pieces left at which to warn.
    """

    switches: Mapping[str, bool] = field(default_factory=dict)
    payment_hours: int = 72
    takes_authorized: bool = True
    payment_url: str = ""
    keeps_stock: bool = True
    writes_stock_back: bool = False
    low_stock: int = 5
    holds: HoldRules = HoldRules()
    label: LabelRule = LabelRule()
    call_outs: tuple[CallOut, ...] = ()

    def runs(self, kind: str) -> bool:
        """Whether steps of this kind are switched on."""
        return self.switches.get(kind, True)

    def as_chosen(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {"switches": dict(self.switches)}


def usual(platform: str) -> OrderSettings:
    """What is chosen for a shop that chose nothing."""
    keeps = platform not in KEEPING_STOCK
    return OrderSettings(
        switches={HOLD: True, PAYMENT: True, INVENTORY: True, LABEL: False, ANALYTICS: True}, keeps_stock=keeps
    )


def settings_of(chosen: Mapping[str, Any], *, platform: str) -> OrderSettings:
    """What a shop chose, as it was stored; what is missing or of an earlier version is as usual."""
    plain = usual(platform)
    known = {each.name for each in fields(OrderSettings)}
    values = {name: value for name, value in chosen.items() if name in known}
    values["switches"] = {**plain.switches, **values.get("switches", {})}
    values.setdefault("keeps_stock", plain.keeps_stock)
    values["holds"] = _part(HoldRules, values.get("holds"))
    values["label"] = _part(LabelRule, values.get("label"))
    values["call_outs"] = tuple(_part(CallOut, one) for one in values.get("call_outs", ()))
    return OrderSettings(**values)


def _part(kind: Any, told: Any) -> Any:
    names = {each.name for each in fields(kind)}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in (told or {}).items()}
    return kind(**{name: value for name, value in given.items() if name in names})
