"""Small sums: medians and percentiles of what was measured."""

from collections.abc import Sequence
from statistics import median

__all__ = ["median", "percentile", "spread"]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of all values lies; nan without any."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Median, 99th percentile and maximum, of milliseconds mostly."""
    figures = {"p50": percentile(values, 0.5), "p99": percentile(values, 0.99), "max": max(values, default=0.0)}
    return {name: round(value, digits) for name, value in figures.items()}
