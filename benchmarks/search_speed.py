"""`python benchmarks/search_speed.py`: see speed.py."""

import sys
from pathlib import Path

if not __package__:
    # Started as a file: the parts are found from the root of the repository, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.speed import main

if __name__ == "__main__":
    sys.exit(main())
