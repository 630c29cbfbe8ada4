"""The folder of an index: generations beside each other, and a pointer to the one that is searched.

<index>/current        the name of the searched generation; replaced in one step
<index>/new-<token>/   a rebuild, searched once the pointer names it
<index>/first-<time>/  an index that came into being by its first save
…/format.json          which schema, languages, attributes and vectors its files have
…/retired              empty; since when this generation is no longer searched
"""

import errno
import json
import logging
import os
import re
import shutil
import time
from pathlib import Path

import tantivy

from integrations.search.embedded import form as forms
from integrations.search.embedded.form import USUAL_FORM, Form
from integrations.search.embedded.schema import SCHEMA

_log = logging.getLogger(__name__)
# Readers hold their files open, but one may just be about to open them.
GRACE_SECONDS = 60
_STORE_BLOCK_BYTES = 1024
_SYSTEM_ERROR = re.compile(r"os error (\d+)")


class UnableToOpen(Exception):
    """The files are missing, damaged or of another version; only a rebuild helps."""


def pointer(home: Path) -> Path:
    """The file that names the searched generation."""
    return home / "current"


def current(home: Path) -> Path | None:
    """The folder of the searched generation; None where there is none."""
    try:
        name = pointer(home).read_text().strip()
    except FileNotFoundError:
        return None
    return home / name if name and "/" not in name else None


def rebuild_folder(home: Path, token: str) -> Path:
    """Where the rebuild of that token is; any text will do as a token."""
    readable = re.fullmatch(r"[A-Za-z0-9-]{1,100}", token)
    return home / f"new-{token}" if readable else home / f"new-_{token.encode('utf-8', 'replace').hex()}"


def first_folder(home: Path) -> Path:
    """Where a new index starts that is searched from its first commit on."""
    return home / f"first-{time.time_ns()}"


def make(folder: Path, form: Form = USUAL_FORM) -> tuple[tantivy.Index, Form]:
    """Make an empty generation. The format is written last: a half-made one cannot be opened."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tantivy.Index(SCHEMA, path=str(folder))
    _store_plainly(folder / "meta.json")
    _write(folder / "format.json", json.dumps(form.as_json()))
    return _prepared(tantivy.Index.open(str(folder)), form)


def _store_plainly(meta: Path) -> None:
    """Titles are stored in small blocks, as they are: a page of hits is read in a tenth of the time.

    By default a block of 16 kB is unpacked for each. tantivy keeps these settings in its meta file (IndexSettings);
    the wheel has no other door to them.
    """
    told = json.loads(meta.read_text())
    told["index_settings"] = {"docstore_compression": "none", "docstore_blocksize": _STORE_BLOCK_BYTES}
    _write(meta, json.dumps(told))


def is_made(folder: Path) -> bool:
    """Whether there is a generation; whoever made a folder without a format died before it kept anything."""
    return (folder / "format.json").exists()


def load(folder: Path) -> tuple[tantivy.Index, Form]:
    """Open a generation. Raises UnableToOpen, or OSError where a later try may succeed."""
    try:
        form = forms.read(json.loads((folder / "format.json").read_text()))
        return _prepared(tantivy.Index.open(str(folder)), form)
    except (OSError, ValueError, KeyError, TypeError) as error:
        if is_passing(error):
            raise OSError(f"{folder}: {error}") from error
        raise UnableToOpen(f"{folder}: {error}") from error


def is_passing(error: Exception) -> bool:
    """Whether the system was at fault rather than the files: too many open, no memory, no rights.

    An index must not count as damaged for that: the next save would begin it anew. A missing file is damage.
    """
    if isinstance(error, OSError) and error.errno:
        return error.errno != errno.ENOENT
    found = _SYSTEM_ERROR.search(str(error))
    return found is not None and int(found[1]) != errno.ENOENT


def _prepared(index: tantivy.Index, form: Form) -> tuple[tantivy.Index, Form]:
    index.register_tokenizer("stemming", form.language.stemming)
    index.register_tokenizer("whole", form.language.whole)
    # A watching reader would cost a thread per index and see a commit half a second late; we reload before a search.
    index.config_reader(reload_policy="manual")
    return index, form


def switch(home: Path, folder: Path) -> None:
    """Let searches use this generation from now on; the others are retired."""
    _write(pointer(home), folder.name)
    for other in _generations(home):
        if other != folder:
            (other / "retired").touch()


def sweep(home: Path) -> None:
    """Delete generations that nobody can be reading any more."""
    searched = current(home)
    for folder in _generations(home):
        try:
            since = (folder / "retired").stat().st_mtime
        except OSError:
            if not folder.name.startswith("first-"):
                continue
            since = folder.stat().st_mtime
        if folder != searched and since < time.time() - GRACE_SECONDS:
            _log.info("deleting the retired search index %s", folder)
            shutil.rmtree(folder, ignore_errors=True)


def _generations(home: Path) -> list[Path]:
    return [folder for folder in home.iterdir() if folder.is_dir()] if home.is_dir() else []


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
