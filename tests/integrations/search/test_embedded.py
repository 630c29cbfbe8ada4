"""What only the embedded engine promises: processes, files, crashes, and its reading of words."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.rules.documents import Document
from integrations.errors import Permanent, Transient
from integrations.search.embedded import generations, highlight, writing
from integrations.search.embedded.engine import EmbeddedEngine
from integrations.search.embedded.reader import Reader
from integrations.search.text.analysis import code, fold, query_words, spans
from integrations.search.text.languages import language
from integrations.search_api import SearchQuery
from tests.examples import examples

ROOT = Path(__file__).parents[3]
PRELUDE = """
import sys
from pathlib import Path
from commerce.rules.documents import Document
from integrations.search_api import SearchQuery
from integrations.search.embedded.engine import EmbeddedEngine
engine = EmbeddedEngine(Path(sys.argv[1]))
"""
ENDLESS_WRITER = """
for n in range(1_000_000):
    engine.save("shop", [Document(id=str(n), title=f"Product {n}", price=n)])
    print(n, flush=True)
"""
PATIENT_READER = """
for line in sys.stdin:
    found = engine.search("shop", SearchQuery(text=line.strip()))
    print(",".join(hit.id for hit in found.hits), flush=True)
"""

# An index that is opened is looked at once by a thread of tantivy's, under a lock that a child would hold for ever.
FORKING_WRITER = """
import os, signal, time
signal.alarm(60)
engine.save("shop", [Document(id="1", title="Shoe")])
assert len(engine.search("shop", SearchQuery(text="shoe")).hits) == 1

def is_open(number, locks):
    try:
        return os.fstat(int(number)).st_ino in locks
    except OSError:
        return False

locks = {file.stat().st_ino for file in Path(sys.argv[1]).rglob(".tantivy-*.lock")}
while any(is_open(number, locks) for number in os.listdir("/dev/fd")):
    time.sleep(0.01)
child = os.fork()
if child == 0:
    signal.alarm(30)
    engine.save("shop", [Document(id="2", title="Shoe")])
else:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(len(engine.search("shop", SearchQuery(text="shoe")).hits), flush=True)
"""


def python(code, folder):
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ids(engine, text="", **query):
    return [hit.id for hit in engine.search("shop", SearchQuery(text=text, **query)).hits]


class TestProcesses:
    def test_a_killed_writer_loses_nothing_and_leaves_no_lock(self, local, tmp_path):
        for _ in range(3):
            writer = python(ENDLESS_WRITER, tmp_path)
            lines = [writer.stdout.readline() for _ in range(8)]
            os.kill(writer.pid, signal.SIGKILL)
            rest, _ = writer.communicate()
            saved = int((lines + rest.split())[-1])
            assert local.count("shop") >= saved + 1
            started = time.monotonic()
            local.save("shop", [Document(id=str(saved), title="Afterwards")])
            assert time.monotonic() - started < 1
            assert ids(local, "afterwards") == [str(saved)]

    def test_a_reader_elsewhere_sees_what_was_saved_and_swapped(self, local, tmp_path):
        reader = python(PATIENT_READER, tmp_path)

        def asks(text):
            reader.stdin.write(text + "\n")
            reader.stdin.flush()
            return reader.stdout.readline().strip()

        assert asks("shoe") == ""
        local.save("shop", [Document(id="1", title="Shoe")])
        assert asks("shoe") == "1"
        local.remove("shop", ["1"])
        assert asks("shoe") == ""
        rebuild = local.rebuild("shop", "t")
        rebuild.save([Document(id="2", title="Other shoe")])
        rebuild.finish()
        assert asks("shoe") == "2"
        local.drop("shop")
        assert asks("shoe") == ""
        reader.communicate()

    def test_a_forked_child_searches_and_writes(self, local, tmp_path):
        # In a process of its own: threads of this one could hold at that moment what the child then waits for.
        forking = python(FORKING_WRITER, tmp_path)
        told, _ = forking.communicate()
        assert told.split() == ["2", "2"], "titles that the child found, and those that its parent found afterwards"
        assert len(ids(local, "shoe")) == 2

    def test_a_second_writer_is_told_to_come_back(self, local, monkeypatch):
        local.save("shop", [Document(id="1", title="Shoe")])
        monkeypatch.setattr(writing, "LOCK_SECONDS", 0.05)
        folder = generations.current(local._shelf.home("shop"))
        writer = generations.load(folder)[0].writer(15_000_000, 1)
        with pytest.raises(Transient, match="another process"):
            local.save("shop", [Document(id="2", title="Shoe")])
        writer.wait_merging_threads()
        local.save("shop", [Document(id="2", title="Shoe")])
        assert local.count("shop") == 2


class TestThreads:
    def test_search_while_another_writes_and_rebuilds(self, local):
        local.save("shop", [Document(id="0", title="Shoe")])
        stop = threading.Event()

        def search():
            while not stop.is_set():
                assert ids(local, "shoe")

        with ThreadPoolExecutor(4) as pool:
            searches = [pool.submit(search) for _ in range(4)]
            for n in range(10):
                local.save("shop", [Document(id=str(n), title="Shoe")])
            rebuild = local.rebuild("shop", "t")
            rebuild.save([Document(id="n", title="Shoe")])
            rebuild.finish()
            stop.set()
            for each in searches:
                each.result()
        assert ids(local, "shoe") == ["n"]


class TestFiles:
    def test_segments_stay_few(self, local):
        for n in range(60):
            local.save("shop", [Document(id=str(n), title="Shoe")])
        assert local._shelf.get("shop").index.searcher().num_segments < 20

    @pytest.mark.parametrize("damage", ["version", "meta", "format"])
    def test_of_another_version_or_damaged_are_empty_until_saved_anew(self, local, tmp_path, damage, caplog):
        local.save("shop", [Document(id="1", title="Shoe")])
        folder = generations.current(tmp_path / "shop")
        if damage == "version":
            (folder / "format.json").write_text(json.dumps({"version": -1, "language": "english"}))
        else:
            (folder / f"{damage}.json").write_text("{")
        late = EmbeddedEngine(tmp_path)
        assert (late.count("shop"), ids(late, "shoe")) == (0, [])
        assert "treated as empty" in caplog.text
        late.save("shop", [Document(id="2", title="Shoe")])
        assert (late.count("shop"), ids(late, "shoe")) == (1, ["2"])

    def test_that_cannot_be_opened_just_now_are_not_taken_for_damaged(self, local, tmp_path, monkeypatch):
        local.save("shop", [Document(id="1", title="Shoe")])
        late = EmbeddedEngine(tmp_path)
        with monkeypatch.context() as patched:
            refuse = Mock(side_effect=ValueError("IoError: Too many open files (os error 24)"))
            patched.setattr(generations, "_prepared", refuse)
            for attempt in (lambda: late.count("shop"), lambda: late.save("shop", [Document(id="2", title="Shoe")])):
                with pytest.raises(Transient, match="Too many open files"):
                    attempt()
        assert late.count("shop") == 1

    def test_of_an_old_generation_are_deleted_after_a_grace(self, local, tmp_path, monkeypatch):
        local.save("shop", [Document(id="1", title="Shoe")])
        old = generations.current(tmp_path / "shop")
        rebuild = local.rebuild("shop", "t")
        rebuild.save([Document(id="2", title="Shoe")])
        rebuild.finish()
        assert old.exists()
        monkeypatch.setattr(generations, "GRACE_SECONDS", -1)
        local.save("shop", [Document(id="3", title="Shoe")])
        assert not old.exists()
        assert local.count("shop") == 2

    def test_of_a_rebuild_by_another_version_are_not_gone_on_with(self, local, tmp_path):
        local.rebuild("shop", "t").save([Document(id="1", title="Shoe")])
        (generations.rebuild_folder(tmp_path / "shop", "t") / "format.json").write_text('{"version": -1}')
        with pytest.raises(Permanent, match="begin another"):
            local.rebuild("shop", "t")

    def test_of_a_rebuild_that_was_dropped_do_not_take_its_place(self, local):
        rebuild = local.rebuild("shop", "t")
        local.drop("shop")
        with pytest.raises(Permanent, match="begin another"):
            rebuild.finish()

    def test_of_a_half_made_rebuild_are_made_again(self, local, tmp_path):
        generations.rebuild_folder(tmp_path / "shop", "t").mkdir(parents=True)
        local.rebuild("shop", "t").save([Document(id="1", title="Shoe")])
        assert local.rebuild("shop", "t").finish() == 1

    def test_that_lack_a_segment_are_empty_until_saved_anew(self, local, tmp_path):
        local.save("shop", [Document(id="1", title="Shoe")])
        for file in generations.current(tmp_path / "shop").glob("*.store"):
            file.unlink()
        late = EmbeddedEngine(tmp_path)
        assert (late.count("shop"), ids(late, "shoe")) == (0, [])
        late.save("shop", [Document(id="2", title="Shoe")])
        assert ids(late, "shoe") == ["2"]

    @pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden"])
    def test_stay_in_the_folder(self, local, name):
        with pytest.raises(Permanent, match="not a name"):
            local.search(name, SearchQuery())

    def test_of_many_indexes_are_not_all_held_open(self, tmp_path):
        engine = EmbeddedEngine(tmp_path)
        engine._shelf._at_most = 3
        for n in range(6):
            engine.save(f"shop-{n}", [Document(id="1", title="Shoe")])
        assert [engine.count(f"shop-{n}") for n in range(6)] == [1] * 6
        assert len(engine._shelf._opened) == 3


class TestWords:
    @pytest.mark.parametrize(
        ("title", "text"),
        [
            ("Größe", "grösse"),
            ("Größe", "GROSSE"),
            ("Men's jacket", "mens jacket"),
            ("Head set", "headset"),
            ("Headset", "head set"),
            ("Wi-Fi router", "wifi"),
            ("WH1000XM4", "wh-1000xm4"),
            ("WH-1000XM4", "wh1000xm4"),
            ("ノートパソコン", "パソコン"),
            ("革靴", "靴"),
            ("ﾉｰﾄ", "ノート"),
            ("Кроссовки", "кроссовки"),
            ("รองเท้าวิ่ง", "รองเท้า"),
            ("नमस्ते", "नमस्ते"),
            ("Smørrebrød", "smorrebrod"),
        ],
    )
    def test_are_found_however_they_are_written(self, local, title, text):
        local.save("shop", [Document(id="1", title=title), Document(id="2", title=f"{title} 2")])
        local.save("shop", [Document(id="3", title="Something else")])
        assert set(ids(local, text)) == {"1", "2"}

    def test_that_no_product_has_do_not_empty_the_result(self, local):
        local.save("shop", [Document(id="1", title="Garmin watch")])
        assert ids(local, "garmin qqqzzz watch") == ["1"]

    def test_make_a_few_full_matches_up_but_not_with_mere_mentions(self, local):
        local.save("shop", [Document(id="f", title="Desk lamp"), Document(id="t", title="Lamp")])
        local.save("shop", [Document(id=str(n), title="Chair", description="goes with any lamp") for n in range(20)])
        assert ids(local, "desk lamp") == ["f", "t"]

    def test_of_a_title_are_marked_also_inflected_and_corrected(self, local):
        local.save("shop", [Document(id="1", title="Running shoes & ノートパソコン")])
        for text in ("runing shoe", "run sho"):
            found = local.search("shop", SearchQuery(text=text)).hits[0].title_html
            assert found == "<mark>Running</mark> <mark>shoes</mark> &amp; ノートパソコン"
        found = local.search("shop", SearchQuery(text="パソコン")).hits[0].title_html
        assert found == "Running shoes &amp; ノート<mark>パソコン</mark>"

    def test_learned_later_correct_later_queries(self, local):
        local.save("shop", [Document(id="1", title="Shoe")])
        assert ids(local, "trouzers") == []
        local.save("shop", [Document(id="2", title="Trousers")])
        local._shelf.get("shop").vocabulary._words = type(local._shelf.get("shop").vocabulary._words)()
        assert ids(local, "trouzers") == ["2"]


ANY_TEXT = st.one_of(st.text(max_size=60), st.text(alphabet="\"'\\()[]{}:+-*?~^&|!<>/ ab1", max_size=40))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    engine = EmbeddedEngine(tmp_path_factory.mktemp("small"))
    titles = ["Red shoe", "Blue <b>shoe</b>", "Größe 42", "ノートパソコン", "a b c 1 2 3"]
    engine.save("shop", [Document(id=str(n), title=title, facets={"a": ("x",)}) for n, title in enumerate(titles)])
    return engine


class TestAnyText:
    @settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        text=ANY_TEXT,
        name=st.text(max_size=8),
        value=st.text(max_size=8),
        sort=st.sampled_from(["relevance", "price:asc", "x"]),
    )
    def test_as_a_query_is_answered(self, small, text, name, value, sort):
        found = small.search("shop", SearchQuery(text=text, sort=sort, facets=(name, "a"), filters={name: (value,)}))
        assert found.total == len(found.hits)
        assert small.search("shop", SearchQuery(text=text)).total <= 5

    @settings(max_examples=100, deadline=None)
    @given(title=ANY_TEXT, text=ANY_TEXT)
    def test_as_a_title_is_escaped_and_complete(self, small, title, text):
        opened = small._shelf.get("shop")
        reader = Reader(opened.state, opened.form.language, opened.vocabulary)
        marked = highlight.Marker(reader.read(text + " " + title[:5]), opened.form.language).marked(title)
        plain = marked.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in plain
        assert marked.count("<mark>") == marked.count("</mark>")
        assert len(plain) >= len(title)

    @settings(max_examples=examples(200), deadline=None)
    @given(text=st.text(max_size=40))
    def test_as_words_is_folded_once_and_for_all(self, text):
        assert all(fold(word) == word for word in query_words(text))
        assert language("english").stem("shoes") == "shoe"

    @settings(max_examples=examples(200), deadline=None)
    @given(text=st.text(max_size=40) | st.text(st.characters(codec="ascii"), max_size=40))
    def test_as_a_code_is_its_letters_and_digits(self, text):
        assert code(text) == "".join(word for _, _, word, _ in spans(text)).replace(" ", "")
        assert code("DV7 1211_ea") == code("dv7-1211ea") == "dv71211ea"
