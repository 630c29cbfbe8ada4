"""`python -m docs.languages`: takes the dashboard's texts out of the code into webapp/translations; `--check` looks.

What is new stands there untranslated, what the code has no more is dropped. `--add FILE` takes translations from
another file of gettext, for texts that have none yet.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.checkers import num_plurals, python_format
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from webapp.languages import ENGLISH, FOLDER, NAMES

_CODE = Path(__file__).resolve().parent.parent
_METHODS = [("webapp/**.py", "python"), ("webapp/templates/**.html", "jinja2")]
_OPTIONS = {"webapp/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
_WIDTH = 120
_HEADER = "# The texts of Backroom's dashboard: `python -m docs.languages` brings them to what the code has."
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # the file changes when a text does


def extracted() -> Catalog:
    """The texts that the code and the templates mark."""
    catalogue = Catalog(project="Backroom", creation_date=_NEVER)
    for file, line, text, notes, context in extract_from_dir(
        _CODE, _METHODS, _OPTIONS, _KEYWORDS, strip_comment_tags=True
    ):
        catalogue.add(text, None, [(file, line)], auto_comments=notes, context=context)
    return catalogue


def of_language(language: str) -> Catalog:
    """The translations of a language as they are stored; empty where there are none."""
    file = _file(language)
    if not file.exists():
        return Catalog(locale=language, project="Backroom", header_comment=_HEADER, creation_date=_NEVER, fuzzy=False)
    with file.open("rb") as stored:
        return read_po(stored, locale=language)


def updated(language: str, more: Path | None = None) -> Catalog:
    """The translations of a language, brought to what the code has now."""
    catalogue = of_language(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if more is not None:
        with more.open("rb") as file:
            for message in read_po(file, locale=language):
                known = catalogue.get(message.id, message.context) if message.id else None
                if known is not None and not _is_translated(known) and known.pluralizable == message.pluralizable:
                    known.string = message.string
    return catalogue


def problems(language: str) -> Iterator[str]:
    """What is missing or wrong in a language, one line each."""
    catalogue = updated(language)
    for message in catalogue:
        shown = message.id if isinstance(message.id, str) else message.id[0] if message.id else ""
        if not message.id:
            continue
        if not _is_translated(message):
            yield f"{language}: not translated: {shown}"
        elif wrong := _wrong(catalogue, message):
            yield f"{language}: {wrong}: {shown}"


def main() -> int:
    """Bring the files to what the code has, or only say what is missing."""
    parser = argparse.ArgumentParser(prog="python -m docs.languages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is missing and exit with 1")
    parser.add_argument("--add", type=Path, help="a file with more translations")
    asked = parser.parse_args()
    found = []
    for language in NAMES:
        if language == ENGLISH:
            continue
        if not asked.check:
            _write(language, updated(language, asked.add))
        found += problems(language)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def _wrong(catalogue: Catalog, message: Message) -> str:
    """What the values that go in and the number of forms say against a translation; empty where nothing does."""
    for check in (num_plurals, python_format):
        try:
            check(catalogue, message)
        except ValueError as error:
            return str(error)
    return ""


def _write(language: str, catalogue: Catalog) -> None:
    file = _file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, catalogue, width=_WIDTH, include_lineno=False, sort_by_file=True)
    file.write_bytes(text.getvalue())


def _file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    sys.exit(main())
