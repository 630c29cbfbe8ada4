"""The door for what carriers tell by themselves: genuine? known? Stored as deliveries are, applied by the same job."""

from collections.abc import Mapping
from datetime import UTC, datetime

from commerce.tables import carriers
from commerce.tables.arrivals import NewDelivery
from commerce.tables.inbox import WAITING
from commerce.tables.shops import by_key
from integrations.carriers import pushes
from integrations.payload import UnableToParse, parse
from webapp.doors.door import (
    ADVICE,
    NOT_JSON,
    TOO_LARGE,
    UNKNOWN_SHOP,
    WRONG_SIGNATURE,
    Verdict,
)
from webapp.doors.group_commit import Entry, GroupCommit
from webapp.parts import Parts

NO_ACCOUNT = "no_account"


def accept_push(
    here: Parts, commits: GroupCommit, carrier: str, shop_key: str, headers: Mapping[str, str], body: bytes | None
) -> Verdict:
    """Take in what a carrier tells a shop; `body` None was too large to be read. `headers` have lower-case names.

    Raises what the database raises when it cannot store, KeyError for a carrier that tells nothing by itself.
    """
    pusher, now = pushes.pusher(carrier), datetime.now(UTC)
    with here.database.read() as db:
        shop = by_key(db, here.vault, shop_key)
        account = carriers.of_shop(db, here.vault, shop_id=shop.id).get(carrier) if shop else None
    if shop is None:
        return Verdict(404, UNKNOWN_SHOP, ADVICE[UNKNOWN_SHOP])
    topic = pushes.TOPIC + carrier
    reason = _fault(pusher, account, headers, body)
    if reason:
        listed = ((shop.id, topic, reason),)
        commits.submit(Entry(now=now, counted=((shop.id, "rejected", reason),), rejected=listed))
        return Verdict(_STATUS.get(reason, 401), reason, _ADVICE.get(reason) or ADVICE[reason])
    delivery = NewDelivery(
        shop_id=shop.id,
        topic=topic,
        delivery_id=None,
        fingerprint="",
        headers={"content-type": headers.get("content-type", "")[:100]},
        body=body or b"",
        triggered_at=None,
        received_at=now,
        state=WAITING,
        error="",
    )
    commits.submit(Entry(now=now, delivery=delivery, counted=((shop.id, "received", topic),)))
    return Verdict(200, stored=True)


def _fault(
    pusher: pushes.Pusher, account: carriers.Account | None, headers: Mapping[str, str], body: bytes | None
) -> str:
    """Why it is turned away; empty where it is taken in."""
    secrets = [secret for secret in (account.push.values() if account else ()) if secret]
    if not secrets:
        return NO_ACCOUNT
    if body is None:
        return TOO_LARGE
    if not pusher.verify(headers, body, [secret.encode() for secret in secrets]):
        return WRONG_SIGNATURE
    try:
        parse(body)
    except UnableToParse:
        return NOT_JSON
    return ""


_STATUS = {NO_ACCOUNT: 404, TOO_LARGE: 413, NOT_JSON: 400}
_ADVICE = {
    NO_ACCOUNT: "The shop has no account with this carrier that says how its calls are signed. Enter it in the "
    "dashboard under Parcels, Carriers.",
}
