"""`flask labels …`: a label is asked for, made by a worker, printed, shown."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from commerce.tables import labels, orders, tracking_settings
from commerce.tables.tracking_settings import TrackingSettings
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.labelled import RECEIVER, SENDER
from tests.webapp.stock import _order
from webapp.commands import labels as command

Call = Callable[..., Result]


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop, now = backroom.shops.custom(), utc_now()
    with backroom.process.database.write() as db:
        orders.save(
            db, shop_id=shop.id, facts=[replace(_order("21"), delivery=RECEIVER, number="1021")], now=now, members={}
        )
        tracking_settings.save(db, shop_id=shop.id, chosen=TrackingSettings(sender=SENDER), now=now)
    return shop


@pytest.fixture
def call(backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command; a worker works whenever it waits."""
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: backroom.work())
    runner = backroom.client.application.test_cli_runner()
    return lambda *words: runner.invoke(args=["labels", *(str(word) for word in words)])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout[result.stdout.index("{\n") :])  # the worker's log stands before it


class TestMake:
    def test_prints_the_label_and_writes_its_file(self, call: Call, shop: Shop, tmp_path: Path) -> None:
        file = tmp_path / "label.zpl"
        asked = ("make", "--shop", shop.key, "--order", "21", "--grams", 900, "--format", "zpl", "--out", file)
        first = told(call(*asked))
        assert (first["new"], first["state"], first["carrier"]) == (True, "bought", "house")
        assert first["number"].startswith("H")
        assert file.read_bytes().startswith(b"^XA")
        assert b"Munich" in file.read_bytes()
        again = told(call(*asked))
        assert again == first | {"new": False}

    def test_makes_another_one_where_it_is_asked_for(self, call: Call, shop: Shop) -> None:
        asked = ("make", "--shop", shop.key, "--order", "21", "--grams", 900)
        first = told(call(*asked))
        other = told(call(*asked, "--after", first["id"]))
        assert other["new"]
        assert other["number"] != first["number"]

    @pytest.mark.parametrize(
        "words",
        [("--order", "22"), ("--carrier", "ups"), ("--service", "x" * 200), ("--after", "99"), ("--after", "9" * 50)],
    )
    def test_says_what_is_wrong(self, call: Call, backroom: Backroom, shop: Shop, words: tuple[str, str]) -> None:
        answer = call("make", "--shop", shop.key, "--order", "21", "--grams", 900, *words)
        assert answer.exit_code == 1
        assert isinstance(answer.exception, SystemExit)
        assert rows(backroom.process.database, labels.labels) == []

    def test_ends_without_a_worker(self, call: Call, shop: Shop) -> None:
        answer = call("make", "--shop", shop.key, "--order", "21", "--grams", 900, "--patience", 0)
        assert answer.exit_code == 1
        assert json.loads(answer.stdout)["state"] == "claimed"
        assert "No worker is running" in answer.stderr


class TestShow:
    def test_prints_a_label_of_the_shop_only(self, call: Call, backroom: Backroom, shop: Shop) -> None:
        made = told(call("make", "--shop", shop.key, "--order", "21", "--grams", 900))
        assert told(call("show", made["id"], "--shop", shop.key)) | {"new": True} == made
        other = backroom.shops.custom("four")
        assert "has no label" in call("show", made["id"], "--shop", other.key).output
