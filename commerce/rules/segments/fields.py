"""What rules of segments may ask: one table of fields and one of operators.

Parsing, the evaluation in Python, the conditions in SQL and the builder's lists all come from these two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from commerce.rules.segments import rfm

# Types of fields. TIME is a moment, DATE a day without one (a birthday).
TEXT, CHOICE, NUMBER, TIME, DATE, FLAG, TAGS = "text", "choice", "number", "time", "date", "flag", "tags"
SEGMENT, PRODUCT, CURRENCY = "segment", "product", "currency"
CUSTOM: Final = "custom."  # how names of the merchant's own fields begin
CUSTOM_TYPES = (TEXT, NUMBER, FLAG, DATE, CHOICE)

# What stands beside an operator: nothing, one of something or several, two numbers, a number of days.
NOTHING, ONE, SEVERAL, RANGE, DAY, DAYS = "nothing", "one", "several", "range", "day", "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How a field is asked. `negates`: the operator of which this is the contrary, also for what is missing.

    `by_clock`: the answer changes as time goes by.
    """

    name: str
    label: str
    takes: str = ONE
    negates: str = ""
    by_clock: bool = False


_MISSING = (
    Operator(name="missing", label="is not known", takes=NOTHING),
    Operator(name="present", label="is known", takes=NOTHING, negates="missing"),
)
_IS = (Operator(name="is", label="is"), Operator(name="is_not", label="is not", negates="is"))
_ANY = (
    Operator(name="any_of", label="is any of", takes=SEVERAL),
    Operator(name="none_of", label="is none of", takes=SEVERAL, negates="any_of"),
)
_TIMES = (
    Operator(name="before", label="is before", takes=DAY),
    Operator(name="on", label="is on", takes=DAY),
    Operator(name="since", label="is on or after", takes=DAY),
    Operator(name="within_last", label="is within the last … days", takes=DAYS, by_clock=True),
    Operator(name="within_next", label="is within the next … days", takes=DAYS, by_clock=True),
    Operator(name="longer_ago", label="is longer ago than … days", takes=DAYS, by_clock=True),
)
_OPERATORS: dict[str, tuple[Operator, ...]] = {
    TEXT: (
        *_IS,
        Operator(name="contains", label="contains"),
        Operator(name="does_not_contain", label="does not contain", negates="contains"),
        Operator(name="starts_with", label="begins with"),
        Operator(name="ends_with", label="ends with"),
        *_ANY,
        *_MISSING,
    ),
    CHOICE: (*_IS, *_ANY, *_MISSING),
    NUMBER: (
        *_IS,
        Operator(name="at_least", label="is at least"),
        Operator(name="at_most", label="is at most"),
        Operator(name="more_than", label="is more than"),
        Operator(name="less_than", label="is less than"),
        Operator(name="between", label="is between (both included)", takes=RANGE),
        *_MISSING,
    ),
    TIME: (*_TIMES, *_MISSING),
    DATE: (
        *_TIMES,
        Operator(name="anniversary_within", label="has its day within the next … days", takes=DAYS, by_clock=True),
        *_MISSING,
    ),
    FLAG: (Operator(name="is", label="is"), *_MISSING),
    TAGS: (
        Operator(name="has", label="have"),
        Operator(name="has_not", label="do not have", negates="has"),
        Operator(name="has_any", label="have any of", takes=SEVERAL),
        Operator(name="has_none", label="have none of", takes=SEVERAL, negates="has_any"),
        *_MISSING,
    ),
    SEGMENT: (
        Operator(name="in", label="is"),
        Operator(name="not_in", label="is not", negates="in"),
    ),
    PRODUCT: (
        Operator(name="bought", label="was bought"),
        Operator(name="not_bought", label="was not bought", negates="bought"),
    ),
    CURRENCY: (
        Operator(name="ordered_in", label="was paid in"),
        Operator(name="not_ordered_in", label="was never paid in", negates="ordered_in"),
    ),
}
OPERATORS: dict[str, dict[str, Operator]] = {
    kind: {operator.name: operator for operator in operators} for kind, operators in _OPERATORS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that is known of a customer. `column` of the profile, and the way down where that holds JSON.

    `unit`: what a number counts. `choices`: (value, label) of all there are; `suggested`: some that there may be.
    """

    name: str
    label: str
    type: str
    column: str = ""
    path: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A field of the merchant's own: type (one of CUSTOM_TYPES), label, and the choices of a CHOICE."""

    type: str
    label: str
    choices: tuple[str, ...] = ()


def _plain(name: str, label: str, kind: str, *, unit: str = "", suggested: tuple[str, ...] = ()) -> Field:
    return Field(name=name, label=label, type=kind, column=name, unit=unit, suggested=suggested)


def _time(name: str, label: str) -> Field:
    return Field(name=name, label=label, type=TIME, column=f"{name}_at")


_STATES = ("subscribed", "unsubscribed", "pending", "not_subscribed")
_FIELDS = (
    _plain("email", "Mail address", TEXT),
    _plain("phone", "Phone", TEXT),
    _plain("first_name", "First name", TEXT),
    _plain("last_name", "Last name", TEXT),
    _plain("locale", "Language", TEXT),
    _plain("country", "Country", CHOICE),
    _plain("note", "Note", TEXT),
    _plain("has_account", "Has an account", FLAG),
    _plain("tags", "Tags", TAGS),
    _plain("email_consent", "Consent to mail", CHOICE, suggested=_STATES),
    _plain("sms_consent", "Consent to SMS", CHOICE, suggested=_STATES),
    Field(
        name="whatsapp_consent",
        label="Consent to WhatsApp",
        type=CHOICE,
        column="consents",
        path=("whatsapp", "state"),
        suggested=_STATES,
    ),
    _plain("orders_count", "Orders", NUMBER, unit="orders"),
    _plain("total_spent", "Total spent", NUMBER, unit="money"),
    _plain("average_order", "Average order", NUMBER, unit="money"),
    _plain("refunded", "Refunded", NUMBER, unit="money"),
    _plain("lifetime_value", "Lifetime value", NUMBER, unit="money"),
    _plain("days_between_orders", "Days between orders", NUMBER, unit="days"),
    _time("first_order", "First order"),
    _time("last_order", "Last order"),
    _time("next_order", "Next expected order"),
    _time("created", "Customer since"),
    Field(name="product", label="Product", type=PRODUCT),
    Field(name="currency", label="An order", type=CURRENCY, column="totals"),
    _plain("points", "Points", NUMBER, unit="points"),
    _plain("points_pending", "Pending points", NUMBER, unit="points"),
    _plain("points_earned", "Points ever earned", NUMBER, unit="points"),
    _plain("tier", "Tier", CHOICE),
    Field(
        name="rfm_group",
        label="RFM group",
        type=CHOICE,
        column="rfm_group",
        choices=tuple((group.name, group.label) for group in rfm.GROUPS),
    ),
    _plain("recency", "Recency (1 to 5)", NUMBER),
    _plain("frequency", "Frequency (1 to 5)", NUMBER),
    _plain("monetary", "Monetary value (1 to 5)", NUMBER),
    Field(name="segment", label="Segment", type=SEGMENT),
)
FIELDS: dict[str, Field] = {field.name: field for field in _FIELDS}
RANKED = frozenset({"rfm_group", "recency", "frequency", "monetary"})  # worked out by the clock, not by events


def own(name: str, declared: Declared) -> Field:
    """The field that asks for one of the merchant's own."""
    return Field(
        name=f"{CUSTOM}{name}",
        label=declared.label or name,
        type=declared.type,
        column="attributes",
        path=(name, "value"),
        choices=tuple((choice, choice) for choice in declared.choices),
    )


def every(custom: Mapping[str, Declared]) -> Iterable[Field]:
    """All fields that a shop's rules may ask, its own ones last: what a builder offers."""
    return (*_FIELDS, *(own(name, declared) for name, declared in sorted(custom.items())))


def operator_of(kind: str, name: str) -> Operator:
    """A type's operator of that name."""
    return OPERATORS[kind][name]
