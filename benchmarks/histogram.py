"""The lag histogram of /metrics, before and after."""

import math
import re
from collections.abc import Mapping

_BUCKET = re.compile(r'^backroom_lag_seconds_bucket\{le="([^"]+)"\} ([0-9.e+]+)$', re.MULTILINE)


def read(metrics: str) -> dict[float, int]:
    """Upper bound in seconds to the number of lags below it."""
    return {float(bound): int(float(number)) for bound, number in _BUCKET.findall(metrics)}


def difference(before: Mapping[float, int], after: Mapping[float, int]) -> dict[float, int]:
    """What was added meanwhile."""
    return {bound: number - before.get(bound, 0) for bound, number in after.items()}


def upper_bound(cumulated: Mapping[float, int], share: float) -> float:
    """The upper bound of the bucket in which that share of the lags lies, in seconds; nan without any."""
    total = cumulated.get(math.inf, 0)
    fitting = (bound for bound, number in sorted(cumulated.items()) if total and number >= share * total)
    return next(fitting, math.nan)
