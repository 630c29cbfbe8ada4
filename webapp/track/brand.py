"""A shop's look on its shoppers' pages: its name, its logo, its colour with enough contrast on all that it meets."""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit

from commerce.rules.colours import SHAPE, TEXT, Rgb, ink_on, read, readable, written
from commerce.tables.shops import Shop
from commerce.tables.tracking_settings import TrackingSettings

USUAL = (36, 80, 140)
_DARK = (33, 36, 42)
_PAPER = (246, 246, 244)  # the darkest of the light grounds, _DARK the lightest of the dark ones (track.css)
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
    colour = read(chosen.colour) or USUAL
    return Brand(
        name=" ".join((chosen.brand or (shop.name if shop else "")).split())[:_LONGEST],
        logo=_logo(chosen.logo_url),
        help_url=_link(chosen.help_url),
        help_text=chosen.help_text.strip()[:1000],
        style=_style(colour),
        theme=written(colour),
    )


def _style(colour: Rgb) -> str:
    """The colour itself, and for light and dark what stands out from the page: areas, and words; with what is written
    on each."""
    rules = []
    for ground in (_PAPER, _DARK):
        area, words = readable(colour, ground, least=SHAPE), readable(colour, ground, least=TEXT)
        rules.append(f"--brand:{written(area)};--on-brand:{written(ink_on(area))};--brand-ink:{written(words)}")
    own = f"--band:{written(colour)};--on-band:{written(ink_on(colour))}"
    return f":root{{{own};{rules[0]}}}@media screen and (prefers-color-scheme:dark){{:root{{{rules[1]}}}}}"


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
