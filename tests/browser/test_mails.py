"""Mails in a real browser: narrow and wide, light and dark, in languages that are written in unlike ways."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from commerce.rules.notifications.kinds import KINDS
from integrations.channels import samples
from integrations.channels.rendering import render_usual
from tests.browser.test_dashboard import ARGUMENTS, CHROMIUM
from tests.browser.test_widget import barriers

pytestmark = [pytest.mark.browser]

SLOW = pytest.mark.slow
LANGUAGES = ["ar", *(pytest.param(language, marks=SLOW) for language in ("en", "de", "ja"))]
# What breaks, breaks on a phone; colours are tried in the dark.
LOOKS = [
    pytest.param((360, "dark"), id="narrow-dark"),
    pytest.param((360, "light"), id="narrow-light", marks=SLOW),
    pytest.param((700, "light"), id="wide-light", marks=SLOW),
    pytest.param((700, "dark"), id="wide-dark", marks=SLOW),
]
# Words that stick out of the window or out of their cell, or stand on each other.
_OUTSIDE = """() => [...document.querySelectorAll('td, div, a, h1, h2, img')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().width > 0)
    .filter(one => { const box = one.getBoundingClientRect(); return box.left < -1 || box.right > innerWidth + 1; })
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing, so the mails were not tried in one (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def shown(page: Page, kind: str, language: str, **more: Any) -> None:
    """Show a mail with the sample of that language; `more` replaces parts of what it is about."""
    told = samples.sample_context(kind, language) | more
    mail = render_usual(kind, told, language=language, brand=samples.brand(language))
    page.set_content(mail.html)


class TestAMail:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_fits_and_has_no_barriers(self, page: Page, language: str) -> None:
        for kind in KINDS:
            shown(page, kind, language)
            overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overhang == 0, kind
            assert page.evaluate(_OUTSIDE) == [], kind
            assert barriers(page) == [], kind

    def test_fits_with_words_without_end(self, page: Page) -> None:
        told = samples.sample_context("order_confirmation", "de")
        told["order"]["lines"][0]["title"] = "Donaudampfschifffahrtsgesellschaft" * 4
        told["order"]["delivery"]["lines"][0] = "W" * 100
        told["customer"]["name"] = "W" * 100
        shown(page, "order_confirmation", "de", **told)
        assert page.evaluate(_OUTSIDE) == []

    def test_is_read_from_the_right_in_arabic(self, page: Page) -> None:
        shown(page, "order_confirmation", "ar")
        heading = page.locator("h1")
        assert heading.evaluate("one => getComputedStyle(one).direction") == "rtl"
        edge = page.locator("h1").evaluate(
            "one => { const range = document.createRange(); range.selectNodeContents(one);"
            " return one.getBoundingClientRect().right - range.getBoundingClientRect().right; }"
        )
        assert edge < 2
