"""How the Meilisearch engine speaks to a server and takes its answers, against a stand-in for it."""

import json
import re
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.errors import Permanent, RateLimited, Transient
from integrations.search.meilisearch import sending
from integrations.search.meilisearch.calls import Server
from integrations.search.meilisearch.engine import MeilisearchEngine
from integrations.search.meilisearch.index_settings import differing, languages_of, wanted
from integrations.search.meilisearch.shape import key_of, names_token, row, text_of, values_tokens
from integrations.search_api import SearchQuery
from tests.peers.meilisearch.peer import Peer
from tests.peers.meilisearch.refusals import Refusal

SHOE = Document(id="gid://shopify/Product/1", title="Red shoe", price=100)
KEY = "gid_3a_2f_2fshopify_2fProduct_2f1"
DOCUMENTS = "POST /indexes/shop/documents"
SEARCHES = "POST /multi-search"


@pytest.fixture
def peer():
    with Peer() as peer:
        yield peer


@pytest.fixture
def engine(peer):
    return MeilisearchEngine(Server(peer.url, "", search_seconds=60, task_seconds=60))


@pytest.fixture
def filled(engine, peer):
    engine.save("shop", [SHOE, Document(id="2", title="Blue shoe"), Document(id="3", title="Blue hat")])
    peer.asked.clear()
    return engine


class TestSave:
    def test_sends_documents_with_ids_the_server_allows(self, filled, peer):
        filled.save("shop", [SHOE])
        assert peer.calls == ["GET /indexes/shop/settings", DOCUMENTS]
        assert [(sent["id"], sent["title"]) for sent in peer.bodies(DOCUMENTS)[0]] == [(KEY, "Red shoe")]

    def test_makes_a_missing_index_with_its_settings_before_the_documents(self, engine, peer):
        engine.save("shop", [SHOE], SearchSettings(searched=("title",)))
        assert peer.calls[1:] == ["POST /indexes", "PATCH /indexes/shop/settings", DOCUMENTS]
        assert peer.bodies("POST /indexes") == [{"primaryKey": "id", "uid": "shop"}]
        assert peer.bodies("PATCH /indexes/shop/settings")[0]["searchableAttributes"] == [
            "stems.title",
            "words",
            "title",
        ]

    def test_never_sends_settings_between_documents(self, filled, peer):
        filled.save("shop", [SHOE], SearchSettings(typos=False))
        assert "PATCH /indexes/shop/settings" not in peer.calls

    def test_cuts_words_as_the_index_does_whatever_it_is_told(self, engine, peer):
        engine.save("shop", [SHOE], SearchSettings(languages=("german",)))
        engine.save("shop", [Document(id="2", title="Lampen")], USUAL)
        assert peer.bodies(DOCUMENTS)[1][0]["stems"] == {"title": "lamp"}

    def test_is_one_task_for_thousands_of_documents(self, filled, peer):
        filled.save("shop", [Document(id=str(n), title="Shoe") for n in range(2500)])
        assert [len(body) for body in peer.bodies(DOCUMENTS)] == [2500]

    def test_sends_no_more_bytes_in_a_call_than_it_may(self, filled, peer, monkeypatch):
        monkeypatch.setattr(sending, "MOST_BYTES", 3000)
        monkeypatch.setattr(sending, "MOST_DOCUMENTS", 4)
        filled.save("shop", [Document(id=str(n), title="Shoe " * (100 if n == 9 else 1)) for n in range(12)])
        assert sum(len(body) for body in peer.bodies(DOCUMENTS)) == 12
        assert all(len(body) <= 4 for body in peer.bodies(DOCUMENTS))
        assert filled.count("shop") == 13

    def test_halves_what_the_server_finds_too_large(self, filled, peer):
        peer.most_bytes = 2000
        filled.save("shop", [Document(id=str(n), title="Shoe") for n in range(20)])
        assert filled.count("shop") == 21

    def test_names_the_product_that_is_too_large_alone(self, filled, peer):
        peer.most_bytes = 2000
        with pytest.raises(Permanent, match="product big is too large"):
            filled.save("shop", [SHOE, Document(id="big", title="Shoe", description="long " * 900)])

    def test_cuts_descriptions_that_are_none(self):
        assert len(json.dumps(row(Document(id="1", title="x", description="a " * 1_000_000), ("english",)))) < 1_000_000

    @pytest.mark.parametrize(
        ("code", "expected"), [("invalid_document_id", Permanent), ("no_space_left_on_device", Transient)]
    )
    def test_says_why_the_server_did_not_do_it(self, filled, peer, code, expected):
        peer.work.next_failures.append(Refusal(code, "so it is"))
        with pytest.raises(expected, match="task 3 failed: so it is"):
            filled.save("shop", [SHOE])

    def test_does_not_wait_for_ever(self, filled, peer):
        peer.work.is_stuck = True
        with pytest.raises(Transient, match="still enqueued"):
            MeilisearchEngine(Server(peer.url, "", task_seconds=0.1)).save("shop", [SHOE])

    def test_sends_again_after_the_index_was_deleted_meanwhile(self, filled, peer):
        filled.drop("shop")
        filled.save("shop", [SHOE])
        assert filled.count("shop") == 1
        assert filled.configure("shop", USUAL) is False


class TestRemove:
    def test_sends_the_same_ids(self, filled, peer):
        filled.remove("shop", [SHOE.id, "2"])
        assert peer.bodies("POST /indexes/shop/documents/delete-batch") == [[KEY, "2"]]

    def test_of_nothing_asks_nothing(self, filled, peer):
        filled.remove("shop", [])
        assert peer.calls == []


class TestSearch:
    def test_asks_for_counts_then_for_hits_then_for_fewer_words_where_hardly_anything_has_all(self, filled, peer):
        assert filled.search("shop", SearchQuery(text="blue hat")).total == 1
        counting, every, fewer, *_ = peer.bodies(SEARCHES)
        assert set(peer.calls) == {SEARCHES}
        assert all(query["limit"] == 0 for query in counting["queries"])
        strategies = [body["queries"][0]["matchingStrategy"] for body in (every, fewer)]
        assert strategies == ["all", "frequency"]

    def test_gives_ids_as_the_platform_knows_them(self, filled):
        assert [hit.id for hit in filled.search("shop", SearchQuery(text="red")).hits] == [SHOE.id]

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ((500, {"message": "oops", "code": "internal", "type": "internal", "link": ""}), Transient),
            ((502, "<html>"), Transient),
            ((408, {"message": "slow", "code": "x", "type": "x", "link": ""}), Transient),
            ((422, {"message": "full", "code": "no_space_left_on_device", "type": "system", "link": ""}), Transient),
            ((403, {"message": "bad key", "code": "invalid_api_key", "type": "auth", "link": ""}), Permanent),
            ((400, {"message": "bad", "code": "invalid_search_filter", "type": "x", "link": ""}), Permanent),
            ((200, {"results": [{}]}), Transient),
            ((200, {}), Transient),
            ((200, "<html>hello"), Transient),
        ],
    )
    def test_tells_what_a_later_try_may_change(self, filled, peer, answer, expected):
        status, body = answer
        written = body if isinstance(body, str) else json.dumps(body)
        peer.next_answers.append((status, {"Content-Type": "application/json"}, written.encode()))
        with pytest.raises(expected, match="searching in shop"):
            filled.search("shop", SearchQuery(text="x"))

    @pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 10.0)])
    def test_waits_as_long_as_the_server_asks(self, filled, peer, headers, seconds):
        peer.refuses("too_many_search_requests", headers=headers)
        with pytest.raises(RateLimited) as raised:
            filled.search("shop", SearchQuery(text="x"))
        assert raised.value.retry_after == seconds

    def test_gives_up_on_a_server_that_does_not_answer(self, filled, peer):
        is_over = threading.Event()
        peer.routes.answer = lambda _: is_over.wait(60) and (200, {})
        try:
            with pytest.raises(Transient, match="does not answer"):
                MeilisearchEngine(Server(peer.url, "", search_seconds=0.2)).search("shop", SearchQuery(text="x"))
        finally:
            is_over.set()

    def test_gives_up_on_a_server_that_is_not_there(self):
        with pytest.raises(Transient, match="does not answer"):
            MeilisearchEngine(Server("http://127.0.0.1:1", "")).search("shop", SearchQuery(text="x"))

    def test_goes_on_while_an_attribute_is_not_searched_yet(self, engine):
        engine.save(
            "shop", [SHOE, Document(id="2", title="Hat", brand="Shoe & Co")], SearchSettings(searched=("title",))
        )
        assert [hit.id for hit in engine.search("shop", SearchQuery(text="shoe")).hits] == [SHOE.id]

    @pytest.mark.parametrize("text", ["wills", "being", "running"])
    def test_does_not_lose_a_word_whose_stem_says_nothing(self, filled, text):
        settings = SearchSettings(stop_words=frozenset({"be"}))
        filled.configure("shop", settings)
        assert filled.search("shop", SearchQuery(text=text, settings=settings)).total == 0


class TestConfigure:
    def test_sends_what_differs_and_nothing_else(self, filled, peer):
        assert filled.configure("shop", USUAL) is False
        assert peer.calls == ["GET /indexes/shop/settings"]
        assert filled.configure("shop", SearchSettings(stop_words=frozenset({"cheap"}))) is False
        assert [body.keys() for body in peer.bodies("PATCH /indexes/shop/settings")] == [{"stopWords"}]

    def test_of_other_languages_asks_for_a_rebuild(self, filled, peer):
        assert filled.configure("shop", SearchSettings(languages=("german",))) is True
        assert peer.calls == ["GET /indexes/shop/settings"]

    def test_of_an_index_from_before_there_were_stems_asks_for_a_rebuild(self, engine, peer):
        engine._server.client.create_index("shop", {"primaryKey": "id"})
        _until(lambda: "shop" in peer.routes.indexes)
        assert engine.configure("shop", USUAL) is True


class TestRebuild:
    def test_swaps_and_deletes_the_old_one(self, filled, peer):
        rebuild = filled.rebuild("shop", "t/1")
        rebuild.save([SHOE])
        assert rebuild.finish() == 1
        assert peer.bodies("POST /swap-indexes") == [[{"indexes": ["shop", "shop__t_2f1"]}]]
        assert peer.calls[-2:] == ["DELETE /indexes/shop__t_2f1", "GET /indexes/shop/stats"]

    def test_does_not_swap_back_after_a_crash(self, filled, peer, monkeypatch):
        rebuild = filled.rebuild("shop", "t")
        rebuild.save([SHOE])
        with monkeypatch.context() as crash:
            crash.setattr(rebuild, "_delete", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rebuild.finish()
        peer.asked.clear()
        assert filled.rebuild("shop", "t").finish() == 1
        assert peer.calls == ["GET /tasks", "DELETE /indexes/shop__t", "GET /indexes/shop/stats"]

    def test_takes_the_new_settings_with_it(self, filled):
        settings = SearchSettings(languages=("german",))
        rebuild = filled.rebuild("shop", "t", settings)
        rebuild.save([SHOE])
        rebuild.finish()
        assert filled.configure("shop", settings) is False


class TestDrop:
    def test_deletes_the_index_and_its_rebuilds_only(self, filled, peer):
        for uid in ("shop__a", "shop-2", "shop-2__a"):
            filled.save(uid, [SHOE])
        filled.drop("shop")
        assert sorted(peer.routes.indexes) == ["shop-2", "shop-2__a"]


class TestServer:
    def test_is_asked_for_plain_answers_with_the_key(self):
        with Peer(master_key="masterKey-of-16-bytes") as peer:
            engine = MeilisearchEngine(Server(peer.url, "masterKey-of-16-bytes"))
            engine.save("shop", [SHOE])
            assert engine.count("shop") == 1

    @pytest.mark.parametrize(("key", "advice"), [("wrong", "SEARCH_KEY is wrong"), ("", "Set SEARCH_KEY")])
    def test_that_refuses_the_key_is_told_of_with_what_to_do(self, key, advice):
        with Peer(master_key="masterKey-of-16-bytes") as peer:
            engine = MeilisearchEngine(Server(peer.url, key))
            for call in (
                lambda: engine.save("shop", [SHOE]),
                lambda: engine.count("shop"),
                lambda: engine.search("shop", SearchQuery()),
            ):
                with pytest.raises(Permanent, match=advice):
                    call()

    def test_of_an_older_version_is_told_of(self, engine, peer):
        engine._server.client.create_index("shop", {"primaryKey": "id"})
        _until(lambda: "shop" in peer.routes.indexes)
        engine.drop("shop")
        peer.next_answers.append((404, {}, json.dumps(Refusal("index_not_found", "no").body()).encode()))
        peer.next_answers.append((202, {}, _summary()))
        peer.refuses("invalid_settings_ranking_rules", "`attributeRank` ranking rule is invalid")
        with pytest.raises(Permanent, match=r"made for Meilisearch 1\.50"):
            engine.save("shop", [SHOE])

    def test_gives_each_thread_a_client_of_its_own(self):
        server = Server("http://127.0.0.1:1", "")
        others = []
        thread = threading.Thread(target=lambda: others.append(server.client))
        thread.start()
        thread.join()
        assert server.client is server.client
        assert server.client is not others[0]
        assert server.client is not server.searching


def _until(is_so):
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert is_so()


def _summary():
    at = "2026-01-02T03:04:05.678901234Z"
    task = {"taskUid": 7, "indexUid": "shop", "status": "enqueued", "type": "indexCreation", "enqueuedAt": at}
    return json.dumps(task).encode()


class TestKeyOf:
    @given(st.text())
    def test_is_allowed_and_can_be_undone(self, text):
        key = key_of(text)
        assert re.fullmatch(r"[A-Za-z0-9_-]*", key)
        assert text_of(key) == text.encode("utf-8", "replace").decode()


class TestTokens:
    def test_of_variants_are_the_same_for_documents_and_filters(self):
        variants = ((("size", "M=L"), ("color", "Red & blue"), ("cut", "x" * 400)),)
        told = row(Document(id="1", title="x", variants=variants), ("english",))
        assert names_token(("color", "size")) in told["variant_names"]
        assert set(values_tokens({"size": ["M=L", "S"], "color": ["Red & blue"]})) & set(told["variant_values"])
        assert all(len(token.encode()) <= 300 for token in told["variant_values"])


class TestDiffering:
    def test_ignores_order_where_there_is_none_and_what_is_not_ours(self):
        usual = wanted(USUAL)
        found = usual | {"sortableAttributes": usual["sortableAttributes"][::-1], "proximityPrecision": "byWord"}
        found["typoTolerance"] = found["typoTolerance"] | {"disableOnWords": []}
        assert differing(USUAL, found) == {}
        assert differing(USUAL, found | {"rankingRules": usual["rankingRules"][::-1]}).keys() == {"rankingRules"}
        assert differing(USUAL, {}) == usual

    @pytest.mark.parametrize("languages", [("english",), ("german", "french"), ("norwegian", "tamil", "english")])
    def test_knows_the_languages_of_an_index(self, languages):
        assert languages_of(wanted(SearchSettings(languages=languages))) == languages

    def test_has_synonyms_as_written_and_as_stems(self):
        told = wanted(SearchSettings(synonyms={"running shoes": ("trainers",)}))["synonyms"]
        assert told == {"running shoes": ["trainers"], "run shoe": ["trainer"]}
