"""How a shop's search is: what its index holds against the tables, its rebuild, its checks, settings on their way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules.documents import index_of
from commerce.tables import documents, drift, effect_lists, effects, reindexes
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from webapp.parts import Parts

_MEASURED = 2.0  # seconds after which a rate says something


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilding:
    """How far a rebuild is: products done of `total`, per second, seconds left (None while not known)."""

    done: int
    total: int
    rate: float | None
    left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`searchable`: products that shoppers may find; `indexed`: documents, None where the engine cannot be asked.

    `waiting`: changes on their way to the index. `settings`: "" or "waiting" or "failed", with `settings_error`.
    `alarm`: since when the index is empty. `check`, `checking`: rows of commerce.tables.drift.
    """

    engine: str
    searchable: int
    indexed: int | None
    error: str
    waiting: int
    failed: int
    rebuilding: Rebuilding | None
    rebuilt: Any
    settings: str
    settings_error: str
    alarm: datetime | None
    check: Any
    checking: Any


def state_of(here: Parts, shop: Shop, now: datetime) -> State:
    """The state as it is now; the engine is asked once."""
    with here.database.read() as db:
        searchable, run = documents.count(db, shop_id=shop.id), reindexes.one(db, shop_id=shop.id)
        waiting = effect_lists.waiting(db, shop_id=shop.id).get(effects.INDEX, 0)
        failed = effect_lists.count_failed(db, shop_id=shop.id, kind=effects.INDEX)
        configuring = effect_lists.page(db, shop_id=shop.id, kind=effects.CONFIGURE, limit=1)
        alarm, checking = drift.alarms(db).get(shop.id), drift.waiting(db, shop_id=shop.id)
        checks = drift.last(db, shop_id=shop.id)
    try:
        indexed, error = here.engine.count(index_of(shop.id)), ""
    except OutsideError as refused:
        indexed, error = None, str(refused)
    running = run is not None and run.state == reindexes.RUNNING
    last = configuring[0] if configuring and configuring[0].state != effects.DONE else None
    return State(
        engine=here.engine.name,
        searchable=searchable,
        indexed=indexed,
        error=error,
        waiting=waiting,
        failed=failed,
        rebuilding=_rebuilding(run, now) if running else None,
        rebuilt=None if running else run,
        settings=last.state if last else "",
        settings_error=last.error if last else "",
        alarm=alarm,
        check=checks[0] if checks else None,
        checking=checking,
    )


def _rebuilding(run: Any, now: datetime) -> Rebuilding:
    seconds = (now - run.started_at).total_seconds()
    rate = run.done / seconds if run.done and seconds > _MEASURED else None
    left = max(0, run.total - run.done) / rate if rate else None
    return Rebuilding(done=min(run.done, run.total), total=run.total, rate=rate, left=left)
