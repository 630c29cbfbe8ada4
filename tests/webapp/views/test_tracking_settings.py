"""The settings of tracking in the dashboard."""

from dataclasses import replace
from typing import Any

from commerce.rules.polling_tables import shipped, written
from commerce.tables import tracking_settings
from commerce.tables.tracking_settings import TrackingSettings
from tests.webapp import parcels, stock
from tests.webapp.markup import assert_nothing_is_inline, token
from webapp.tracking import settings_form

PAGE = "/dashboard/parcels/settings"
GOOD = {
    "level": "fast",
    "no_information_days": "1",
    "not_handed_over_days": "4",
    "stuck_days": "6",
    "overdue_days": "3",
    "from_country": "us",
    "from_postcode": "10001",
    "tells_shop": "1",
    "brand": " Nordvik  Outdoor ",
    "colour": "0B6B5D",
    "logo_url": "https://shop.example/logo.png",
    "help_url": "mailto:help@shop.example",
    "help_text": "Write to us",
}


def post(merchant: Any, path: str = "", **form: Any) -> Any:
    return merchant.post(f"{PAGE}{path}", data={"csrf_token": token(merchant, PAGE)} | form)


def stored(shop: Any) -> TrackingSettings:
    with shop.here.database.read() as db:
        return tracking_settings.of_shop(db, shop_id=shop.id)


class TestSettings:
    def test_are_stored_as_they_are_filled_in(self, merchant: Any, shop: Any) -> None:
        assert post(merchant, **GOOD).status_code == 302
        chosen = stored(shop)
        assert (chosen.level, chosen.stuck_days, chosen.from_country) == ("fast", 6, "US")
        assert (chosen.brand, chosen.colour, chosen.tells_shop) == ("Nordvik Outdoor", "#0b6b5d", True)
        assert chosen.completes_orders is False
        page = merchant.get(PAGE)
        assert_nothing_is_inline(page.text)
        assert 'value="#0b6b5d"' in page.text

    def test_that_are_wrong_are_said_so_beside_their_fields(self, merchant: Any, shop: Any) -> None:
        wrong = {
            "level": "slow",
            "stuck_days": "0",
            "overdue_days": "many",
            "from_country": "USA",
            "from_postcode": "1" * 30,
            "brand": "x" * 100,
            "colour": "green",
            "logo_url": "http://shop.example/logo.png",
            "help_url": "javascript:alert(1)",
        }
        answer = post(merchant, **GOOD | wrong)
        assert answer.status_code == 400
        for name in wrong:
            assert f'id="wrong-{name}"' in answer.text, name
        assert 'value="green"' in answer.text or 'value="#green"' in answer.text
        assert stored(shop) == TrackingSettings()

    def test_tell_of_a_colour_that_is_hard_to_read(self, merchant: Any, shop: Any) -> None:
        post(merchant, **GOOD | {"colour": "#ffe066"})
        assert "to 1, where 4.5 is needed" in merchant.get(PAGE).text
        assert round(settings_form.contrast_with_white("#767676"), 2) == 4.54

    def test_lead_to_a_preview(self, merchant: Any, shop: Any) -> None:
        assert "/track/" not in merchant.get(PAGE).text
        row = parcels.row(shop, parcels.journey(shop))
        assert f"/track/{row.token}" in merchant.get(PAGE).text

    def test_go_back_to_the_usual_hours(self, merchant: Any, shop: Any) -> None:
        with shop.here.database.write() as db:
            learned = replace(TrackingSettings(), tables=written(shipped()))
            tracking_settings.save(db, shop_id=shop.id, chosen=learned, now=stock.NOW)
        post(merchant, **GOOD)
        assert stored(shop).tables is not None
        assert "learned from your own parcels" in merchant.get(PAGE).text
        post(merchant, "/usual-hours")
        assert stored(shop).tables is None
        assert stored(shop).level == "fast"

    def test_of_another_shop_stay_as_they_are(self, merchant: Any, shop: Any, other: Any) -> None:
        post(merchant, f"?shop={shop.key}", **GOOD)
        assert stored(other) == TrackingSettings()
