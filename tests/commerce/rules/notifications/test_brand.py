from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.colours import TEXT, contrast, read, readable, written
from commerce.rules.links import web_link
from commerce.rules.notifications.brand import _DARK, _PAPER, Brand

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


class TestABrand:
    @given(COLOURS)
    def test_can_be_read_on_its_buttons_and_in_its_links(self, colour: tuple[int, int, int]) -> None:
        shown = Brand(colour=written(colour)).shown()
        found = {name: read(shown[name]) for name in ("color", "on_color", "link", "link_dark")}
        assert found["color"] == colour
        pairs = [(found["color"], found["on_color"]), (found["link"], _PAPER), (found["link_dark"], _DARK)]
        for one, other in pairs:
            assert one is not None
            assert other is not None
            assert contrast(one, other) >= TEXT

    def test_without_a_colour_has_the_usual_one(self) -> None:
        assert Brand(colour="red; } body {").shown()["color"] == "#24508c"

    def test_leads_to_pages_only(self) -> None:
        shown = Brand(url="javascript:x", logo_url="data:x", help_url="mailto:help@example.com").shown()
        assert (shown["url"], shown["logo_url"], shown["help_url"]) == ("", "", "mailto:help@example.com")


class TestColours:
    @given(COLOURS, COLOURS)
    def test_are_readable_on_any_ground(self, colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
        assert contrast(readable(colour, ground, least=TEXT), ground) >= TEXT


class TestALink:
    @given(st.text(max_size=100))
    def test_has_nothing_that_could_end_it(self, path: str) -> None:
        link = web_link(f"https://shop.example.com/{path}")
        assert link.isascii()
        assert not set(' <>"\r\n\\`') & set(link)

    def test_keeps_what_was_escaped(self) -> None:
        assert web_link("https://x.example/a%20b?q=1&r=ü#z") == "https://x.example/a%20b?q=1&r=%C3%BC#z"
