"""A long line drawn with few points that keep its look: largest triangle, three buckets.

Source: Sveinn Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland, 2013,
chapter 4.
"""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most `most` (from 3 on) of the points, in their order: the first, the last, and of each stretch between them
    the one that stands out most from the one chosen before and the middle of the stretch that follows.

    Raises ValueError for a `most` with which nothing can be drawn.
    """
    if most < 3:
        raise ValueError(f"A line of at most {most} points is none: take 3 or more.")
    if len(points) <= most:
        return list(points)
    chosen = [points[0]]
    bounds = [1 + place * (len(points) - 2) // (most - 2) for place in range(most - 1)]
    for place, (first, end) in enumerate(pairwise(bounds)):
        after = points[end : bounds[place + 2]] if place + 2 < len(bounds) else points[-1:]
        towards = _middle(after)
        before = chosen[-1]
        chosen.append(max(points[first:end], key=lambda point: _area(before, point, towards)))
    return [*chosen, points[-1]]


def _middle(points: Sequence[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _area(a: Point, b: Point, c: Point) -> float:
    """Twice the area of a triangle."""
    return abs((a[0] - c[0]) * (b[1] - a[1]) - (a[0] - b[0]) * (c[1] - a[1]))
