"""Parcels without a worker: the function that a scheduler calls does one bounded round, with the worker's own code."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from commerce.settings import as_environ
from commerce.tables import order_tracking
from integrations.carriers.sandbox.numbering import number
from jobs import process as jobs_process
from jobs import serverless
from jobs.job import utc_now
from jobs.serverless import handler
from jobs.shipments import check
from tests.conftest import Backroom
from tests.stored import rows


class Lambda:
    """What AWS Lambda hands a function."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": [], "detail": {}}


@pytest.fixture
def due(backroom: Backroom) -> int:
    """Parcels of two shops that are due; gives how many."""
    now, made = utc_now(), 0
    for shop in (backroom.shops.custom(), backroom.shops.woocommerce()):
        with backroom.process.database.write() as db:
            order_tracking.add(db, [_row(shop.id, chance, now) for chance in range(30)])
        made += 30
    return made


def _row(shop_id: int, chance: int, now: Any) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "number": number(now - timedelta(days=3), shop_id * 1000 + chance),
        "carrier": "sandbox",
        "source": order_tracking.API,
        "token": f"{shop_id}-{chance}",
        "to_zone": "Europe/Berlin",
        "created_at": now - timedelta(days=3),
        "next_check_at": now - timedelta(minutes=10),
        "saved_at": now,
    }


class TestHandler:
    def test_asks_for_what_is_due_in_all_shops(self, backroom: Backroom, due: int) -> None:
        done = handler(SCHEDULED, Lambda(300_000))
        assert (done["shops"], done["parcels"], done["left"]) == (2, due, 0)
        assert all(row.calls == 1 for row in rows(backroom.process.database, order_tracking.order_tracking))

    @pytest.mark.usefixtures("due")
    def test_called_twice_asks_once(self, backroom: Backroom) -> None:
        handler(SCHEDULED, None)
        assert handler(None, None)["parcels"] == 0
        assert all(row.calls == 1 for row in rows(backroom.process.database, order_tracking.order_tracking))

    @pytest.mark.usefixtures("backroom")
    def test_with_nothing_due_does_nothing(self) -> None:
        assert handler({"seconds": "many"}, Lambda(1))["shops"] == 0

    def test_one_shop_that_breaks_does_not_keep_the_others(
        self, backroom: Backroom, due: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, real = min(row.shop_id for row in rows(backroom.process.database, order_tracking.order_tracking)), check

        def breaks(process: Any, shop_id: int, *, seconds: float) -> Any:
            if shop_id == first:
                raise ValueError("its key cannot be read")
            return real(process, shop_id, seconds=seconds)

        monkeypatch.setattr(serverless, "check", breaks)
        done = handler(SCHEDULED, None)
        assert (done["shops"], done["parcels"]) == (1, due // 2)


class TestAColdStart:
    def test_starts_without_what_it_does_not_need(self, backroom: Backroom) -> None:
        """A cold start pays for every import: neither the web nor a search engine nor a carrier that nobody asks."""
        code = (
            "import sys; from jobs.serverless import handler; print(handler({}, None)['shops']);"
            "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'tantivy', 'karrio', 'gunicorn'}))"
        )
        environ = as_environ(backroom.settings)
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={"PATH": "", **environ}, check=True
        )
        assert found.stdout.splitlines()[-2:] == ["0", "[]"]
        assert jobs_process.current() is backroom.process
