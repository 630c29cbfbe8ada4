"""`flask sync …`: runs are started, followed to their end, and told."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result

from commerce.settings import Settings
from commerce.tables import connections, products, syncs
from jobs import told
from tests.conftest import Backroom, assembled
from tests.connected import connect_woocommerce, sync, with_stand_ins
from tests.peers.woocommerce.peer import Peer
from tests.peers.woocommerce.store import stocked
from tests.shops import Shop
from tests.stored import rows
from webapp.commands import sync as command

Call = Callable[..., Result]


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(stocked(6, 4)) as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings) -> Iterator[Backroom]:
    yield from assembled(with_stand_ins(settings))


@pytest.fixture
def shop(backroom: Backroom, peer: Peer) -> Shop:
    return connect_woocommerce(backroom, peer)


@pytest.fixture
def call(backroom: Backroom) -> Call:
    runner = backroom.client.application.test_cli_runner()
    return lambda *words: runner.invoke(args=["sync", *(str(word) for word in words)])


@pytest.fixture
def working(backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker works whenever the command waits."""

    def work(_seconds: float) -> None:
        with backroom.process.database.write() as db:
            syncs.wake_all(db, shop_id=shop.id)
        backroom.process.queues.wake("sync", [shop.id], again=True)
        backroom.work()

    monkeypatch.setattr(command.time, "sleep", work)


def last_line(result: Result) -> Any:
    """What the command prints at its end; the worker of this process writes its log there too."""
    return json.loads(result.stdout.strip().splitlines()[-1])


@pytest.mark.usefixtures("working")
class TestFollowing:
    def test_an_import_to_its_end(self, backroom: Backroom, shop: Shop, call: Call) -> None:
        result = call("import", "--shop", shop.key)
        assert result.exit_code == 0, result.output
        answer = last_line(result)
        assert (answer["kind"], answer["state"]) == ("import", "done")
        assert answer["in_words"] == f"{answer['done']} objects were brought in."
        assert "about to begin" in result.stderr
        with backroom.process.database.read() as db:
            assert products.count(db, shop_id=shop.id) == 6

    def test_a_reconciliation_tells_what_it_healed(
        self, backroom: Backroom, shop: Shop, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(told, "_UNDER_WAY", timedelta())  # the stand-in's products are of just now
        sync(backroom, shop, syncs.IMPORT)
        with backroom.process.database.write() as db:
            db.execute(products.products.delete().where(products.products.c.id == _some_product(backroom, shop)))
            db.exec_driver_sql("DELETE FROM versions WHERE kind = 'product'")
        result = call("reconcile", "--shop", shop.key)
        assert result.exit_code == 0, result.output
        answer = last_line(result)
        assert answer["kind"] == "compare"
        assert answer["found"]["product.missing"] >= 1
        assert "missing" in answer["in_words"]

    def test_one_that_fails_ends_with_1(
        self, backroom: Backroom, shop: Shop, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_seconds: float) -> None:
            (run,) = rows(backroom.process.database, syncs.syncs, shop_id=shop.id)
            with backroom.process.database.write() as db:
                syncs.finish(db, run, state=syncs.FAILED, now=_now(), error="The shop refused it.")

        monkeypatch.setattr(command.time, "sleep", fail)
        result = call("compare", "--shop", shop.key)
        assert result.exit_code == 1
        assert "It ended as failed. The shop refused it." in result.output
        assert "Traceback" not in result.output


class TestStarting:
    def test_without_waiting(self, backroom: Backroom, shop: Shop, call: Call) -> None:
        answer = json.loads(call("changes", "--shop", shop.key, "--no-wait").stdout)
        assert answer["started"]
        assert answer["woken"]
        (run,) = rows(backroom.process.database, syncs.syncs, shop_id=shop.id)
        assert run.kind == syncs.COMPARE  # there was no run before from whose time changes could be counted

    def test_gives_up_where_no_worker_is(self, shop: Shop, call: Call) -> None:
        result = call("import", "--shop", shop.key, "--patience", "0")
        assert result.exit_code == 1
        assert "No worker is running" in result.output

    def test_is_refused_where_the_shop_is_not_connected(self, backroom: Backroom, shop: Shop, call: Call) -> None:
        with backroom.process.database.write() as db:
            row = connections.state(db, shop_id=shop.id)
            assert row is not None
            connections.lose(db, shop_id=shop.id, error="Refused (401).", installed_at=row.installed_at)
        result = call("compare", "--shop", shop.key)
        assert result.exit_code == 1
        assert "is not connected to Backroom: Refused (401)." in result.output
        assert not rows(backroom.process.database, syncs.syncs, shop_id=shop.id)

    def test_is_refused_for_a_shop_that_is_not_there(self, call: Call) -> None:
        assert "There is no shop with the key nobody" in call("compare", "--shop", "nobody").output


class TestStatus:
    def test_tells_the_connection_and_the_runs(self, backroom: Backroom, shop: Shop, call: Call) -> None:
        sync(backroom, shop, syncs.IMPORT)
        call("compare", "--shop", shop.key, "--no-wait")
        answer = json.loads(call("status", "--shop", shop.key).stdout)
        assert answer["connection"]["state"] == "connected"
        assert [(run["kind"], run["state"]) for run in answer["runs"]] == [("compare", "running"), ("import", "done")]
        assert answer["runs"][0]["now"] == "about to begin"

    def test_names_no_secret(self, shop: Shop, call: Call, peer: Peer) -> None:
        answer = call("status", "--shop", shop.key).stdout
        assert not [secret for secret in peer.keys().values() if secret in answer]


class TestCancel:
    def test_stops_what_is_under_way(self, backroom: Backroom, shop: Shop, call: Call) -> None:
        call("import", "--shop", shop.key, "--no-wait")
        assert json.loads(call("cancel", "--shop", shop.key).stdout) == {"cancelled": 1}
        (run,) = rows(backroom.process.database, syncs.syncs, shop_id=shop.id)
        assert run.state == syncs.CANCELLED


def _some_product(backroom: Backroom, shop: Shop) -> Any:
    return rows(backroom.process.database, products.products, shop_id=shop.id)[0].id


def _now() -> Any:
    return command.datetime.now(command.UTC)
