"""Test events: signed as the shop's own platform signs, taken in by the same door as any delivery, and followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.tables import effects, events, inbox
from commerce.tables.shops import Shop
from integrations.platforms.custom import trial as custom
from integrations.platforms.shopify import trial as shopify
from integrations.platforms.woocommerce import trial as woocommerce
from integrations.trial import Trial
from webapp.doors.deliveries import EFFECTS, Step, timeline
from webapp.doors.door import Door, Verdict, accept
from webapp.languages import gettext as _
from webapp.parts import Parts

TRIALS: dict[str, Callable[..., Trial]] = {
    "shopify": shopify.trial,
    "woocommerce": woocommerce.trial,
    "custom": custom.trial,
}
_LOOKED_AT = 50  # of the shop's newest deliveries, among which the one is that was just sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far a test event is. `is_over`: nothing more happens to it; `seconds` from the door to its end."""

    steps: Sequence[Step]
    is_over: bool
    is_well: bool
    seconds: float | None


def send(here: Parts, door: Door, shop: Shop, *, now: datetime, gone: bool = False) -> tuple[Verdict, int | None]:
    """Hand a signed test event to the shop's door; gives the door's verdict, and the delivery's number where it was
    stored. `gone`: the test product is to be taken away again.
    """
    secrets = door.secrets(shop)
    if not secrets:
        advice = _("There is no secret yet with which this shop's deliveries are signed.")
        return Verdict(401, "no_secret", advice), None
    told = TRIALS[shop.platform](shop=shop.domain, secret=secrets[0], now=now, gone=gone)
    verdict = accept(door, None if door.platform.names_shop else shop.key, told.headers, told.body)
    return verdict, _number(here, shop, told.body) if verdict.stored else None


def _number(here: Parts, shop: Shop, body: bytes) -> int | None:
    with here.database.read() as db:
        return events.with_body(db, shop_id=shop.id, body=body, limit=_LOOKED_AT)


def is_removal(row: Any) -> bool:
    """Whether a delivery takes the test product away."""
    return b'"trash"' in row.body or row.topic.endswith(("delete", "deleted"))


def follow(row: Any, planned: Sequence[Any]) -> Followed:
    """Every step of a delivery: those that it took, and those that still come."""
    steps = timeline(row, planned)
    waits = row.state == inbox.WAITING
    open_ones = [effect for effect in planned if effect.state in (effects.WAITING, effects.STARTED)]
    is_over = not waits and not open_ones
    if waits:
        title = _("%(what)s: once it is applied", what=EFFECTS[effects.INDEX])
        steps.append(Step(title=title, state=effects.WAITING))
    ends = [effect.finished_at for effect in planned if effect.finished_at] + [row.applied_at or row.received_at]
    failed = row.state in (inbox.FAILED, inbox.REJECTED) or any(one.state == effects.FAILED for one in planned)
    return Followed(
        steps=steps,
        is_over=is_over,
        is_well=is_over and not failed,
        seconds=(max(ends) - row.received_at).total_seconds() if is_over else None,
    )
