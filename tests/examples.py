"""How much property tests try: a quarter in the quick run, which many changes make, and all of it in the whole run."""

import os

QUICK = os.environ.get("TESTS_RUN") == "quick"  # set by tests.run


def examples(most: int) -> int:
    """So many, or fewer where it has to be quick."""
    return max(3, most // 4) if QUICK else most
