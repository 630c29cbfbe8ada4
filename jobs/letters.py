"""Sends letters to who works with the dashboard: links to sign in with, and invitations to a shop."""

from typing import Any

import structlog

from commerce.database import Connection
from commerce.tables import shops, sign_ins
from commerce.tables.team import letters, memberships, users
from commerce.tables.team.letters import FAILED, GIVEN_UP_AFTER, SENT
from integrations import registry
from integrations.channel_api import MAIL, ChannelAccount, Outgoing
from integrations.channels.addresses import address_of
from integrations.channels.occasions import own_sender
from integrations.errors import OutsideError
from jobs import queues
from jobs.job import is_ours, job, utc_now
from jobs.letter_words import words_of
from jobs.process import Process, current

BATCH = 20
LINK_HOURS = 1

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=120)
def send_letters(*, shop_id: int) -> None:
    """Send the letters that wait. `shop_id` is 0: they are of no shop."""
    process = current()
    process.queues.taken(queues.LETTERS, shop_id)
    there = BATCH
    while there == BATCH:
        with process.database.read() as db:
            rows = letters.waiting(db, limit=BATCH)
        for row in rows:
            _send(process, row)
        there = len(rows)


def _send(process: Process, row: Any) -> None:
    """Send one letter. That it is being sent is committed before: whoever dies then has sent it once at most."""
    now = utc_now()
    with process.database.write() as db:
        if not letters.begin(db, row.id):
            return
        message, why = None, "It waited for too long: whoever asked for it has to ask again."
        if now - row.created_at < GIVEN_UP_AFTER:
            message, why = _written(process, db, row), "There is nobody to write to any more."
        if message is None:
            letters.end(db, row.id, state=FAILED, words=why, now=now)
            return
    state, words = _handed_over(process, message)
    if state == FAILED:
        _log.warning("letter.failed", letter=row.id, error=words)
    with process.database.write() as db:
        letters.end(db, row.id, state=state, words=words[:500], now=utc_now())


def _handed_over(process: Process, message: Outgoing) -> tuple[str, str]:
    """Whether it was sent, and in which words."""
    try:
        channel = registry.channel(MAIL, ChannelAccount(), process.settings)
        return SENT, channel.send(message, about_to=lambda: None).words
    except OutsideError as error:
        return FAILED, str(error)
    except Exception as error:
        if not is_ours(error):
            raise
        _log.exception("letter.broke", error=type(error).__name__)
        return FAILED, f"Backroom broke ({type(error).__name__}); its log says more."


def _written(process: Process, db: Connection, row: Any) -> Outgoing | None:
    """The mail with a link of its own; None where the user or the invitation is gone."""
    if row.user_id is not None:
        return _with_link(process, db, row)
    found = memberships.invitation(db, row.invitation_id or 0, now=utc_now())
    shop = shops.by_id(db, process.vault, found.shop_id) if found is not None else None
    if found is None or shop is None:
        return None
    hours = memberships.INVITED_FOR.total_seconds() / 3600
    known = users.by_mail(db, found.mail)
    user_id = known.id if known is not None else None  # who reads this mail may sign in as them
    token = sign_ins.create(db, now=utc_now(), hours=hours, invitation_id=found.id, user_id=user_id)
    words = words_of(known.language if known is not None else "", row.language)
    said = words.invitation.format(by=found.invited_by or words.an_owner, shop=shop.name, role=words.roles[found.role])
    paragraphs = [said, _link(process, token), words.invitation_warning]
    return _mail(process, row, found.mail, words.invitation_subject.format(shop=shop.name), paragraphs)


def _with_link(process: Process, db: Connection, row: Any) -> Outgoing | None:
    user = users.by_id(db, row.user_id)
    if user is None:
        return None
    token = sign_ins.create(db, now=utc_now(), hours=LINK_HOURS, user_id=user.id)
    words = words_of(user.language, row.language)
    paragraphs = [words.link, _link(process, token), words.link_warning]
    return _mail(process, row, user.mail, words.link_subject, paragraphs)


def _link(process: Process, token: str) -> str:
    return f"{process.settings.base_url}/sign-in/{token}"


def _mail(process: Process, row: Any, to: str, subject: str, paragraphs: list[str]) -> Outgoing:
    sender, key = own_sender(process.settings.base_url), f"letter-{row.id}-{row.created_at:%Y%m%d%H%M%S}"
    return Outgoing(
        key=key,
        to=to,
        sender=sender,
        sender_name="Backroom",
        subject=subject,
        text="\n\n".join(paragraphs) + "\n",
        message_id=f"{key}@{address_of(sender).domain}",
    )
