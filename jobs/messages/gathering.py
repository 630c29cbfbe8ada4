"""What has to be known of messages whose turn has come: their shop, orders and parcels, and who may be written to."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.rules.cards import Card
from commerce.rules.notifications import decisions
from commerce.rules.notifications.choices import ADDRESSED, SMS, Choices
from commerce.rules.notifications.decisions import UNSUBSCRIBED, Decision, Known, decide
from commerce.rules.notifications.kinds import COMMERCIAL, KINDS
from commerce.tables import cards, order_tracking, orders
from commerce.tables.notifications import choices, notifications, subscriptions, templates
from commerce.tables.notifications.choices import Secrets
from commerce.tables.people import consents, profile_lists
from commerce.tables.shops import ACTIVE, Shop
from commerce.vault import Vault
from integrations.channel_api import ChannelAccount
from integrations.channels import context
from integrations.channels.occasions import dashboard
from jobs.messages import merchants

SAMPLE = "sample"  # in a message's detail: it is a test, with a made-up order in that language
_WISH = re.compile(r"wish/(\d{1,18})/")  # begins a message's occasion, as jobs.messages.restocked writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that is known of a batch of messages of one channel."""

    shop: Shop
    channel: str
    choices: Choices
    secrets: Secrets
    templates: Mapping[templates.Place, Any]
    orders: Mapping[str, Any]
    lines: Mapping[str, Sequence[Any]]
    parcels: Mapping[int, Any]
    people: Mapping[str, Any]
    pictures: Mapping[str, str]
    pages: Mapping[str, str]
    suppressed: Mapping[str, str]
    unwanted: Collection[int] = ()  # wishes that were taken back since
    lately: dict[str, list[datetime]] = field(default_factory=dict)
    alerts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def account(self) -> ChannelAccount:
        """How the shop's channel is reached."""
        return ChannelAccount(key=str(self.shop.id), credentials=self.secrets.sms if self.channel == SMS else {})


def gather(
    db: Connection, vault: Vault, shop: Shop, channel: str, rows: Sequence[Any], *, base_url: str, now: datetime
) -> Gathered:
    """Read it, in few statements for all."""
    chosen = choices.of_shop(db, shop_id=shop.id, platform=shop.platform)
    order_ids = {row.order_id for row in rows} - {""}
    addresses = {row.recipient for row in rows}
    lines = orders.lines_of(db, shop_id=shop.id, ids=order_ids)
    bought = _cards(db, shop.id, lines)
    return Gathered(
        shop=shop,
        channel=channel,
        choices=chosen,
        secrets=choices.secrets_of(db, vault, shop_id=shop.id),
        templates=templates.current(db, shop_id=shop.id),
        orders=orders.by_ids(db, shop_id=shop.id, ids=order_ids),
        lines=lines,
        parcels=_parcels(db, shop.id, rows),
        people=_people(db, shop.id, rows),
        pictures={card.id: card.image for card in bought},
        pages={card.id: card.url for card in bought},
        suppressed=_suppressed(db, shop.id, channel, addresses),
        unwanted=subscriptions.ended(db, shop_id=shop.id, ids={_wish_of(row) for row in rows} - {0}),
        lately=_lately(db, shop.id, channel, addresses, chosen, now),
        alerts=_alerts(db, shop, rows, base_url),
    )


def _parcels(db: Connection, shop_id: int, rows: Sequence[Any]) -> dict[int, Any]:
    of_parcels = {row.order_id for row in rows if row.tracking_id is not None}
    return {row.id: row for row in order_tracking.by_orders(db, shop_id=shop_id, order_ids=of_parcels)}


def _cards(db: Connection, shop_id: int, lines: Mapping[str, Sequence[Any]]) -> list[Card]:
    """What is known of the products that were bought, as far as shoppers may see them."""
    ids = {line.product_id for some in lines.values() for line in some} - {""}
    return list(cards.by_ids(db, shop_id=shop_id, ids=ids).values())


def _alerts(db: Connection, shop: Shop, rows: Sequence[Any], base_url: str) -> dict[str, Mapping[str, Any]]:
    """What messages about alerts say: all of their kind that stand now; nothing of those that are over."""
    found: dict[str, Mapping[str, Any]] = {}
    for about in {str((row.detail or {}).get(merchants.GATHERED, "")) for row in rows} - {""}:
        standing = merchants.gathered(db, shop, about)
        if standing:
            url = dashboard(base_url, "")
            told = context.of_alert(title=merchants.title(about), words=" ".join(one for _, one in standing), url=url)
            low = merchants.low_items(db, shop, [one for one, _ in standing])
            found[about] = told | context.of_stock(low, url=url)
    return found


def _people(db: Connection, shop_id: int, rows: Sequence[Any]) -> dict[str, Any]:
    """Whose consent counts: member to profile."""
    asked = {row.member_id for row in rows if row.category == COMMERCIAL and row.member_id}
    found = {one: profile_lists.of_member(db, shop_id=shop_id, member_id=one) for one in sorted(asked)}
    return {member: row for member, row in found.items() if row is not None}


def _suppressed(db: Connection, shop_id: int, channel: str, addresses: set[str]) -> dict[str, str]:
    if channel not in ADDRESSED:
        return {}
    found = consents.suppressions_of(db, shop_id=shop_id, addresses=addresses)
    return {row.address: row.reason or "by hand" for row in found if row.channel == ADDRESSED[channel]}


def _wish_of(row: Any) -> int:
    """The wish that a message fulfils; 0 for other messages."""
    found = _WISH.match(row.occasion)
    return int(found[1]) if found is not None else 0


def _lately(
    db: Connection, shop_id: int, channel: str, addresses: set[str], chosen: Choices, now: datetime
) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    if chosen.throttle:
        since = now - timedelta(hours=chosen.throttle_hours)
        told = notifications.lately(db, shop_id=shop_id, channel=channel, recipients=addresses, since=since)
        for recipient, at in told:
            found[recipient].append(at)
    return found


def decision(known: Gathered, row: Any, *, now: datetime) -> Decision:
    """What becomes of a message now."""
    order, parcel = known.orders.get(row.order_id), known.parcels.get(row.tracking_id)
    person = known.people.get(row.member_id)
    said = (person.consents if person is not None else {}).get(ADDRESSED.get(known.channel, ""), {})
    if _wish_of(row) in known.unwanted:  # of whoever is no customer nothing else is known
        said = {"state": UNSUBSCRIBED}
    return decide(
        KINDS[row.kind],
        Known(
            recipient=row.recipient,
            expires_at=row.expires_at,
            is_asked_for=row.resend_of is not None or bool((row.detail or {}).get(SAMPLE)),
            suppressed=known.suppressed.get(row.recipient, ""),
            consent=said.get("state", ""),
            consent_at=datetime.fromisoformat(said["at"]) if said.get("at") else None,
            asked_at=_asked_at(row),
            outdated=_outdated(known, row, order, parcel),
            zone=_zone(known, order, person),
            lately=known.lately.get(row.recipient, ()),
        ),
        known.choices,
        now=now,
    )


def _asked_at(row: Any) -> datetime | None:
    told = (row.detail or {}).get("asked_at")
    return datetime.fromisoformat(told) if told else None


def _outdated(known: Gathered, row: Any, order: Any, parcel: Any) -> str:
    if known.shop.state != ACTIVE:
        return "The shop has uninstalled Backroom."
    if row.order_id and order is None:
        return "The order is not there any more."
    about = (row.detail or {}).get(merchants.GATHERED)
    if about and about not in known.alerts:
        return "It was over before it was told."
    if not known.choices.of(row.kind).is_on:
        return f"“{KINDS[row.kind].title}” was switched off since."
    return decisions.outdated(
        row.kind,
        order_status=order.status if order is not None else "",
        parcel_status=parcel.status if parcel is not None else "",
    )


def _zone(known: Gathered, order: Any, person: Any) -> str:
    if order is not None:
        return decisions.zone_for(order.delivery, order.billing, shop=known.shop.timezone)
    country = {"country": person.country} if person is not None else {}
    return decisions.zone_for(country, {}, shop=known.shop.timezone)
