"""Writers of one SQLite file take turns: one at a time, none left out, and not for ever."""

import multiprocessing
import threading
import time
from pathlib import Path

import pytest

from commerce.writers import NoTurn, WriterQueue


def greedy(path: Path, seconds: float) -> None:
    """Writes all the time, with next to no pause between two turns."""
    queue, until = WriterQueue(path), time.monotonic() + seconds
    while time.monotonic() < until:
        with queue.turn(time.monotonic() + 5):
            time.sleep(0.005)


class TestTurns:
    def test_come_one_at_a_time(self, tmp_path: Path) -> None:
        queue, inside, most = WriterQueue(tmp_path / "writer"), 0, 0

        def write() -> None:
            nonlocal inside, most
            for _ in range(50):
                with queue.turn(time.monotonic() + 10):
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
        path = tmp_path / "writer"
        context = multiprocessing.get_context("spawn")
        others = [context.Process(target=greedy, args=(path, 4.0)) for _ in range(2)]
        for other in others:
            other.start()
        queue, turns, until = WriterQueue(path), 0, time.monotonic() + 3
        time.sleep(1.5)  # they are starting
        while time.monotonic() < until:
            with queue.turn(time.monotonic() + 2):  # NoTurn would mean that we were left out
                turns += 1
            time.sleep(0.01)
        for other in others:
            other.join()
        queue.close()
        assert turns > 5

    def test_that_somebody_waits_for_can_be_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "writer"
        mine, theirs = WriterQueue(path), WriterQueue(path)

        def write() -> None:
            with theirs.turn(time.monotonic() + 10):
                pass

        waiting = threading.Thread(target=write)
        with mine.turn(time.monotonic() + 1):
            assert not mine.is_awaited()
            waiting.start()
            until = time.monotonic() + 5
            while not mine.is_awaited():
                assert time.monotonic() < until, "the other one does not wait"
        waiting.join()
        assert not mine.is_awaited()
        mine.close()
        theirs.close()

    def test_end_when_nobody_waits_for_them_any_more(self, tmp_path: Path) -> None:
        path = tmp_path / "writer"
        mine, theirs = WriterQueue(path), WriterQueue(path)
        with mine.turn(time.monotonic() + 1), pytest.raises(NoTurn):
            theirs.turn(time.monotonic() + 0.05).__enter__()
        with theirs.turn(time.monotonic() + 5):
            pass
        with mine.turn(time.monotonic() + 5):
            pass
        mine.close()
        theirs.close()
