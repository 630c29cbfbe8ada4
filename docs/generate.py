"""`python -m docs.generate`: writes docs/reference/ from the code; `--check` exits with 1 and names stale pages."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

PAGES = ("settings", "commands", "routes", "topics", "metrics", "tables", "flow")
FOLDER = Path(__file__).resolve().parent / "reference"
_NOTE = "<!-- Written by `python -m docs.generate`; change the code, not this page. -->\n\n"


def pages() -> dict[Path, str]:
    """Every generated file with its content."""
    return {
        FOLDER / f"{name}.md": _NOTE + import_module(f"docs.sources.{name}").page().rstrip() + "\n" for name in PAGES
    }


def main() -> int:
    """Write what has changed, or only say so."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name stale pages and exit with 1")
    check = parser.parse_args().check
    stale = [file for file, text in pages().items() if not file.is_file() or file.read_text() != text]
    for file in stale:
        shown = file.relative_to(FOLDER.parent.parent)
        if check:
            sys.stdout.write(f"{shown} is stale: run `make docs`.\n")
        else:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(pages()[file])
            sys.stdout.write(f"{shown} written.\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
