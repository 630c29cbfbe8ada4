"""A shop's look on its shoppers' pages: its name, its logo, its colour with enough contrast on all that it meets."""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit

from commerce.tables.shops import Shop
from commerce.tables.tracking_settings import TrackingSettings

Rgb = tuple[int, int, int]

USUAL = (36, 80, 140)
_WHITE, _BLACK, _DARK = (255, 255, 255), (0, 0, 0), (33, 36, 42)
_PAPER = (246, 246, 244)  # the darkest of the light grounds, _DARK the lightest of the dark ones (track.css)
_TEXT, _SHAPE = 4.5, 3.0  # WCAG 2.1, 1.4.3 and 1.4.11
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LONGEST, _LABEL = 80, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What pages need of a shop's look. `style`: the rules that set its colours. Empty is what it did not choose."""

    name: str = ""
    logo: str = ""
    help_url: str = ""
    help_text: str = ""
    style: str = ""
    theme: str = ""

    @property
    def help_label(self) -> str:
        """What the link to help says, where the merchant's words are no longer than that."""
        is_label = self.help_url and len(self.help_text) <= _LABEL and "\n" not in self.help_text
        return self.help_text if is_label else ""

    @property
    def style_hash(self) -> str:
        """By which a content security policy knows the rules."""
        return f"'sha256-{b64encode(sha256(self.style.encode()).digest()).decode()}'"


def brand(shop: Shop | None = None, chosen: TrackingSettings | None = None) -> Brand:
    """The look of a shop; a plain one where there is none."""
    chosen = chosen or TrackingSettings()
    colour = _read(chosen.colour) or USUAL
    return Brand(
        name=" ".join((chosen.brand or (shop.name if shop else "")).split())[:_LONGEST],
        logo=_logo(chosen.logo_url),
        help_url=_link(chosen.help_url),
        help_text=chosen.help_text.strip()[:1000],
        style=_style(colour),
        theme=_hex(colour),
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2.1)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Rgb, ground: Rgb, *, least: float) -> Rgb:
    """The colour, darker or lighter by as little as it takes to stand out from the ground."""
    goal = _BLACK if _luminance(ground) > 0.18 else _WHITE
    steps = (_mixed(colour, goal, part / 20) for part in range(21))
    return next(mixed for mixed in steps if contrast(mixed, ground) >= least)


def _style(colour: Rgb) -> str:
    """The colour itself, and for light and dark what stands out from the page: areas, and words; with what is written
    on each."""
    rules = []
    for ground in (_PAPER, _DARK):
        area, words = readable(colour, ground, least=_SHAPE), readable(colour, ground, least=_TEXT)
        rules.append(f"--brand:{_hex(area)};--on-brand:{_hex(_on(area))};--brand-ink:{_hex(words)}")
    own = f"--band:{_hex(colour)};--on-band:{_hex(_on(colour))}"
    return f":root{{{own};{rules[0]}}}@media screen and (prefers-color-scheme:dark){{:root{{{rules[1]}}}}}"


def _on(area: Rgb) -> Rgb:
    """Black or white, whichever is easier to read there: at least 4.58 to 1."""
    return max((_WHITE, _BLACK), key=lambda ink: contrast(ink, area))


def _read(colour: str) -> Rgb | None:
    found = _COLOUR.fullmatch(colour.strip())
    if found is None:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mixed(colour: Rgb, goal: Rgb, part: float) -> Rgb:
    red, green, blue = (round(one + (other - one) * part) for one, other in zip(colour, goal, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    shares = [value / 255 for value in colour]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _logo(url: str) -> str:
    """A logo's address, fit to stand in a content security policy: the shop's own, over https."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme != "https" or not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", parts.netloc):
        return ""
    query = f"?{quote(parts.query, safe='=&%')}" if parts.query else ""
    return f"https://{parts.netloc}{quote(parts.path, safe='/%')}{query}"


def _link(url: str) -> str:
    """Where help is, where that is an address that a link may lead to."""
    try:
        return url.strip() if urlsplit(url.strip()).scheme in ("https", "http", "mailto", "tel") else ""
    except ValueError:
        return ""
