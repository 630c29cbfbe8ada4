"""Every page of the dashboard that can be reached, found by its own links: sound in both languages, wide and narrow."""

import re
from collections import deque
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.routing import MapAdapter

from tests.browser import test_dashboard as dashboard

pytestmark = [*dashboard.pytestmark, pytest.mark.slow, pytest.mark.any_database]
here, app, link, add_shop = dashboard.here, dashboard.app, dashboard.link, dashboard.add_shop
shop, other = dashboard.shop, dashboard.other
browser, address, complaints = dashboard.browser, dashboard.address, dashboard.complaints

_SMALLEST, _WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
_LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(link => link.getAttribute('href'))"
_FILES = re.compile(r"\.csv|/payload|/file|/content|/export|/preview|/sign-in")
_EACH = 2  # pages of one kind that are looked at
_AT_LEAST = 60  # kinds of pages there are to be found


class TestEveryPage:
    @pytest.mark.parametrize(
        ("locale", "size", "scheme"),
        [
            pytest.param("en-GB", _SMALLEST, "light", id="english-smallest-light"),
            pytest.param("de-DE", _SMALLEST, "dark", id="german-smallest-dark"),
            pytest.param("de-DE", _WIDE, "light", id="german-wide-light"),
            pytest.param("en-GB", _WIDE, "dark", id="english-wide-dark"),
        ],
    )
    def test_is_sound(
        self,
        browser: Browser,
        address: str,
        link: str,
        shop: Any,
        other: Any,
        app: Any,
        complaints: list[str],
        locale: str,
        size: Any,
        scheme: Any,
    ) -> None:
        shop.everything()
        context = browser.new_context(base_url=address, viewport=size, locale=locale, color_scheme=scheme)
        try:
            page = _listened(context.new_page(), complaints)
            page.goto(link)
            wrong = _walked(page, app.url_map.bind("localhost"), complaints)
        finally:
            context.close()
        assert wrong == []

    def test_is_found_by_links(self, browser: Browser, address: str, link: str, shop: Any, app: Any) -> None:
        """Pages without arguments: the forms and lists that nobody gets to are none."""
        shop.everything()
        context = browser.new_context(base_url=address, java_script_enabled=False)
        page = context.new_page()
        page.goto(link)
        routes = app.url_map.bind("localhost")
        reached = {rule for rule, _ in _visits(page, routes)}
        context.close()
        plain = {
            str(rule.rule)
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/dashboard") and "GET" in (rule.methods or ()) and not rule.arguments
        }
        assert {rule for rule in plain - reached if not _FILES.search(rule)} <= {
            "/dashboard/design",  # for whoever works on Backroom
            "/dashboard/carriers/add",  # where a form leads
            "/dashboard/events/replay",
            "/dashboard/loyalty/rules",  # once the programme is on
        }


def _listened(page: Page, complaints: list[str]) -> Page:
    page.set_default_timeout(60_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("https://shop.example/**", lambda route: route.fulfill(status=204))
    return page


def _walked(page: Page, routes: MapAdapter, complaints: list[str]) -> list[str]:
    """What is wrong with the pages, and with which."""
    wrong, kinds = [], set()
    language = page.locator("html").get_attribute("lang")
    for rule, path in _visits(page, routes):
        kinds.add(rule)
        if dashboard._overhang(page) > 0:
            wrong.append(f"{path} scrolls sideways")
        wrong += [f"{path}: {barrier}" for barrier in dashboard._barriers(page)]
        wrong += [f"{path}: {complaint}" for complaint in complaints]
        complaints.clear()
        if page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{path} is in another language")
    assert len(kinds) >= _AT_LEAST, sorted(kinds)
    return wrong


def _visits(page: Page, routes: MapAdapter) -> Any:
    """Go to each page that links lead to; gives its rule and address while it is open."""
    waiting, seen = deque(["/dashboard/", "/dashboard/design"]), {"/dashboard/", "/dashboard/design"}
    counted: dict[str, int] = {}
    while waiting:
        path = waiting.popleft()
        rule = _rule(routes, path)
        if rule is None or counted.get(rule, 0) >= _EACH:
            continue
        counted[rule] = counted.get(rule, 0) + 1
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path} answered {answer.status}"
        yield rule, path
        for found in page.evaluate(_LINKS) if rule else []:
            if found.startswith("/dashboard") and found not in seen and not _FILES.search(found):
                seen.add(found)
                waiting.append(found)


def _rule(routes: MapAdapter, path: str) -> str | None:
    """The rule of an address without its query; None where nothing answers to GET there."""
    bare = path.partition("?")[0].partition("#")[0]
    if not routes.test(bare, method="GET"):
        return None
    rule, _ = routes.match(bare, method="GET", return_rule=True)
    return str(rule.rule)
