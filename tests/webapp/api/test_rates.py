"""Rates: each key has its own, answers say what is left, nobody is held up without Redis."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commerce.settings import Settings
from integrations.cache.client import Client
from integrations.cache.rates import Rate, Rates
from integrations.errors import Transient
from webapp.api import rates
from webapp.parts import Parts, assemble

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture
def here(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Parts]:
    settings = Settings(var_dir=tmp_path, database_url=database_url, redis_url=redis_url, demo=False)
    parts = assemble(settings.completed())
    yield parts
    parts.counting.end()
    parts.keys.end()
    parts.database.dispose()


class TestBucket:
    def test_gives_what_was_saved_up_and_says_how_long_to_wait(self, redis_url: str) -> None:
        told = Rates(Client(redis_url))
        slow = Rate(per_second=1, saved_up=3)
        taken = [told.take("a", slow) for _ in range(4)]
        assert [one.is_there for one in taken] == [True, True, True, False]
        assert [one.left for one in taken] == [2, 1, 0, 0]
        assert taken[0].wait_ms == 0
        assert 0 < taken[3].wait_ms <= 1000
        assert 2000 < taken[3].full_in_ms <= 3000
        assert told.take("b", slow).left == 2

    def test_survives_a_server_that_forgot_the_script(self, redis_url: str) -> None:
        client = Client(redis_url)
        told = Rates(client)
        client.redis.script_flush()
        assert told.take("a", rates.USUAL).is_there

    def test_raises_where_there_is_no_server(self) -> None:
        with pytest.raises(Transient):
            Rates(Client("redis://127.0.0.1:1/0")).take("a", rates.USUAL)


class TestCalls:
    def test_say_what_is_left(self, api: Any) -> None:
        first, second = api.get("/api/v1/products"), api.get("/api/v1/products/none")
        assert [first.headers[name] for name in HEADERS] == ["200", "199", "1"]
        assert second.status_code == 404
        assert int(second.headers["RateLimit-Remaining"]) >= 198

    def test_that_are_too_many_are_refused_for_this_key_alone(
        self, api: Any, add_key: Any, with_key: Any, foreign_api: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rates.take, "__defaults__", (Rate(per_second=1, saved_up=2),))
        answers = [api.get("/api/v1/products") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert (answers[2].mimetype, answers[2].headers["Retry-After"]) == ("application/problem+json", "1")
        assert [answers[2].headers[name] for name in HEADERS] == ["2", "0", "2"]
        assert with_key(add_key("products:read")[1]).get("/api/v1/products").status_code == 200
        assert foreign_api.get("/api/v1/products").status_code == 200

    def test_without_a_key_are_told_nothing(self, stranger: Any) -> None:
        answer = stranger.get("/api/v1/products")
        assert answer.status_code == 401
        assert not set(HEADERS) & set(answer.headers)

    def test_are_not_counted_where_limits_are_off(self, app: Any, here: Any, api: Any) -> None:
        app.extensions["backroom"] = replace(here, settings=replace(here.settings, rate_limits=False))
        assert not set(HEADERS) & set(api.get("/api/v1/products").headers)

    def test_are_answered_while_redis_is_away(self, app: Any, here: Any, api: Any) -> None:
        app.extensions["backroom"] = replace(here, rates=Rates(Client("redis://127.0.0.1:1/0")))
        answer = api.get("/api/v1/products")
        assert answer.status_code == 200
        assert not set(HEADERS) & set(answer.headers)
