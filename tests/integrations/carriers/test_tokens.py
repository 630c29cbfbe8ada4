"""Tokens of carriers: one for all, asked for once, sealed, and good only as long as they are."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from commerce.vault import Vault
from integrations.carriers.tokens import Tokens, open_tokens
from integrations.errors import RateLimited, Transient
from tests.conftest import free_port

KEY = "ups:a shop's"


class Carrier:
    """Hands out tokens, slowly."""

    def __init__(self, life: float = 3600, seconds: float = 0.0) -> None:
        self.asked, self.life, self.seconds = 0, life, seconds
        self.error: Exception | None = None
        self._lock = threading.Lock()

    def __call__(self) -> tuple[str, float]:
        with self._lock:
            self.asked += 1
            number = self.asked
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        return f"token {number}", self.life


@pytest.fixture
def vault() -> Vault:
    return Vault("a key of the tests")


@pytest.fixture
def process(redis_url: str, vault: Vault) -> Callable[[], Tokens]:
    """Makes the tokens of one more process."""
    return lambda: open_tokens(redis_url, vault)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


class TestAToken:
    def test_is_asked_for_once_by_ten_threads_of_two_processes(self, process: Callable[[], Tokens]) -> None:
        carrier, processes = Carrier(seconds=0.3), [process(), process()]
        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(lambda index: processes[index % 2].token(KEY, carrier), range(20)))
        assert found == ["token 1"] * 20
        assert carrier.asked == 1

    def test_is_one_of_each_account(self, process: Callable[[], Tokens]) -> None:
        tokens, carrier = process(), Carrier()
        assert tokens.token("a", carrier) != tokens.token("b", carrier)

    def test_is_sealed_and_named_by_no_secret(self, process: Callable[[], Tokens], redis: Redis) -> None:
        process().token(KEY, Carrier())
        (name,) = redis.keys("backroom:carrier-token:*")
        assert b"token 1" not in (redis.get(name) or b"")
        assert b"shop" not in name

    @pytest.mark.parametrize(("life", "kept"), [(3600, 3300), (14399, 14099), (600, 540), (100, 90), (1e9, 86100)])
    def test_ends_before_its_time(self, process: Callable[[], Tokens], redis: Redis, life: float, kept: int) -> None:
        process().token(KEY, Carrier(life=life))
        (name,) = redis.keys("backroom:carrier-token:*")
        assert kept - 2 <= redis.ttl(name) <= kept

    def test_that_lives_no_time_is_not_kept(self, process: Callable[[], Tokens]) -> None:
        tokens, carrier = process(), Carrier(life=5)
        assert [tokens.token(KEY, carrier), tokens.token(KEY, carrier)] == ["token 1", "token 2"]

    def test_that_was_refused_is_dropped_for_all(self, process: Callable[[], Tokens]) -> None:
        one, other, carrier = process(), process(), Carrier()
        token = one.token(KEY, carrier)
        other.drop(KEY, token)
        assert one.token(KEY, carrier) == "token 2"

    def test_that_came_in_its_place_stays(self, process: Callable[[], Tokens]) -> None:
        one, other, carrier = process(), process(), Carrier()
        old = one.token(KEY, carrier)
        one.drop(KEY, old)
        one.token(KEY, carrier)
        other.drop(KEY, old)
        assert other.token(KEY, carrier) == "token 2"
        assert carrier.asked == 2

    def test_of_another_secret_key_is_asked_for_anew(self, process: Callable[[], Tokens], redis_url: str) -> None:
        carrier = Carrier()
        process().token(KEY, carrier)
        assert open_tokens(redis_url, Vault("another key")).token(KEY, carrier) == "token 2"

    def test_of_a_key_that_was_rotated_still_opens(self, process: Callable[[], Tokens], redis_url: str) -> None:
        carrier = Carrier()
        process().token(KEY, carrier)
        assert open_tokens(redis_url, Vault("a new one,a key of the tests")).token(KEY, carrier) == "token 1"


class TestAFailure:
    def test_is_told_to_all_who_waited(self, process: Callable[[], Tokens]) -> None:
        tokens, carrier, all_are_here = process(), Carrier(seconds=0.5), threading.Barrier(10)
        carrier.error = RateLimited("too often", retry_after=30)

        def ask(_: int) -> str:
            all_are_here.wait()
            try:
                return tokens.token(KEY, carrier)
            except RateLimited as error:
                return str(error)

        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(ask, range(10))) == ["too often"] * 10
        assert carrier.asked == 1

    def test_is_not_held_against_the_next(self, process: Callable[[], Tokens]) -> None:
        tokens, carrier = process(), Carrier()
        carrier.error = Transient("away")
        with pytest.raises(Transient):
            tokens.token(KEY, carrier)
        carrier.error = None
        assert tokens.token(KEY, carrier) == "token 2"

    def test_lets_the_other_process_ask(self, process: Callable[[], Tokens]) -> None:
        carrier = Carrier()
        carrier.error = Transient("away")
        with pytest.raises(Transient):
            process().token(KEY, carrier)
        carrier.error = None
        began = time.monotonic()
        process().token(KEY, carrier)
        assert time.monotonic() - began < 10


class TestWithoutRedis:
    @pytest.fixture
    def tokens(self, vault: Vault) -> Tokens:
        return open_tokens(f"redis://127.0.0.1:{free_port()}", vault)

    def test_every_process_keeps_its_own(self, tokens: Tokens) -> None:
        carrier = Carrier(seconds=0.1)
        with ThreadPoolExecutor(10) as pool:
            assert set(pool.map(lambda _: tokens.token(KEY, carrier), range(10))) == {"token 1"}
        assert carrier.asked == 1

    def test_one_that_was_refused_is_dropped(self, tokens: Tokens) -> None:
        carrier = Carrier()
        tokens.drop(KEY, tokens.token(KEY, carrier))
        assert tokens.token(KEY, carrier) == "token 2"
