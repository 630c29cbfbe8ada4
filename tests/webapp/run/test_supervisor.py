"""The supervisor: parts that come up, that do not, and Ctrl-C while they start."""

import os
import sys
import threading
from pathlib import Path

import pytest

from webapp.run.parts import Part
from webapp.run.supervisor import Stopped, Supervisor, UnableToStart

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path, dict(os.environ))


class TestWaitUntilReady:
    def test_returns_when_the_part_works(self, supervisor: Supervisor) -> None:
        supervisor.start(Part(name="web", command=SLEEPS, ready=lambda: True))
        supervisor.wait_until_ready("web", 5)
        supervisor.stop()

    def test_says_the_last_words_of_a_part_that_ended(self, supervisor: Supervisor) -> None:
        supervisor.start(Part(name="web", command=[sys.executable, "-c", "print('no room')"], ready=lambda: False))
        with pytest.raises(UnableToStart, match="no room"):
            supervisor.wait_until_ready("web", 20)
        supervisor.stop()

    def test_ends_quietly_when_asked_to_stop(self, supervisor: Supervisor) -> None:
        supervisor.start(Part(name="web", command=SLEEPS, ready=lambda: False))
        threading.Timer(0.2, supervisor.ask_to_stop).start()
        with pytest.raises(Stopped):
            supervisor.wait_until_ready("web", 20)
        supervisor.stop()
