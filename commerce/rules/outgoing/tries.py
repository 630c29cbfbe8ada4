"""When a webhook is tried again: the published schedule, later by some chance, never before the receiver said so."""

from collections.abc import Sequence

MINUTE, HOUR = 60, 3600

# Seconds from one try to the next, after the first one at once: about three days in all. It begins as quickly as a
# restart takes, so that nobody waits for minutes, and ends after a long weekend.
RETRIES = (5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 20 * HOUR)
MOST_TRIES = len(RETRIES) + 1
SPREAD = 0.1  # by how much of it a wait may be longer, so that what failed together does not come back together
TIMEOUT_SECONDS = 15
LONGEST_WISH = HOUR  # for which a receiver can ask to be left alone

GONE = 410


def next_wait(tries: int, *, chance: float, wished: float | None = None) -> float | None:
    """Seconds until the next try after so many failed ones; None where there is none.

    `chance`: from 0 to 1, for the jitter. `wished`: what Retry-After said, in seconds; never sooner than that, up to
    LONGEST_WISH, and never sooner than the schedule says.
    """
    if tries >= MOST_TRIES:
        return None
    wait = RETRIES[max(tries, 1) - 1] * (1 + SPREAD * min(max(chance, 0.0), 1.0))
    return max(wait, min(wished or 0.0, LONGEST_WISH))


def is_success(status: int | None) -> bool:
    """Whether the receiver took it: any 2xx, as Standard Webhooks has it."""
    return status is not None and 200 <= status < 300


def in_words(seconds: float) -> str:
    """A wait of the schedule: "5 seconds", "2 minutes", "10 hours"."""
    for size, word in ((HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {word}" if number == 1 else f"{number} {word}s"
    return "at once"


def published(retries: Sequence[int] = RETRIES) -> list[tuple[int, str, str]]:
    """The schedule as a table: number of the try, how long after the one before, how long after the first."""
    rows, passed = [(1, "at once", "")], 0
    for number, wait in enumerate(retries, start=2):
        passed += wait
        rows.append((number, in_words(wait), _since(passed)))
    return rows


def _since(passed: int) -> str:
    hours, rest = divmod(passed, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
