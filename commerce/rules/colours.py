"""Colours that can be read on each other (WCAG 2.1)."""

import re

Rgb = tuple[int, int, int]

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
TEXT, SHAPE = 4.5, 3.0  # the least contrast of text (1.4.3) and of what is not text (1.4.11)
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def contrast(one: Rgb, other: Rgb) -> float:
    """How far two colours stand apart, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Rgb, ground: Rgb, *, least: float) -> Rgb:
    """The colour, darker or lighter by as little as it takes to stand out from the ground."""
    goal = BLACK if _luminance(ground) > 0.18 else WHITE
    steps = (_mixed(colour, goal, part / 20) for part in range(21))
    return next(mixed for mixed in steps if contrast(mixed, ground) >= least)


def ink_on(area: Rgb) -> Rgb:
    """Black or white, whichever is easier to read there: at least 4.58 to 1."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, area))


def read(colour: str) -> Rgb | None:
    """A colour as people write it, "#24508c" or "fff"; None for what is none."""
    found = _COLOUR.fullmatch(colour.strip())
    if found is None:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: Rgb) -> str:
    """The colour as "#24508c"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mixed(colour: Rgb, goal: Rgb, part: float) -> Rgb:
    red, green, blue = (round(one + (other - one) * part) for one, other in zip(colour, goal, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    shares = [value / 255 for value in colour]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
