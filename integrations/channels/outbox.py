"""Mail without a mail server: each message is a file in VAR_DIR/outbox, as it would have been sent.

A second try with the same key writes the same file, so that a message is there once however often it was tried.
"""

import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from commerce.rules.notifications.endings import TO_OUTBOX
from commerce.settings import Settings
from integrations.channel_api import Away, ChannelAccount, Outgoing, Receipt
from integrations.channels.composing import composed
from integrations.errors import Permanent

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Outbox:
    """A folder that takes mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Write the message to its file."""
        mail, file = composed(message, now=datetime.now(UTC)), _file(self._folder, message.key)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise _away(error) from None
        about_to()
        try:
            _write(file, mail)
        except OSError as error:
            raise _away(error) from None
        return Receipt(reference=file.name, words=f"{TO_OUTBOX}{file.name}.")

    def close(self) -> None:
        """Nothing is open."""


def _write(file: Path, mail: bytes) -> None:
    """All of the file or nothing, also when the machine stops meanwhile."""
    draft = file.with_suffix(f".{os.getpid()}.part")
    try:
        with draft.open("wb") as written:
            written.write(mail)
            written.flush()
            os.fsync(written.fileno())
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _away(error: OSError) -> Away:
    return Away(f"The outbox folder takes no file ({error.strerror}): look whether there is room, and who may write.")


def _file(folder: Path, key: str) -> Path:
    if not _NAME.fullmatch(key):
        raise Permanent("A message's key has only letters, digits, - and _.")
    return folder / f"{key}.eml"


def read(var_dir: Path, key: str) -> bytes | None:
    """A mail that was written; None where there is none of that key."""
    try:
        return _file(var_dir / "outbox", key).read_bytes()
    except FileNotFoundError:
        return None


def drop(var_dir: Path, keys: Iterable[str]) -> None:
    """Take mails away, for a person or a shop that is erased."""
    for key in keys:
        _file(var_dir / "outbox", key).unlink(missing_ok=True)


def drop_before(var_dir: Path, before: datetime) -> int:
    """Take away what was written before a time, and drafts that a kill left; how many that were."""
    old = [file for file in (var_dir / "outbox").glob("*") if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def open_channel(_account: ChannelAccount, settings: Settings) -> Outbox:
    """The outbox of this installation."""
    return Outbox(settings.var_dir / "outbox")
