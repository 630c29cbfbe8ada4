"""Messages written out: with the shop's own template, or the usual one where that goes wrong."""

from collections.abc import Mapping
from typing import Any

import structlog

from commerce.rules.notifications import tokens
from commerce.rules.notifications.choices import MAIL, SLACK, SMS
from commerce.rules.notifications.kinds import COMMERCIAL
from integrations.channel_api import Outgoing
from integrations.channels import rendering, samples
from integrations.channels.addresses import address_of
from integrations.channels.defaults import Template
from integrations.channels.occasions import About, brand_of, context_of, reply_to, sender_of
from integrations.channels.rendering import Rendered, UnableToRender
from integrations.channels.wording import language_of
from jobs.messages.gathering import SAMPLE, Gathered
from jobs.messages.keeping import key_of
from jobs.messages.merchants import GATHERED
from jobs.process import Process

_log = structlog.get_logger(__name__)


class Writer:
    """Writes the messages of a batch. `broken`: templates that went wrong, with what is wrong."""

    def __init__(self, process: Process, known: Gathered) -> None:
        self._process, self._known = process, known
        self._brand = brand_of(known.shop, known.choices)
        self.broken: dict[tuple[str, str], str] = {}

    def write(self, row: Any) -> tuple[Outgoing, Mapping[str, Any]]:
        """A message as its channel takes it, and its columns. Raises UnableToRender where the usual template goes
        wrong too."""
        language = row.language.replace("_", "-") or "en"
        way_out = self._way_out(row)
        context = self._context(row, language, way_out)
        version, rendered = self._rendered(row, context, language)
        key = key_of(row.shop_id, row.id)
        choices, shop = self._known.choices, self._known.shop
        sender = sender_of(choices, self._process.settings.base_url)
        message_id = f"{key}@{address_of(sender).domain}" if row.channel == MAIL else ""
        written = {
            "subject": rendered.subject,
            "html": rendered.html,
            "text": rendered.text,
            "template_version": version,
            "message_id": message_id,
        }
        message = Outgoing(
            key=key,
            to=self._known.secrets.slack if row.channel == SLACK else row.recipient,
            sender=choices.sms_sender if row.channel == SMS else sender,
            sender_name=choices.sender_name or shop.name,
            reply_to=reply_to(choices, shop.email),
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            language=language_of(language),
            message_id=message_id,
            unsubscribe_url=way_out,
            headers=self._headers(message_id),
        )
        return message, written

    def _headers(self, message_id: str) -> Mapping[str, str]:
        """Postmark gives mails ids of its own, and ours back where it stands in its metadata."""
        is_asked = message_id and self._known.secrets.bounces.get("provider") == "postmark"
        return {"X-PM-Metadata-message-id": message_id} if is_asked else {}

    def _rendered(self, row: Any, context: Mapping[str, Any], language: str) -> tuple[int, Rendered]:
        """Which version of the template, 0 for the usual one, and what it gave."""
        look: dict[str, Any] = {"language": language, "brand": self._brand}
        if row.channel == SMS:
            return 0, Rendered(subject="", html="", text=rendering.render_sms(row.kind, context, **look))
        if row.channel == SLACK:
            return 0, Rendered(subject="", html="", text=rendering.render_slack(row.kind, context, **look))
        own = self._known.templates.get((row.kind, MAIL, language_of(language)))
        if own is not None:
            try:
                return own.version, rendering.render(_template(own), context, **look)
            except UnableToRender as error:
                self.broken[row.kind, own.language] = str(error)
                _log.warning("template.broken", kind=row.kind, language=own.language, version=own.version)
        return 0, rendering.render_usual(row.kind, context, **look)

    def _context(self, row: Any, language: str, way_out: str) -> Mapping[str, Any]:
        """What its template reads; a test has a made-up order of the real shop."""
        told = context_of(row.kind, self._about(row, language, way_out))
        sample = (row.detail or {}).get(SAMPLE)
        if not sample:
            return told
        return {**samples.sample_context(row.kind, sample), "shop": told["shop"]}

    def _about(self, row: Any, language: str, way_out: str) -> About:
        known = self._known
        milestone = row.occasion.removeprefix(f"{row.order_id}/").partition("#")[0]
        return About(
            shop=known.shop,
            base_url=self._process.settings.base_url,
            language=language,
            order=known.orders.get(row.order_id),
            lines=known.lines.get(row.order_id, ()),
            parcel=known.parcels.get(row.tracking_id),
            refund_id=milestone.partition(":")[2],
            detail=known.alerts.get((row.detail or {}).get(GATHERED, ""), row.detail or {}),
            pictures=known.pictures,
            pages=known.pages,
            unsubscribe_url=way_out,
        )

    def _way_out(self, row: Any) -> str:
        """Where a commercial message is unsubscribed from."""
        if row.category != COMMERCIAL or row.channel != MAIL:
            return ""
        keys = self._process.vault.link_keys
        token = tokens.token_of(keys, shop_id=row.shop_id, notification_id=row.id)
        return f"{self._process.settings.base_url}/u/{token}"


def _template(row: Any) -> Template:
    """A row of notification_templates."""
    return Template(kind=row.kind, language=row.language, subject=row.subject, preheader=row.preheader, body=row.body)
