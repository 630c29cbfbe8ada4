"""The page of a parcel: what it says in each state and language, what it keeps to itself, when the carrier is asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.tracking import DELIVERED, EXPIRED, IN_TRANSIT, OUT_FOR_DELIVERY, STATUSES, Place, Scan
from commerce.tables import order_tracking, shops
from tests.conftest import Backroom
from tests.webapp import tracked
from tests.webapp.stock import Stock
from webapp import pages
from webapp.parts import Parts
from webapp.track import languages, opening, timeline

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "now", lambda: NOW)


def text_of(page: Any) -> str:
    """What people read of a page, without its markup."""
    body = re.sub(r"<(style|title)>.*?</\1>", "", page.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", body).replace("\u00a0", " ").split())


def row_of(shop: Stock, number: str = "SBX0001") -> Any:
    with shop.here.database.read() as db:
        return order_tracking.by_numbers(db, shop_id=shop.id, numbers=[number])[number]


def shown(client: Any, token: str, query: str = "lang=en", **headers: str) -> str:
    page = client.get(f"/track/{token}?{query}", headers=headers)
    assert page.status_code == 200
    return text_of(page)


class TestPage:
    @pytest.mark.parametrize("status", STATUSES)
    def test_shows_every_state_in_every_language(self, stranger: Any, shop: Stock, status: str) -> None:
        token = tracked.parcel(shop, NOW, status=status)
        for language in map(languages.language, languages.CODES):
            page = stranger.get(f"/track/{token}?lang={language.code}")
            assert page.status_code == 200
            assert page.headers["Content-Language"] == language.code
            assert f'<html lang="{language.code}">' in page.text
            assert f'<h1 id="state">{language.status(status)}</h1>' in page.text
            text = text_of(page)
            assert language.status(status, "next") in text
            assert language.status(status, "line") in text
            assert not re.search(r"[{}]|\bNone\b|[a-z]_[a-z]", text)

    def test_tells_the_day_of_arrival(self, stranger: Any, shop: Stock) -> None:
        def told(first: int | None, last: int | None, status: str = IN_TRANSIT) -> str:
            days = [None if day is None else date(2026, 11, day) for day in (first, last)]
            number = f"N{first}-{last}-{status}"
            changes = {"expected_first": days[0], "expected_last": days[1], "order_id": number, "status": status}
            page = stranger.get(f"/track/{tracked.parcel(shop, NOW, number, **changes)}?lang=en").text
            found = re.search(r'<p class="when">([^<]*)</p>', page)
            return found[1] if found else ""

        assert told(24, 24) == "Arrives today"
        assert told(25, 25) == "Arrives tomorrow"
        assert told(27, 27) == "Arrives Friday, 27 November"
        assert told(26, 28) == "Arrives between Thursday, 26 November and Saturday, 28 November"
        assert told(23, 26) == "Arrives by Thursday, 26 November"
        assert told(23, 24) == "Arrives today"
        assert told(20, 22) == "It was expected Sunday, 22 November"
        assert told(None, 27) == "Arrives Friday, 27 November"
        assert told(None, None) == ""
        assert told(26, 26, OUT_FOR_DELIVERY) == "Arrives today"
        assert told(20, 20, "ready_for_pickup") == ""
        assert told(20, 20, "returning") == ""
        assert told(20, 20, DELIVERED) == "Today, 12:00\u00a0pm"

    def test_counts_today_at_the_destination(self, stranger: Any, shop: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
        late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Paris
        monkeypatch.setattr(pages, "now", lambda: late)
        token = tracked.parcel(shop, NOW, expected_first=date(2026, 11, 25), expected_last=date(2026, 11, 25))
        assert "Arrives today" in shown(stranger, token)

    def test_names_the_year_of_another_one(self, stranger: Any, shop: Stock) -> None:
        day = date(2027, 1, 4)
        token = tracked.parcel(shop, NOW, expected_first=day, expected_last=day)
        assert "Kommt am Montag, 4. Januar 2027 an" in shown(stranger, token, "lang=de")

    def test_lists_what_happened_on_the_clocks_of_the_places(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW)
        scans = [
            Scan(at=NOW - timedelta(hours=2), text="Weighed", zone="America/New_York", place=Place(city="NEW YORK")),
            Scan(at=NOW - timedelta(hours=3), text="Nowhere known", local="no time at all"),
            Scan(at=NOW - timedelta(hours=4), text="By offset", zone="+05:30", guessed=True),
        ]
        with shop.here.database.write() as db:
            tracked.lines(db, shop, row_of(shop).id, scans, NOW)
        text = shown(stranger, token)
        assert "Today 12:00 pm On its way Lyon, FR Departed from the sorting centre" in text
        assert "5:00 am Weighed New York" in text
        assert "10:00 am Nowhere known" in text  # the destination's clock, where the line has none
        assert "about 1:30 pm By offset" in text
        assert "Yesterday" in text
        assert "Leipzig, DE" in text

    def test_says_so_where_nobody_knows_whose_clock_it_is(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW, to_zone="", lines=False)
        with shop.here.database.write() as db:
            tracked.lines(db, shop, row_of(shop).id, [Scan(at=NOW, text="Somewhere")], NOW)
        assert "12:00 pm UTC Somewhere" in shown(stranger, token)

    def test_says_that_nothing_is_known_yet(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW, status="label_created", lines=False, checked_at=None)
        text = shown(stranger, token)
        assert "Getting ready" in text
        assert "The carrier has told nothing yet." in text
        assert "Last asked" not in text

    def test_shows_how_far_it_is(self, stranger: Any, shop: Stock) -> None:
        steps = "Ordered , done Handed over , done On its way , now Out for delivery , to come Delivered , to come"
        assert steps in shown(stranger, tracked.parcel(shop, NOW))
        back = tracked.parcel(shop, NOW, "BACK", status="returned")
        assert "Going back , done Returned , done" in shown(stranger, back)
        assert "Delivered ," not in shown(stranger, back)
        waiting = tracked.parcel(shop, NOW, "WAITS", status="ready_for_pickup")
        assert "Ready for pickup , now Delivered , to come" in shown(stranger, waiting)
        assert 'class="steps' not in stranger.get(f"/track/{tracked.parcel(shop, NOW, 'X', status='cancelled')}").text

    def test_leads_to_the_carriers_own_page(self, stranger: Any, shop: Stock) -> None:
        page = stranger.get(
            f"/track/{tracked.parcel(shop, NOW, '1Z 999/AA', carrier='ups', token='token-of-1Z')}?lang=en"
        ).text
        assert 'href="https://www.ups.com/track?loc=en_US&amp;tracknum=1Z%20999%2FAA"' in page
        assert "Open the page of UPS" in page
        unknown = tracked.parcel(shop, NOW, "OWN", carrier="", carrier_named="Own van")
        assert "Carrier Own van Tracking number OWN" in shown(stranger, unknown)

    def test_shows_the_sandboxs_parcels_like_any_others(self, stranger: Any, shop: Stock) -> None:
        text = shown(stranger, tracked.parcel(shop, NOW))
        assert "Sandbox Express Tracking number SBX0001" in text
        assert "Open the page" not in text

    def test_shows_the_other_parcels_of_the_order(self, stranger: Any, shop: Stock) -> None:
        tracked.parcel(shop, NOW, "ONE", status=DELIVERED)
        two = tracked.parcel(shop, NOW, "TWO")
        tracked.parcel(shop, NOW, "TAKEN-OUT", stopped="not_in_shop")
        tracked.parcel(shop, NOW, "ANOTHERS", order_id="22")
        text = shown(stranger, two)
        assert "Parcel 2 of 2 On its way" in text
        assert "Other parcels of this order Parcel 1 of 2: Delivered" in text
        assert "TAKEN-OUT" not in text
        assert "ANOTHERS" not in text
        assert "Other parcels" not in shown(stranger, tracked.parcel(shop, NOW, "ALONE", order_id=""))

    def test_shows_parcels_of_no_other_shop(self, stranger: Any, shop: Stock, other: Stock) -> None:
        tracked.parcel(other, NOW, "FOREIGN")
        assert "FOREIGN" not in shown(stranger, tracked.parcel(shop, NOW))

    def test_leaves_out_what_is_too_long_ago_to_be_of_use(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW, lines=False)
        long = "The sorting centre wrote a great deal about that. " * 9
        scans = [Scan(at=NOW - timedelta(hours=hours), text=f"{hours} {long}"[:500]) for hours in range(90)]
        with shop.here.database.write() as db:
            tracked.lines(db, shop, row_of(shop).id, scans, NOW)
        page = stranger.get(f"/track/{token}?lang=en")
        assert page.text.count("<time ") == timeline.MOST
        assert "Earlier entries that are not shown: 60" in page.text
        assert len(page.data) < 30_000

    def test_is_small_and_read_in_five_statements(self, stranger: Any, shop: Stock, statements: Any) -> None:
        for number in range(6):
            token = tracked.parcel(shop, NOW, f"SBX000{number}")
        with statements() as seen:
            page = stranger.get(f"/track/{token}")
        assert len(page.data) < 10_000
        assert len([each for each in seen if each.startswith("SELECT")]) == 5
        assert [each for each in seen if not each.startswith(("SELECT", "BEGIN"))] == []


class TestLanguage:
    @pytest.mark.parametrize(
        ("query", "accepted", "order", "expected"),
        [
            ("", "", "fr-FR", "fr"),
            ("", "de-DE,de;q=0.9,fr;q=0.5", "fr", "fr"),  # the browser's owner reads French as well
            ("", "de-DE,de;q=0.9", "fr", "de"),
            ("", "sv,da;q=0.5", "fr", "fr"),
            ("", "sv", "sv-SE", "en"),
            ("", "pt-BR;q=0.4, it", "", "it"),
            ("lang=pl", "de", "fr", "pl"),
            ("lang=xx", "de", "", "de"),
            ("", "en;q=0", "pt_BR", "pt"),
        ],
    )
    def test_is_the_shoppers(
        self, stranger: Any, shop: Stock, query: str, accepted: str, order: str, expected: str
    ) -> None:
        token = tracked.parcel(shop, NOW, language=order)
        page = stranger.get(f"/track/{token}?{query}", headers={"Accept-Language": accepted} if accepted else {})
        assert page.headers["Content-Language"] == expected
        assert page.headers["Vary"] == "Accept-Language"

    def test_can_be_chosen(self, stranger: Any, shop: Stock) -> None:
        page = stranger.get(f"/track/{tracked.parcel(shop, NOW)}").text
        for code in languages.CODES:
            address = f'href="/track/token-of-SBX0001?lang={code}" lang="{code}" hreflang="{code}"'
            assert address in page
        assert page.count('aria-current="true"') == 1


class TestSecrets:
    def test_stay_out_of_the_page(self, stranger: Any, shop: Stock) -> None:
        shop.order("21", email="who@example.org")
        token = tracked.parcel(shop, NOW, status=DELIVERED, postcode="69003")
        with shop.here.database.write() as db:
            told = [
                Scan(at=NOW, status="exception", text="Call +33 6 12 34 56 78 or mail who@example.org, Marlowe"),
                Scan(at=NOW, text="Handed to MARLOWE at the door", place=Place(city="Lyon", postcode="69003")),
            ]
            tracked.lines(db, shop, row_of(shop).id, told, NOW)
        page = stranger.get(f"/track/{token}?lang=en").text
        assert "@" not in text_of(stranger.get(f"/track/{token}?lang=en"))
        for secret in ("Marlowe", "MARLOWE", "NEIGHBOUR", "69003", "who", "12 34", shop.publishable_key, "21<"):
            assert secret not in page, secret
        assert "Call … or mail … …" in page

    def test_of_carriers_and_merchants_are_text_and_never_markup(self, stranger: Any, shop: Stock) -> None:
        evil = "<script>alert(1)</script>\"'>{{7*7}}"
        brand = {"brand": evil, "help_text": evil, "help_url": "javascript:alert(1)", "logo_url": "javascript:alert(1)"}
        tracked.choose(shop, NOW, **brand, colour="red;}body{display:none")
        token = tracked.parcel(shop, NOW, f"N{evil}", token="token-of-evil", carrier="", carrier_named=evil, city=evil)
        with shop.here.database.write() as db:
            scan = Scan(at=NOW, text=evil, place=Place(city=evil, country=evil), zone="../../etc/passwd", local=evil)
            tracked.lines(db, shop, row_of(shop, f"N{evil}").id, [scan], NOW)
        page = stranger.get(f"/track/{token}?lang=en").text
        assert page.count("<script") == 1  # our own
        assert "javascript:" not in page
        assert "display:none" not in page
        assert "49" not in text_of(stranger.get(f"/track/{token}"))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_are_kept_by_headers(self, stranger: Any, shop: Stock) -> None:
        page = stranger.get(f"/track/{tracked.parcel(shop, NOW)}")
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        assert '<meta name="robots" content="noindex, nofollow">' in page.text
        assert "Set-Cookie" not in page.headers
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
        assert " style=" not in page.text


class TestBrand:
    def test_is_the_shops(self, stranger: Any, shop: Stock) -> None:
        logo = "https://cdn.example/logo;one,two.png?v=1;2"
        chosen = {
            "brand": "Kestrel & Co",
            "colour": "#ffd400",
            "help_text": "One\nTwo",
            "help_url": "https://h.example/",
        }
        tracked.choose(shop, NOW, logo_url=logo, **chosen)
        page = stranger.get(f"/track/{tracked.parcel(shop, NOW)}?lang=en")
        assert 'src="https://cdn.example/logo%3Bone%2Ctwo.png?v=1%3B2" alt="Kestrel &amp; Co"' in page.text
        assert "img-src 'self' https://cdn.example/logo%3Bone%2Ctwo.png;" in page.headers["Content-Security-Policy"]
        assert "--band:#ffd400" in page.text
        assert "Contact Kestrel &amp; Co" in page.text
        assert "One\nTwo" in page.text

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("Write to us", "Any questions? Write to us Find another order"),
            ("Write to us,\nwe answer", "Any questions? Write to us, we answer Contact first.example Find"),
        ],
    )
    def test_has_the_shops_words_for_help(self, stranger: Any, shop: Stock, words: str, expected: str) -> None:
        tracked.choose(shop, NOW, help_text=words, help_url="mailto:help@shop.example")
        assert expected in shown(stranger, tracked.parcel(shop, NOW))

    def test_is_the_shops_name_where_nothing_was_chosen(self, stranger: Any, shop: Stock) -> None:
        text = shown(stranger, tracked.parcel(shop, NOW))
        assert text.startswith("Skip to the content first.example Language: English")
        assert "first.example will be glad to help" in text


class TestCaching:
    def test_is_private_and_asks_each_time(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW)
        page = stranger.get(f"/track/{token}?lang=en")
        assert page.headers["Cache-Control"] == "private, no-cache"
        again = stranger.get(f"/track/{token}?lang=en", headers={"If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        other = stranger.get(f"/track/{token}?lang=de", headers={"If-None-Match": page.headers["ETag"]})
        assert other.status_code == 200


class TestStrangeAddresses:
    @pytest.mark.parametrize("token", ["token-of-nobody", "x", "a" * 300, "tok%00en-of-it", "ümläut-and-more"])
    def test_get_a_friendly_page(self, stranger: Any, shop: Stock, token: str) -> None:
        page = stranger.get(f"/track/{token}", headers={"Accept-Language": "nl"})
        assert page.status_code == 404
        assert "We kennen dit pakket niet" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in page.headers

    def test_are_all_that_is_left_of_a_shop_that_went(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW)
        with shop.here.database.write() as db:
            shops.learn(db, shop.id, state=shops.UNINSTALLED)
        assert stranger.get(f"/track/{token}").status_code == 404
        assert stranger.get(f"/track/find/{shop.key}").status_code == 404

    def test_are_not_guessed_for_long(self, backroom: Backroom) -> None:
        backroom.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es"
        answers = [backroom.client.get(f"/track/token-number-{number}") for number in range(40)]
        assert {answer.status_code for answer in answers[:30]} == {404}
        assert answers[-1].status_code == 429
        assert answers[-1].headers["Retry-After"] == "60"
        assert "Demasiados intentos" in answers[-1].text

    def test_are_answered_also_while_the_database_is_away(
        self, stranger: Any, here: Parts, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @contextmanager
        def away() -> Iterator[Any]:
            raise opening.UNREACHABLE[1]("away")
            yield

        monkeypatch.setattr(here.database, "read", away)
        page = stranger.get("/track/token-of-SBX0001", headers={"Accept-Language": "it"})
        assert page.status_code == 503
        assert "Torniamo tra un momento" in page.text
        assert "token-of" not in caplog.text


class TestOpening:
    def open(self, client: Any, token: str, **options: Any) -> None:
        client.get(f"/track/{token}", **options).close()

    def test_has_the_carrier_asked_once(self, stranger: Any, shop: Stock, statements: Any) -> None:
        token = tracked.parcel(shop, NOW)
        self.open(stranger, token)
        row = row_of(shop)
        assert (row.opened_at, row.next_check_at) == (NOW, NOW)
        with statements() as seen:
            for _ in range(5):
                self.open(stranger, token)
        assert [each for each in seen if each.startswith("UPDATE")] == []

    def test_wakes_the_workers(self, backroom: Backroom, add_shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        woken: list[Any] = []
        monkeypatch.setattr(backroom.parts.queues, "wake", lambda kind, shop_ids: woken.append((kind, shop_ids)))
        with backroom.parts.database.write() as db:
            new = shops.add(db, backroom.parts.vault, platform="shopify", domain="one.example", now=NOW)
        shop = Stock(backroom.parts, new.id, new.shop_key, new.api_key, new.publishable_key)
        token = tracked.parcel(shop, NOW)
        for _ in range(3):
            self.open(backroom.client, token)
        assert woken == [("track", [shop.id])]

    @pytest.mark.parametrize(
        ("changes", "asks"),
        [
            ({"checked_at": NOW - timedelta(minutes=14)}, False),
            ({"checked_at": NOW - timedelta(minutes=16)}, True),
            ({"checked_at": None}, True),
            ({"checked_at": NOW - timedelta(minutes=4), "status": OUT_FOR_DELIVERY}, False),
            ({"checked_at": NOW - timedelta(minutes=6), "status": OUT_FOR_DELIVERY}, True),
            ({"opened_at": NOW - timedelta(minutes=14)}, False),
            ({"opened_at": NOW - timedelta(minutes=16)}, True),
            ({"next_check_at": None, "stopped": "no_account"}, False),
            ({"status": DELIVERED}, False),
            ({"status": EXPIRED}, False),
        ],
    )
    def test_asks_only_where_that_is_of_use(
        self, stranger: Any, shop: Stock, changes: dict[str, Any], asks: bool
    ) -> None:
        self.open(stranger, tracked.parcel(shop, NOW, **changes))
        assert (row_of(shop).opened_at == NOW) is asks

    def test_leaves_those_alone_that_a_worker_has_taken(self, stranger: Any, shop: Stock) -> None:
        taken = NOW + timedelta(minutes=4)
        self.open(stranger, tracked.parcel(shop, NOW, next_check_at=taken))
        assert (row_of(shop).opened_at, row_of(shop).next_check_at) == (NOW, taken)

    def test_does_not_count_where_nobody_looks(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW)
        stranger.head(f"/track/{token}").close()
        self.open(stranger, token, headers={"Sec-Purpose": "prefetch;prerender"})
        assert row_of(shop).opened_at is None

    def test_counts_where_the_browser_has_the_page_already(self, stranger: Any, shop: Stock) -> None:
        token = tracked.parcel(shop, NOW, opened_at=NOW)
        tag = stranger.get(f"/track/{token}").headers["ETag"]
        with shop.here.database.write() as db:
            order_tracking.change(db, [{"id": row_of(shop).id, "opened_at": None}])
        self.open(stranger, token, headers={"If-None-Match": tag})
        assert row_of(shop).opened_at == NOW

    def test_gives_way_to_who_writes(self, here: Parts, shop: Stock) -> None:
        tracked.parcel(shop, NOW)
        row = row_of(shop)
        with here.database.write() as db:
            order_tracking.held(db, [row.id])
            started = datetime.now(UTC)
            assert not opening.ask(here, shop.id, row.id, now=NOW)
            assert datetime.now(UTC) - started < timedelta(seconds=1)
        assert opening.ask(here, shop.id, row.id, now=NOW)
        assert not opening.ask(here, shop.id, row.id, now=NOW)
