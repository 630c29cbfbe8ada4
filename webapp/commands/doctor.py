"""`doctor`: looks at everything that can be wrong, and says what to do."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import with_appcontext
from redis.exceptions import RedisError

from commerce import migrate
from commerce.database import REFUSED, UNREACHABLE
from commerce.rules.documents import index_of
from commerce.tables import documents, drift, effect_lists, effects, inbox, shops
from commerce.tables.shops import Shop
from commerce.vault import UnableToDecrypt
from integrations.errors import OutsideError
from webapp.parts import Parts, parts

OK, WARN, FAIL = "ok", "warn", "FAIL"
Finding = tuple[str, str, str]  # state, what was looked at, what was found and what to do


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check settings, database, Redis, workers, search and shops; exits with 1 where something has failed."""
    findings = [finding for check in CHECKS for finding in check(parts())]
    for state, subject, text in findings:
        click.echo(f"{state:>4}  {subject}: {text}")
    if any(state == FAIL for state, _, _ in findings):
        raise SystemExit(1)


def _settings(here: Parts) -> Iterator[Finding]:
    settings = here.settings
    if settings.base_url.startswith("https:") or "//127.0.0.1" in settings.base_url:
        yield OK, "settings", f"served at {settings.base_url}"
    else:
        yield WARN, "settings", f"BASE_URL {settings.base_url} is not https: platforms deliver webhooks to https only."
    if not here.database.is_sqlite and not settings.secret_key:
        yield WARN, "settings", "SECRET_KEY is not set: several hosts need the same one, or they cannot read secrets."
    if settings.trusted_proxies == 0 and settings.base_url.startswith("https:"):
        yield WARN, "settings", "TRUSTED_PROXIES is 0 though BASE_URL is https: set how many proxies stand in front."


def _database(here: Parts) -> Iterator[Finding]:
    kind = "SQLite" if here.database.is_sqlite else "PostgreSQL"
    try:
        present, newest = migrate.revisions(here.database)
    except (*UNREACHABLE, REFUSED) as error:
        yield FAIL, "database", f"{kind} cannot be reached ({type(error).__name__}). Check DATABASE_URL."
        return
    if present != newest:
        yield (
            FAIL,
            "database",
            f"{kind} has schema {present or 'none'}, needed is {newest}. Run `flask --app webapp.app migrate`.",
        )
        return
    yield OK, "database", f"{kind}, schema {present}"
    with here.database.read() as db:
        oldest, planned = inbox.oldest_unfinished(db), effect_lists.counts(db)
    age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0
    state = OK if age < 60 else WARN
    yield state, "deliveries", f"the oldest unfinished one is {age:.0f} s old" if oldest else "none waits"
    broken = {kind: number for (kind, state_), number in planned.items() if state_ == effects.FAILED}
    if broken:
        yield WARN, "effects", f"failed: {broken}. The dashboard shows why."


def _redis(here: Parts) -> Iterator[Finding]:
    try:
        here.queues.redis.ping()
        workers, depths = here.queues.workers(), here.queues.depths()
    except (RedisError, OSError) as error:
        yield FAIL, "redis", f"cannot be reached ({type(error).__name__}). Is it running? Check REDIS_URL."
        return
    yield OK, "redis", f"answers; waiting jobs {depths}"
    yield (
        (OK, "workers", f"{workers} alive")
        if workers
        else (FAIL, "workers", "none is alive. Start `worker` of the Procfile.")
    )


def _shops(here: Parts) -> Iterator[Finding]:
    try:
        with here.database.read() as db:
            everyone = shops.all_shops(db, here.vault)
            numbers = {shop.id: documents.count(db, shop_id=shop.id) for shop in everyone}
            checks = {shop.id: drift.last(db, shop_id=shop.id) for shop in everyone}
            alarms = drift.alarms(db)
    except UnableToDecrypt as error:
        yield FAIL, "shops", str(error)
        return
    except (*UNREACHABLE, REFUSED):
        return
    if not everyone:
        yield WARN, "shops", "none is connected. `shops add-shopify` or `shops add-woocommerce` connects one."
    for shop in everyone:
        try:
            found = here.engine.count(index_of(shop.id))
        except OutsideError as error:
            yield FAIL, "search", str(error)
            return
        yield _search(shop, found, numbers[shop.id], checks[shop.id], is_alarmed=shop.id in alarms)


def _search(shop: Shop, found: int, there: int, checks: Sequence[Any], *, is_alarmed: bool) -> Finding:
    """One shop's index against its published products, and the last check of it."""
    text = f"{shop.platform}, {shop.state}, {there} products, {found} of them found by search."
    if is_alarmed or (found == 0 and there > 0):
        advice = f"A worker builds it anew by itself. Run `search reindex --shop {shop.key}` to follow it."
        return WARN, shop.domain, f"{text} {advice}"
    for check in checks:
        if check.state == drift.FAILED:
            return WARN, shop.domain, f"{text} The last check could not be finished: {check.error}"
        wrong = check.missing + check.stale + check.surplus
        text += f" The last check found {wrong or 'no'} difference{'' if wrong == 1 else 's'}."
    return OK, shop.domain, text


CHECKS: tuple[Callable[[Parts], Iterator[Finding]], ...] = (_settings, _database, _redis, _shops)
