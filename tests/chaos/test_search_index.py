"""A writer of the embedded index is killed in the middle of its commits, again and again: what it saved is there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commerce.rules.documents import Document
from integrations.search.embedded.engine import EmbeddedEngine
from integrations.search_api import SearchQuery

pytestmark = [pytest.mark.chaos]

ROOT = Path(__file__).parents[2]
KILLED = 25
# Saves without end, from the number on that it is given, and says which number is saved once it is.
WRITER = """
import sys
from pathlib import Path
from commerce.rules.documents import Document
from integrations.search.embedded.engine import EmbeddedEngine

engine = EmbeddedEngine(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10**9, 5):
    some = [Document(id=str(n), title=f"Product w{n}", digest=str(n)) for n in range(number, number + 5)]
    engine.save("shop", some)
    print(number + 5, flush=True)
"""


def saved_before_its_death(folder, first, moment):
    """Kill the writer that long after its first commit; gives up to which number it said that all is saved."""
    command = [sys.executable, "-c", WRITER, str(folder), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        lines = [writer.stdout.readline()]
        time.sleep(moment)
        os.kill(writer.pid, signal.SIGKILL)
        lines += writer.stdout.read().splitlines()
    return int([line for line in lines if line.strip()][-1])


class TestKilledWriter:
    def test_leaves_an_index_that_opens_and_lacks_nothing(self, tmp_path):
        chance, reader, saved = random.Random(5), EmbeddedEngine(tmp_path), 0
        for _ in range(KILLED):
            saved = saved_before_its_death(tmp_path, saved, chance.uniform(0.0, 0.15))
            told = dict(reader.digests("shop"))
            missing = [n for n in range(saved) if told.get(str(n)) != str(n)]
            assert not missing, f"of {saved} saved: {missing[:9]}"
            assert reader.search("shop", SearchQuery(text=f"w{saved - 1}", is_prefix=False)).total == 1
        assert EmbeddedEngine(tmp_path).count("shop") >= saved
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert len(files) < 600, "files of commits that never were are not taken away"
        reader.save("shop", [Document(id="0", title="Afterwards")])
        assert reader.search("shop", SearchQuery(text="afterwards")).total == 1
