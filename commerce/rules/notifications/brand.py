"""A shop's look in its messages: name, logo, colour with enough contrast, and where to reach it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from commerce.rules.colours import TEXT, Rgb, ink_on, read, readable, written
from commerce.rules.links import web_link

USUAL_COLOUR = "#24508c"
_PAPER, _DARK = (244, 244, 242), (29, 31, 34)  # the grounds in mails on which links stand (layout.mjml)
_LONGEST_NAME, _LONGEST_ADDRESS = 80, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What a merchant chose. `colour` is written "#24508c"; `address` is the shop's own, with line ends; `url` leads to
    the shop, `help_url` to help. Empty is what is not chosen."""

    name: str = ""
    url: str = ""
    logo_url: str = ""
    colour: str = ""
    address: str = ""
    help_url: str = ""

    def shown(self) -> Mapping[str, str]:
        """As templates read it: only links that lead somewhere, and colours that can be read.

        `color` is the ground of buttons and `on_color` what is written on it; `link` and `link_dark` are words on light
        and dark ground.
        """
        return _shown(self)


@lru_cache(maxsize=512)
def _shown(brand: Brand) -> Mapping[str, str]:
    colour = read(brand.colour) or read(USUAL_COLOUR)
    assert colour is not None
    return {
        "name": " ".join(brand.name.split())[:_LONGEST_NAME],
        "url": web_link(brand.url),
        "logo_url": web_link(brand.logo_url),
        "address": brand.address.strip()[:_LONGEST_ADDRESS],
        "help_url": web_link(brand.help_url, also=("mailto", "tel")),
        "color": written(colour),
        "on_color": written(ink_on(colour)),
        "link": written(_words(colour, _PAPER)),
        "link_dark": written(_words(colour, _DARK)),
    }


def _words(colour: Rgb, ground: Rgb) -> Rgb:
    return readable(colour, ground, least=TEXT)
