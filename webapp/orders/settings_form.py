"""The form of the orders' settings: what was filled in, or what is wrong with each field."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from commerce.rules.money import UnableToReadMoney, minor_units
from commerce.rules.order_steps.milestones import CANCELED, CREATED, FULFILLED, PAID, REFUNDED, SHIPPED
from commerce.rules.order_steps.settings import SWITCHES, CallOut, HoldRules, LabelRule, OrderSettings
from commerce.rules.zones import zone_of
from integrations.labels.written import ADDRESS, HEAVIEST, LONGEST
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, ngettext, thousands

# What can ask the merchant's own system, as the form shows it.
OCCASIONS = {
    CREATED: lazy_gettext("an order comes in"),
    PAID: lazy_gettext("it is paid"),
    FULFILLED: lazy_gettext("it is fulfilled"),
    SHIPPED: lazy_gettext("something is sent"),
    REFUNDED: lazy_gettext("money is given back"),
    CANCELED: lazy_gettext("it is cancelled"),
}
MOST_CALL_OUTS, MOST_WORDS = 10, 100
_NUMBERS = {"payment_hours": (1, 720), "low_stock": (0, 100_000)}
_FLAGS = ("takes_authorized", "keeps_stock", "writes_stock_back")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SIDES = ("length", "width", "height")
_MILLIMETRES = 10  # in a centimetre


def said(occasions: Iterable[str]) -> str:
    """Occasions as they stand in a sentence: "an order comes in or it is paid"."""
    return _(" or ").join(str(OCCASIONS.get(one, one)) for one in occasions)


def read(
    form: Mapping[str, str], before: OrderSettings, *, currency: str | None, makers: Collection[str]
) -> tuple[OrderSettings, dict[str, str]]:
    """What was chosen but for call-outs, and what is wrong by field. The address of `payment_url` is looked at
    elsewhere, as that takes its time."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {name: _whole(form, name, *between, wrong) for name, between in _NUMBERS.items()}
    told |= {name: bool(form.get(name)) for name in _FLAGS}
    told["switches"] = {name: bool(form.get(f"switch_{name}")) for name in SWITCHES}
    told["payment_url"] = form.get("payment_url", "").strip()
    told["holds"] = _holds(form, currency, wrong)
    told["label"] = _label(form, makers, wrong)
    if told["switches"]["label"] and not told["label"].carrier:
        wrong["carrier"] = _("Choose who carries it.")
    return replace(before, **told), wrong


def _holds(form: Mapping[str, str], currency: str | None, wrong: dict[str, str]) -> HoldRules:
    words = [word.strip() for word in form.get("words", "").replace("\x00", "").splitlines() if word.strip()]
    if len(words) > MOST_WORDS or any(len(word) > 100 for word in words):
        wrong["words"] = _("At most %(most)s words, each of at most 100 letters.", most=MOST_WORDS)
    return HoldRules(
        over=_money(form, "over", currency, wrong),
        first_order_over=_money(form, "first_order_over", currency, wrong),
        quantity_over=_maybe_whole(form, "quantity_over", 1, 1_000_000, wrong),
        countries=_countries(form, "hold_countries", wrong),
        words=tuple(dict.fromkeys(words)),
        unlike_countries=bool(form.get("unlike_countries")),
    )


def _label(form: Mapping[str, str], makers: Collection[str], wrong: dict[str, str]) -> LabelRule:
    carrier = form.get("carrier", "").strip()
    if carrier and carrier not in makers:
        wrong["carrier"] = _("This carrier needs an account that is switched on.")
    service = form.get("service", "").replace("\x00", "").strip()
    if len(service) > 100:
        wrong["service"] = _("A service has at most 100 letters.")
    sides = {side: _millimetres(form, side, wrong) for side in _SIDES}
    if any(sides.values()) and not all(sides.values()):
        wrong.setdefault(next(side for side in _SIDES if not sides[side]), _("A size has three sides."))
    return LabelRule(
        carrier=carrier,
        service=service[:100],
        weight=_whole(form, "weight", 1, HEAVIEST, wrong),
        countries=_countries(form, "label_countries", wrong),
        **sides,
    )


def call_out(
    form: Mapping[str, Any], occasions: Collection[str], before: OrderSettings
) -> tuple[CallOut, dict[str, str]]:
    """A call-out that is to be added, and what is wrong by field."""
    wrong: dict[str, str] = {}
    name = str(form.get("name", "")).strip().lower()
    if not _NAME.fullmatch(name):
        wrong["name"] = _("Its name has small letters, digits, - and _, such as risk-check; at most 40.")
    elif any(one.name == name for one in before.call_outs):
        wrong["name"] = _("There is one of this name already. Take that one away first.")
    if len(before.call_outs) >= MOST_CALL_OUTS:
        wrong["name"] = _("There are %(most)s already, which is as many as there may be.", most=MOST_CALL_OUTS)
    on = tuple(one for one in OCCASIONS if one in occasions)
    if not on:
        wrong["on"] = _("Choose when it is asked.")
    return CallOut(name=name, url=str(form.get("url", "")).strip(), on=on, blocks=bool(form.get("blocks"))), wrong


def sender(form: Mapping[str, str], wrong: dict[str, str], *, is_needed: bool) -> dict[str, str]:
    """Who sends labels, as the label's form takes it; empty where nothing was filled in and nothing is needed."""
    told = {name: form.get(f"sender_{name}", "").replace("\x00", "").strip() for name in ADDRESS}
    told["country"] = told["country"].upper()
    if not any(told.values()) and not is_needed:
        return {}
    for name, longest in ADDRESS.items():
        if len(told[name]) > longest:
            wrong[f"sender_{name}"] = ngettext("At most %(num)s letter.", "At most %(num)s letters.", longest)
    for name in ("address1", "city"):
        if not told[name]:
            wrong[f"sender_{name}"] = _("Labels need this.")
    if not (told["company"] or told["last_name"]):
        wrong["sender_company"] = _("Labels need this, or a last name.")
    if not zone_of(told["country"]):
        wrong["sender_country"] = _("This is no country's code of two letters, such as US.")
    return told


def _whole(form: Mapping[str, str], name: str, low: int, high: int, wrong: dict[str, str]) -> int:
    found = _maybe_whole(form, name, low, high, wrong)
    if found is None:
        wrong.setdefault(name, _between(low, high))
    return low if found is None else found


def _maybe_whole(form: Mapping[str, str], name: str, low: int, high: int, wrong: dict[str, str]) -> int | None:
    told = form.get(name, "").strip()
    if not told:
        return None
    if told.isascii() and told.isdecimal() and len(told) <= 9 and low <= int(told) <= high:
        return int(told)
    wrong[name] = _between(low, high)
    return None


def _between(low: int, high: int) -> str:
    return _("This is a whole number from %(low)s to %(high)s.", low=thousands(low), high=thousands(high))


def _money(form: Mapping[str, str], name: str, currency: str | None, wrong: dict[str, str]) -> int | None:
    told = form.get(name, "").strip().replace(",", ".")
    try:
        amount = minor_units(told, currency)
    except UnableToReadMoney:
        amount = -1
    if amount is not None and amount < 0:
        wrong[name] = _("This is an amount such as 250 or 99.90.")
        return None
    return amount


def _countries(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(re.findall(r"[^\s,;]+", form.get(name, "").upper())))
    unknown = [country for country in found if not zone_of(country)]
    if unknown:
        wrong[name] = _("%(word)s is no country's code of two letters, such as US.", word=unknown[0][:20])
    return found


def _millimetres(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> int:
    told = form.get(name, "").strip().replace(",", ".")
    if not told:
        return 0
    try:
        found = round(float(told) * _MILLIMETRES)
    except (ValueError, OverflowError):
        found = -1
    if not 1 <= found <= LONGEST:
        wrong[name] = _("A side has up to %(most)s centimetres.", most=thousands(LONGEST // _MILLIMETRES))
        return 0
    return found
