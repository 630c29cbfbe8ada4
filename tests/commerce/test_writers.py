"""Writers of one SQLite file take turns: one at a time, none left out, and not for ever."""

import multiprocessing
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from commerce.writers import NoTurn, WriterQueue
from tests.running import until


def greedy(path: Path, turns: Any, is_over: Any) -> None:
    """Writes all the time, with next to no pause between two turns, and counts them."""
    queue = WriterQueue(path)
    while not is_over.is_set():
        with queue.turn(time.monotonic() + 60):
            turns.value += 1
            time.sleep(0.005)


class TestTurns:
    def test_come_one_at_a_time(self, tmp_path: Path) -> None:
        queue, inside, most = WriterQueue(tmp_path / "writer"), 0, 0

        def write() -> None:
            nonlocal inside, most
            for _ in range(50):
                with queue.turn(time.monotonic() + 60):
                    inside += 1
                    most = max(most, inside)
                    inside -= 1

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        queue.close()
        assert most == 1

    def test_come_soon_beside_others_who_write_all_the_time(self, tmp_path: Path) -> None:
        """Each greedy writer is ahead of us once or twice, not for as long as it likes."""
        path, ahead = tmp_path / "writer", list[int]()
        context = multiprocessing.get_context("spawn")
        turns, is_over = [context.Value("i", 0, lock=False) for _ in range(2)], context.Event()
        others = [context.Process(target=greedy, args=(path, counted, is_over)) for counted in turns]
        for other in others:
            other.start()
        until(lambda: all(counted.value for counted in turns), what="both of them write")
        queue = WriterQueue(path)
        for _ in range(25):
            before = sum(counted.value for counted in turns)
            with queue.turn(time.monotonic() + 60):
                ahead.append(sum(counted.value for counted in turns) - before)
            time.sleep(0.01)
        is_over.set()
        for other in others:
            other.join()
        queue.close()
        assert median(ahead) <= 4, "a busy machine may keep us from asking now and then, but not each time"

    def test_that_somebody_waits_for_can_be_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "writer"
        mine, theirs = WriterQueue(path), WriterQueue(path)

        def write() -> None:
            with theirs.turn(time.monotonic() + 60):
                pass

        waiting = threading.Thread(target=write)
        with mine.turn(time.monotonic() + 60):
            assert not mine.is_awaited()
            waiting.start()
            until(mine.is_awaited, what="the other one waits")
        waiting.join()
        assert not mine.is_awaited()
        mine.close()
        theirs.close()

    def test_end_when_nobody_waits_for_them_any_more(self, tmp_path: Path) -> None:
        path = tmp_path / "writer"
        mine, theirs = WriterQueue(path), WriterQueue(path)
        with mine.turn(time.monotonic() + 60), pytest.raises(NoTurn):
            theirs.turn(time.monotonic() + 0.05).__enter__()
        with theirs.turn(time.monotonic() + 60):
            pass
        with mine.turn(time.monotonic() + 60):
            pass
        mine.close()
        theirs.close()
