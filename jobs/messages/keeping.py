"""How long messages are kept, and the files of mail that no server took: they go when their message does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from commerce.database import Connection
from commerce.tables import shops
from commerce.tables.notifications import choices, forgetting
from commerce.tables.privacy import Subject
from integrations.channels import outbox
from jobs.process import Process

_KEPT = timedelta(days=400)  # rows without what they said
_USUAL_DAYS = 90
_CHUNK = 1000


def forget(process: Process, *, now: datetime) -> None:
    """Blank what messages said as each shop wants it, and delete old ones, in small steps."""
    with process.database.read() as db:
        kept = {
            shop.id: choices.of_shop(db, shop_id=shop.id, platform=shop.platform).keeps_days
            for shop in shops.all_shops(db, process.vault)
        }
    for shop_id, days in kept.items():
        before = now - timedelta(days=days)
        _in_steps(process, partial(forgetting.forget_texts, shop_id=shop_id, before=before, limit=_CHUNK))
    outbox.drop_before(process.settings.var_dir, now - timedelta(days=max(kept.values(), default=_USUAL_DAYS)))
    _in_steps(process, partial(forgetting.forget, before=now - _KEPT, limit=_CHUNK))


def _in_steps(process: Process, forget_some: Callable[[Connection], int]) -> None:
    deleted = _CHUNK
    while deleted == _CHUNK:
        with process.database.write() as db:
            deleted = forget_some(db)


def drop_files_of(process: Process, subject: Subject, *, shop_id: int) -> None:
    """Delete the files of mail to these people; their messages are still there, by which they are found."""
    with process.database.read() as db:
        ids = forgetting.ids_of(db, shop_id=shop_id, subject=subject)
    outbox.drop(process.settings.var_dir, [key_of(shop_id, one) for one in ids])


def drop_files_of_shop(process: Process, *, shop_id: int) -> None:
    """Delete the files of all of the shop's mail."""
    for file in (process.settings.var_dir / "outbox").glob(f"{key_of(shop_id, 0)[:-1]}*"):
        file.unlink(missing_ok=True)


def key_of(shop_id: int, notification_id: int) -> str:
    """The name of a message among all shops', which never changes."""
    return f"backroom-{shop_id}-{notification_id}"
