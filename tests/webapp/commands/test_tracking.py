"""`flask tracking …`: parcels are followed, asked for, told, and learned from."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from commerce.rules.tracking import Place, Scan
from commerce.tables import tracking_scans, tracking_settings
from integrations.carriers.sandbox.numbering import number
from tests.conftest import Backroom
from tests.webapp import parcels, stock
from tests.webapp.stock import Stock
from webapp.commands import tracking as command

Call = Callable[..., Result]


@pytest.fixture
def shop(backroom: Backroom) -> Stock:
    new = backroom.shops.custom(currency="EUR")
    return Stock(backroom.parts, new.id, new.key, "", "")


@pytest.fixture
def call(backroom: Backroom, shop: Stock) -> Call:
    runner = backroom.client.application.test_cli_runner()
    return lambda *words: runner.invoke(args=["tracking", *(str(word) for word in words), "--shop", shop.key])


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


class TestAdd:
    def test_follows_a_parcel_once(self, call: Call) -> None:
        told = printed(call("add", "1Z999AA10123456784", "--country", "US", "--postcode", "94107"))
        assert (told["added"], told["carrier"], told["to"]["zone"]) == (True, "ups", "America/Los_Angeles")
        assert printed(call("add", "1Z 999 AA1 01 2345 6784"))["added"] is False
        assert printed(call("show", "1z999aa10123456784"))["id"] == told["id"]

    def test_says_what_is_wrong(self, call: Call) -> None:
        for words, told in ((("1ZABC", "--carrier", "nobody"), "carrier"), (("1",), "number")):
            result = call("add", *words)
            assert result.exit_code != 0
            assert told in result.output
        assert "has no parcel 1ZNONE" in call("show", "1ZNONE").output


class TestImport:
    def test_tells_what_came_of_each_row(self, call: Call, tmp_path: Path) -> None:
        file = tmp_path / "parcels.csv"
        file.write_text("number,carrier\n1Z999AA10123456784,UPS\nABCD1234,nobody\n")
        result = call("import", file)
        assert result.exit_code == 1
        told = json.loads(result.stdout)
        assert (told["rows"], told["added"], told["known"]) == (2, 1, 0)
        assert told["errors"] == ["Line 3, column “carrier”: “nobody” is no carrier that is known."]
        file.write_text("town\nRome\n")
        assert "number" in call("import", file).output


class TestCheck:
    def test_asks_for_all_and_follows_it(
        self, backroom: Backroom, shop: Stock, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        label_at = stock.NOW - timedelta(days=3)
        numbers = [number(label_at, chance) for chance in (1, 2, 3)]
        keys = [parcels.parcel(shop, one, carrier="sandbox", shipped_at=label_at) for one in numbers]
        later = stock.NOW + timedelta(days=1)
        with shop.here.database.write() as db:
            parcels.order_tracking.change(db, [{"id": key, "next_check_at": later} for key in keys])
        monkeypatch.setattr(command.time, "sleep", lambda _: backroom.work())
        told = json.loads(call("check").stdout.strip().splitlines()[-1])
        assert (told["due"], told["asked"], told["left"], told["waits"]) == (3, 3, 0, [])
        with shop.here.database.read() as db:
            assert all(tracking_scans.of_parcels(db, keys)[key] for key in keys)

    def test_says_what_waits(self, shop: Stock, call: Call) -> None:
        parcels.journey(shop)
        told = json.loads(call("check", "--patience", "0.3").stdout.strip().splitlines()[-1])
        assert (told["left"], "No worker is running" in told["waits"][-1]) == (1, True)


class TestRefit:
    def test_needs_parcels_to_learn_from(self, call: Call) -> None:
        result = call("refit")
        assert result.exit_code != 0
        assert "200 shipments with scans are needed, there are 0." in result.output

    def test_shows_the_gain_and_is_switched_on_only_then(self, shop: Stock, call: Call) -> None:
        _delivered_late_at_night(shop, 260)
        told = printed(call("refit"))
        assert set(told["before"]) == {"calls", "hours", "parcels"}
        assert told["switched_on"] is False
        assert _tables(shop) is None
        told = printed(call("refit", "--switch-on"))
        assert told["switched_on"] == told["worthwhile"]
        assert (_tables(shop) is not None) == told["worthwhile"]
        printed(call("refit", "--usual"))
        assert _tables(shop) is None


def _tables(shop: Stock) -> Any:
    with shop.here.database.read() as db:
        return tracking_settings.of_shop(db, shop_id=shop.id).tables


def _delivered_late_at_night(shop: Stock, count: int) -> None:
    """Parcels of a carrier that does everything hours later than others."""
    noon = stock.NOW.replace(hour=12, minute=0, second=0) - timedelta(days=20)
    place = Place(city="Memphis", country="US")
    for position in range(count):
        begun = noon + timedelta(days=position % 7)
        key = parcels.parcel(shop, f"1ZPAST{position:05}", status="delivered", moved=True, shipped_at=begun)
        hours = ((14, "picked_up"), (30, "in_transit"), (62, "out_for_delivery"), (64 + position % 3, "delivered"))
        lines = [Scan(at=begun + timedelta(hours=hour), status=status, place=place) for hour, status in hours]
        parcels.scans(shop, key, *lines)
