"""Messages as they are written: every kind, every language, whatever names and titles hold."""

import copy
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.notifications.brand import Brand
from commerce.rules.notifications.kinds import COMMERCIAL, KINDS
from integrations.channel_api import Outgoing
from integrations.channels import gsm, rendering, samples
from integrations.channels.composing import composed
from integrations.channels.context import MOST_LINES, of_order
from integrations.channels.defaults import Template, usual
from integrations.channels.rendering import Rendered, UnableToRender, render, render_slack, render_sms, render_usual
from integrations.channels.wording import LANGUAGES
from tests.integrations.channels.markup_read import Read

EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]
NASTY = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        "</td></table><script>alert(1)</script>",
        '" onload="x',
        "{{ order.total }}",
        "{% raw %}",
        "--><b>",
        "lq0x00001",
        "&lt;",
    ]
)


def made(kind: str, language: str, context: dict[str, Any] | None = None) -> Rendered:
    context = context or samples.sample_context(kind, language)
    return render_usual(kind, context, language=language, brand=samples.brand(language))


class TestEveryMail:
    @pytest.mark.parametrize(("kind", "language"), EVERY)
    def test_is_whole_with_every_sample(self, kind: str, language: str) -> None:
        for context in samples.all_contexts(kind).values():
            mail = made(kind, language, context)
            read = Read(mail.html)
            assert read.unclosed == []
            assert mail.subject
            assert mail.text.strip()
            for left in ("{{", "{%", "[[", "{'amount'", "lq0x"):
                assert left not in mail.html + mail.text + mail.subject
            assert ("html", {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}) in [
                (tag, {name: told[name] for name in ("lang", "dir")}) for tag, told in read.attributes if tag == "html"
            ]

    @pytest.mark.parametrize("kind", KINDS)
    def test_loads_nothing_from_elsewhere_but_pictures(self, kind: str) -> None:
        html = made(kind, "en").html
        assert "<link" not in html
        assert "@import" not in html

    @pytest.mark.parametrize("kind", KINDS)
    def test_has_words_for_each_picture_and_links_that_lead_somewhere(self, kind: str) -> None:
        read = Read(made(kind, "de").html)
        assert all("alt" in told for tag, told in read.attributes if tag == "img")
        links = [told["href"] for tag, told in read.attributes if tag == "a"]
        assert links
        assert all(urlsplit(link).scheme in ("https", "http", "mailto") for link in links)

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_light_and_dark(self, kind: str) -> None:
        html = made(kind, "en").html
        assert '<meta name="color-scheme" content="light dark"' in html
        assert "@media (prefers-color-scheme: dark)" in html

    @pytest.mark.parametrize("kind", KINDS)
    def test_says_the_same_in_plain_text(self, kind: str) -> None:
        mail = made(kind, "de")
        assert "<" not in mail.text.replace("<Plants>", "")
        shown = Read(mail.html)
        for tag, told in shown.attributes:
            if tag == "a":
                assert told["href"] in mail.text
        assert "\n\n\n" not in mail.text

    @pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.category == COMMERCIAL])
    def test_that_is_commercial_has_a_way_out(self, kind: str) -> None:
        for language in LANGUAGES:
            mail = made(kind, language)
            assert "/n/stop/sample" in mail.html
            assert "/n/stop/sample" in mail.text

    def test_that_is_not_commercial_has_none(self) -> None:
        assert "unsubscribe" not in made("order_confirmation", "en").html.lower()


class TestAnOrder:
    def test_is_german_to_a_german(self) -> None:
        mail = made("order_confirmation", "de")
        text = mail.text.replace("\xa0", " ")
        assert mail.subject == "Bestellung 1001 bestätigt"
        assert "Guten Tag Jörg Müller-Lüdenscheidt," in text
        assert "2 × Blumenzwiebeln „Frühlingsgruß“, 50 Stück   25,90 €" in text
        assert "Gesamtsumme   109,70 €" in text
        assert "Große Straße 12 a\n20095 Hamburg\nDeutschland" in text

    def test_is_japanese_to_a_japanese(self) -> None:
        text = made("order_confirmation", "ja").text
        assert "佐藤 花子 様" in text
        assert "合計   ￥15,860" in text
        assert "〒100-0001\n東京都千代田区\n千代田1-1\n佐藤 花子\n日本" in text

    def test_goes_from_right_to_left_to_an_arab(self) -> None:
        mail = made("order_confirmation", "ar")
        assert 'dir="rtl"' in mail.html
        assert "direction:rtl" in mail.html
        assert "direction:ltr" not in mail.html
        assert "512.50" in mail.text
        assert "د.إ." in mail.text

    def test_writes_days_as_the_customer_does_where_the_shop_is(self) -> None:
        source = "<mj-section><mj-column><mj-text>{{ order.placed_at | moment }}</mj-text></mj-column></mj-section>"
        template = Template(kind="order_paid", language="de", subject="x", body=source)
        context = samples.sample_context("order_paid", "de")
        assert "23. November 2026 um 14:05" in render(template, context, language="de", brand=Brand()).text.replace(
            ", ", " um "
        )

    def test_of_many_lines_is_not_clipped_by_gmail(self) -> None:
        row = {
            **dict.fromkeys(("financial_status", "fulfillment_status", "note", "status", "email"), ""),
            **dict.fromkeys(("total", "subtotal", "tax", "shipping", "discount", "refunded"), 123_456),
            "id": "1",
            "number": "1",
            "currency": "EUR",
            "placed_at": None,
            "paid_at": None,
            "billing": {},
            "delivery": {"address1": "x", "country": "DE"},
        }
        lines = [
            {"product_id": "7", "title": "Ein Artikel mit einem recht langen Namen & Größe <XL> " * 2, "sku": "x"}
            | {"quantity": 12, "price": 1_234_567, "total": 12_345_678}
            for _ in range(MOST_LINES + 20)
        ]
        pictures = {"7": "https://cdn.example.com/" + "a" * 60 + ".jpg"}
        context = samples.sample_context("order_confirmation", "ja")
        context |= of_order(row, lines, language="ja", url="https://shop.example.com/o/1", pictures=pictures)
        mail = made("order_confirmation", "ja", context)
        assert not mail.is_clipped
        assert mail.html.count("cdn.example.com") == MOST_LINES
        assert "その他の商品: 20点" in mail.text
        sent = Outgoing(
            key="k", to="a@b.example", sender="s@b.example", subject=mail.subject, html=mail.html, text=mail.text
        )
        assert len(composed(sent, now=datetime(2026, 1, 1, tzinfo=UTC))) < 300_000


class TestNames:
    @settings(deadline=None, max_examples=60)
    @given(name=NASTY, title=NASTY, shop=NASTY)
    def test_never_break_out_of_the_html(self, name: str, title: str, shop: str) -> None:
        context = samples.sample_context("order_confirmation", "en")
        plain = made("order_confirmation", "en", context)
        nasty = copy.deepcopy(context)
        nasty["customer"] |= {"first_name": name, "name": name}
        nasty["shop"]["name"] = shop
        nasty["order"]["number"] = title
        nasty["order"]["delivery"]["lines"] = [name]
        for line in nasty["order"]["lines"]:
            line["title"] = title
        nasty["order"]["delivery"]["lines"] += context["order"]["delivery"]["lines"][1:]
        mail = made("order_confirmation", "en", nasty)
        assert Read(mail.html).tags == Read(plain.html).tags
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject

    def test_that_look_like_liquid_stay_as_they_are(self) -> None:
        context = samples.sample_context("order_confirmation", "en")
        context["order"]["lines"][0]["title"] = "{{ shop.name }} {% if %}"
        mail = made("order_confirmation", "en", context)
        assert "{{ shop.name }} {% if %}" in mail.text
        assert "{{ shop.name }} {% if %}" in Read(mail.html).text

    def test_are_escaped_in_html_and_in_nothing_else(self) -> None:
        mail = made("order_confirmation", "en")
        assert "Watering can &lt;b&gt;1.5 L&lt;/b&gt;" in mail.html
        assert "Watering can <b>1.5 L</b>" in mail.text

    def test_of_links_that_lead_nowhere_good_are_left_out(self) -> None:
        row = {
            **dict.fromkeys(("financial_status", "fulfillment_status", "note", "status", "email", "id", "number"), ""),
            **dict.fromkeys(("total", "subtotal", "tax", "shipping", "discount", "refunded"), 0),
            "currency": "EUR",
            "placed_at": None,
            "paid_at": None,
            "billing": {},
            "delivery": {},
        }
        for url in (
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "ftp://x.example",
            "https://",
            "http://[",
        ):
            assert of_order(row, [], language="en", url=url)["order"]["url"] == ""


class TestAShortMessage:
    @pytest.mark.parametrize(("kind", "language"), EVERY)
    def test_fits(self, kind: str, language: str) -> None:
        for context in samples.all_contexts(kind).values():
            text = render_sms(kind, context, language=language, brand=Brand())
            assert 1 <= gsm.parts(text) <= 3
            assert "{" not in text

    def test_has_its_links_however_long_names_are(self) -> None:
        context = samples.sample_context("back_in_stock", "ja")
        context["product"]["title"] = "茶" * 120
        context["shop"]["name"] = "店" * 120
        text = render_sms("back_in_stock", context, language="ja", brand=Brand())
        assert context["product"]["url"] in text
        assert text.endswith(context["unsubscribe_url"])

    def test_for_slack_has_its_markup_and_nobody_elses(self) -> None:
        context = samples.sample_context("alert", "en")
        context["alert"] |= {"title": "<!channel> *all*", "words": "a & b <https://evil.example|x>"}
        text = render_slack("alert", context, language="en", brand=Brand())
        assert text.splitlines() == [
            "*Fern &amp; Fig &lt;Plants&gt;: &lt;!channel&gt; ∗all∗*",
            "a &amp; b &lt;https://evil.example|x&gt;",
            "<https://shop.example.com/dashboard|Open the dashboard>",
        ]

    def test_for_slack_there_is_of_every_kind(self) -> None:
        for kind, language in EVERY:
            assert render_slack(kind, samples.sample_context(kind, language), language=language, brand=Brand())


class TestARender:
    def test_takes_little_time(self) -> None:
        """Twenty orders a second, and bursts of two thousand: three milliseconds each, of this process's own time."""
        context, brand = samples.sample_context("order_confirmation", "de"), samples.brand("de")
        render_usual("order_confirmation", context, language="de", brand=brand)
        best = min(_seconds(context, brand) for _ in range(5))
        assert best < 0.003 * 3  # a machine three times as slow is still this fast

    def test_of_a_template_that_goes_wrong_says_so(self) -> None:
        body = "<mj-section><mj-column><mj-text>{{ 1 | divided_by: 0 }}</mj-text></mj-column></mj-section>"
        template = Template(kind="order_paid", language="en", subject="x", body=body)
        with pytest.raises(UnableToRender, match="goes wrong"):
            render(template, samples.sample_context("order_paid", "en"), language="en", brand=Brand())
        broken = Template(kind="order_paid", language="en", subject="x", body="<mj-section>")
        with pytest.raises(UnableToRender, match="not closed"):
            render(broken, samples.sample_context("order_paid", "en"), language="en", brand=Brand())

    def test_gets_along_with_what_is_missing(self) -> None:
        template = usual("order_confirmation", "en")
        assert render(template, {"shop": {"name": "x"}}, language="en", brand=Brand()).html

    def test_of_a_webhook_is_json(self) -> None:
        at = datetime(2026, 11, 23, tzinfo=UTC)
        body = rendering.render_webhook("low_stock", samples.sample_context("low_stock", "ja"), at=at)
        assert body.startswith('{"type":"notification.low_stock","timestamp":"2026-11-23T00:00:00+00:00","data":{')


def _seconds(context: dict[str, Any], brand: Brand) -> float:
    start = time.process_time()
    for _ in range(20):
        render_usual("order_confirmation", context, language="de", brand=brand)
    return (time.process_time() - start) / 20
