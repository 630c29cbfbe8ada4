"""A commit of one process is seen by the next search of every other one."""

import subprocess
import sys
from pathlib import Path

import pytest

from commerce.rules.documents import Document
from integrations.search.embedded.engine import EmbeddedEngine

ROOT = Path(__file__).parents[3]
# Looks once for every word that it is given, and says how often it found it.
READER = """
import sys
from pathlib import Path
from integrations.search.embedded.engine import EmbeddedEngine
from integrations.search_api import SearchQuery

engine = EmbeddedEngine(Path(sys.argv[1]))
print("ready", flush=True)
for line in sys.stdin:
    query = SearchQuery(text=line.strip(), is_prefix=False)
    print(engine.search("shop", query).total, flush=True)
"""


@pytest.fixture
def readers(tmp_path):
    command = [sys.executable, "-c", READER, str(tmp_path)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for reader in started:
        assert reader.stdout.readline() == "ready\n"
    yield started
    for reader in started:
        reader.communicate()


class TestCommit:
    def test_is_seen_by_two_other_processes_at_once(self, readers, tmp_path):
        engine = EmbeddedEngine(tmp_path)
        for number in range(12):
            engine.save("shop", [Document(id=str(number % 3), title=f"Shoe w{number}")])
            for reader in readers:
                reader.stdin.write(f"w{number}\n")
                reader.stdin.flush()
            assert [reader.stdout.readline() for reader in readers] == ["1\n", "1\n"]
