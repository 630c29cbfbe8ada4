"""Text messages by whichever gateway the shop has: a URL, a key and the JSON that it wants are settings of the shop.

In the JSON {to}, {text}, {sender} and {key} are replaced in the texts of a template that was read before, so that
nothing in a message can change the JSON around it.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from commerce.settings import Settings
from integrations.channel_api import Bounced, ChannelAccount, Outgoing, Receipt
from integrations.channels.posting import outbound, post
from integrations.errors import Permanent
from integrations.outbound import Outbound

USUAL_BODY = '{"to": "{to}", "from": "{sender}", "text": "{text}"}'
USUAL_HEADER = "Idempotency-Key"
LONGEST_BODY = 5_000
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SLOT = re.compile(r"\{(to|text|sender|key)\}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")


def complaints(body: str, header: str = USUAL_HEADER) -> list[str]:
    """What is wrong with a gateway's settings, for whoever writes them; none where nothing is."""
    found = []
    if not _HEADER.fullmatch(header):
        found.append("The header for the key has letters, digits and - only.")
    if len(body) > LONGEST_BODY:
        return [*found, f"The body is longer than {LONGEST_BODY:,} characters."]
    try:
        template = json.loads(body)
    except (ValueError, RecursionError):
        return [*found, "The body is no JSON."]
    if not isinstance(template, dict):
        found.append("The body is an object: it starts with {.")
    slots = {slot for words in _texts(template) for slot in _SLOT.findall(words)}
    found += [f"The body does not have {{{name}}}." for name in ("to", "text") if name not in slots]
    return found


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [words for value in node.values() for words in _texts(value)]
    if isinstance(node, list):
        return [words for value in node for words in _texts(value)]
    return [node] if isinstance(node, str) else []


def _filled(node: Any, values: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled(value, values) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return _SLOT.sub(lambda slot: values[slot[1]], node) if isinstance(node, str) else node


class Sms:
    """A gateway."""

    def __init__(self, session: Outbound, account: ChannelAccount) -> None:
        self._session = session
        told = account.credentials
        self._url, self._key = told.get("url", ""), told.get("key", "")
        self._body, self._header = told.get("body") or USUAL_BODY, told.get("header") or USUAL_HEADER
        self._knows_keys = told.get("knows_keys") == "1"

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Ask the gateway to send one text."""
        if not _E164.fullmatch(message.to):
            raise Bounced("The recipient is not a phone number like +4915112345678.")
        if not self._url:
            raise Permanent("No text gateway is set up: enter one under Notifications, Settings.")
        wrong = complaints(self._body, self._header)
        if wrong:
            raise Permanent(f"The text gateway's settings are wrong: {wrong[0]}")
        values = {"to": message.to, "text": message.text, "sender": message.sender, "key": message.key}
        body = json.dumps(_filled(json.loads(self._body), values)).encode()
        headers = {"Authorization": f"Bearer {self._key}", self._header: message.key}
        who, harm = "The text gateway", not self._knows_keys
        answer = post(self._session, self._url, body, who=who, headers=headers, about_to=about_to, repeats_harm=harm)
        return Receipt(reference=_reference(answer.content), words="Taken by the text gateway.")

    def close(self) -> None:
        """Connections are closed with the session."""


def _reference(body: bytes) -> str:
    """The gateway's own number for the text, by the names under which they tell it."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    names = ("id", "message_id", "messageId", "sid")
    return next((str(told[name])[:100] for name in names if isinstance(told, dict) and told.get(name)), "")


def open_channel(account: ChannelAccount, settings: Settings) -> Sms:
    """`credentials`: `url`, `key`, `body` (JSON, see above), `header` for the message's key, and `knows_keys` "1" where
    the gateway sends what has the same key only once."""
    return Sms(outbound("The text gateway", settings), account)
