"""REST for the merchant's own systems: what customers allow, and addresses that are not written to."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, g

from commerce.mirror import changes
from commerce.rules.people import keys
from commerce.tables.people import consents, profile_pages, suppressions
from integrations.platforms.phones import e164
from webapp.api import cursors
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Page
from webapp.parts import parts
from webapp.people import consent_models, finding, refusals, saying
from webapp.people.consent_models import (
    Consents,
    NewConsent,
    NewSuppression,
    Suppressed,
    Suppression,
    WhichSuppressions,
)

blueprint = Blueprint("consents_api", __name__, url_prefix="/api/v1")


@blueprint.get("/customers/<id:key>/consents")
@endpoint("customers:read", gives=Consents)
def consents_of(key: str) -> Reply:
    """What a customer allows on each channel, and what was told of it here."""
    with parts().database.read() as db:
        row = finding.found(db, key)
        shape = _consents(db, row)
    finding.saw([row], "read")
    return Reply(shape=shape)


@blueprint.post("/customers/<id:key>/consents")
@endpoint("customers:write", takes=NewConsent, gives=Consents, code=201, changes=True)
def add_consent(key: str, *, body: NewConsent, change: Change) -> Reply:
    """Tell that a customer allowed or withdrew a channel, when and how.

    The latest word on a channel counts; of two at the same time, the one that forbids.
    """
    row = finding.held(change.db, key)
    with refusals.told():
        saying.check_time("at", body.at, now=change.now)
    changes.consent(
        change.db,
        g.shop,
        row.id,
        channel=body.channel,
        state=body.state,
        method=body.method,
        source=body.source,
        detail=body.detail,
        at=body.at or change.now,
        now=change.now,
    )
    finding.saw([row], "changed")
    return Reply(shape=_consents(change.db, profile_pages.of_root(change.db, shop_id=g.shop.id, root=row.id)))


def _consents(db: Any, row: Any) -> dict[str, Any]:
    told = consents.of_members(db, shop_id=g.shop.id, ids=row.member_ids)
    every = sorted((each for rows in told.values() for each in rows), key=lambda each: (each.at, each.id), reverse=True)
    return {"current": row.consents, "data": [consent_models.told(each).model_dump() for each in every]}


@blueprint.get("/suppressions")
@endpoint("customers:read", asks=WhichSuppressions, gives=Page[Suppression])
def list_suppressions(*, asked: WhichSuppressions) -> Page[Suppression]:
    """Addresses that are not written to, by channel and address."""
    with parts().database.read() as db:
        rows = suppressions.page(
            db, shop_id=g.shop.id, channel=asked.channel or "", limit=asked.limit + 1, after=_place()
        )
    shown = rows[: asked.limit]
    last = cursors.cursor_of(shown[-1].channel, shown[-1].address) if len(rows) > asked.limit else None
    return Page.model_construct(data=[consent_models.suppression(row) for row in shown], next_cursor=last)


@blueprint.put("/suppressions")
@endpoint("customers:write", takes=NewSuppression, gives=Suppression, changes=True)
def suppress(*, body: NewSuppression, change: Change) -> Suppression:
    """Write to an address no more, whatever its customer allows: it bounced, or somebody complained."""
    told = body.model_dump() | {"address": _address(body), "at": change.now}
    suppressions.save(change.db, shop_id=g.shop.id, told=told)
    return consent_models.suppression(SimpleNamespace(**told))


@blueprint.delete("/suppressions")
@endpoint("customers:write", takes=Suppressed, changes=True)
def lift_suppression(*, body: Suppressed, change: Change) -> None:
    """Let an address be written to again, as far as its customer allows. It is told in the body, since addresses of
    calls are logged.
    """
    if not suppressions.remove(change.db, shop_id=g.shop.id, channel=body.channel, address=_address(body)):
        raise finding.missing()


def _address(body: Suppressed) -> str:
    """The address as it is compared. Raises Problem."""
    if body.channel == "email":
        found, text = keys.mail(body.address), "is no mail address"
    else:
        found, text = e164(body.address), "is no phone number with its country, such as +49 30 123456"
    if not found:
        raise finding.refused("address", text)
    return found


def _place() -> tuple[str, str] | None:
    match cursors.cursor():
        case None:
            return None
        case [str(channel), str(address)]:
            return channel, address
    raise cursors.wrong_cursor()
