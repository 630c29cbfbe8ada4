"""How the Meilisearch engine speaks to a server and takes its answers, against a peer in its place."""

import copy
import json
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request, Response

from commerce.rules.documents import Document
from integrations.errors import Permanent, RateLimited, Transient
from integrations.search.meilisearch.calls import Server
from integrations.search.meilisearch.engine import MeilisearchEngine
from integrations.search.meilisearch.shape import SETTINGS, differing, key_of, text_of
from integrations.search_api import SearchQuery

AT = "2026-01-02T03:04:05.678901234Z"
LINK = "https://docs.meilisearch.com/errors#"
SHOE = Document(id="gid://shopify/Product/1", title="Red shoe", price=100)
NOT_FOUND = {"message": "Index `shop` not found.", "code": "index_not_found", "type": "invalid_request", "link": LINK}


class Peer:
    """A server of one index: accepts what is sent, and its tasks end as the test says."""

    def __init__(self, httpserver):
        self.calls = []
        self.settings = copy.deepcopy(SETTINGS)
        self.ending = {"status": "succeeded", "error": None}
        self.swaps = []
        self.answers = {}
        httpserver.expect_request(re.compile(".*")).respond_with_handler(self.handle)
        self.url = httpserver.url_for("").rstrip("/")

    def handle(self, request: Request) -> Response:
        call = f"{request.method} {request.path}"
        body = request.get_json(silent=True)
        if not request.path.startswith("/tasks/"):
            self.calls.append((call, body))
        if call in self.answers:
            return self.answers[call](request)
        return self.reply(self.answer(request, body), 202 if request.method != "GET" else 200)

    @staticmethod
    def reply(body, status=200, headers=None):
        return Response(json.dumps(body), status, headers, mimetype="application/json")

    def answer(self, request, body):
        if request.path.endswith("/settings") and request.method == "GET":
            return self.settings
        if request.path == "/tasks":
            results = [self.task(9, "indexSwap", {"swaps": self.swaps})] if self.swaps else []
            return {"results": results, "total": len(results), "limit": 200, "from": None, "next": None}
        if request.path.startswith("/tasks/"):
            return self.task(int(request.path.rpartition("/")[2]), "documentAdditionOrUpdate", {})
        if request.path.endswith("/stats"):
            return {"numberOfDocuments": 3, "isIndexing": False, "fieldDistribution": {}}
        if request.path == "/indexes" and request.method == "GET":
            uids = ["shop", "shop__a", "shop-2", "shop-2__a"]
            return {"results": [{"uid": uid} for uid in uids], "offset": 0, "limit": 1000, "total": len(uids)}
        if request.path == "/swap-indexes":
            self.swaps += body
        kind = {"taskUid": 7, "indexUid": "shop", "status": "enqueued", "enqueuedAt": AT}
        return kind | {"type": "documentAdditionOrUpdate"}

    def task(self, uid, kind, details):
        times = {"duration": "PT0.01S", "enqueuedAt": AT, "startedAt": AT, "finishedAt": AT}
        return (
            {"uid": uid, "indexUid": "shop", "type": kind, "canceledBy": None, "details": details} | times | self.ending
        )

    def refuses(self, call, status, body, headers=None):
        self.answers[call] = lambda _: self.reply(body, status, headers)

    @property
    def sent(self):
        return [call for call, _ in self.calls]


@pytest.fixture
def peer(httpserver):
    return Peer(httpserver)


@pytest.fixture
def engine(peer):
    return MeilisearchEngine(Server(peer.url, "masterKey", search_seconds=1, task_seconds=0.2))


def answer(**more):
    main = {
        "hits": [],
        "totalHits": 0,
        "page": 1,
        "hitsPerPage": 20,
        "totalPages": 0,
        "query": "",
        "processingTimeMs": 1,
    }
    return main | {"indexUid": "shop"} | more


class TestSave:
    def test_sends_documents_with_ids_the_server_allows(self, engine, peer):
        engine.save("shop", [SHOE])
        assert peer.sent == ["GET /indexes/shop/settings", "POST /indexes/shop/documents"]
        sent = peer.calls[1][1]
        assert [row["id"] for row in sent] == ["gid_3a_2f_2fshopify_2fProduct_2f1"]
        assert sent[0]["title"] == "Red shoe"

    def test_sends_settings_only_when_they_differ(self, engine, peer):
        peer.settings["pagination"] = {"maxTotalHits": 1000}
        peer.settings["filterableAttributes"].reverse()
        engine.save("shop", [SHOE])
        assert peer.calls[1] == ("PATCH /indexes/shop/settings", {"pagination": SETTINGS["pagination"]})

    def test_makes_a_missing_index_before_the_documents(self, engine, peer):
        peer.refuses("GET /indexes/shop/settings", 404, NOT_FOUND)
        engine.save("shop", [SHOE])
        assert peer.sent[1:] == ["POST /indexes", "PATCH /indexes/shop/settings", "POST /indexes/shop/documents"]
        assert peer.calls[1][1] == {"primaryKey": "id", "uid": "shop"}

    def test_sends_many_documents_in_parts(self, engine, peer):
        engine.save("shop", [Document(id=str(n), title="Shoe") for n in range(2500)])
        assert [len(body) for call, body in peer.calls if call.startswith("POST")] == [1000, 1000, 500]

    @pytest.mark.parametrize("status", ["failed", "canceled"])
    def test_says_why_the_server_did_not_do_it(self, engine, peer, status):
        peer.ending = {"status": status, "error": {"message": "no space", "code": "no_space_left_on_device"}}
        with pytest.raises(Permanent, match=f"{status}: no space"):
            engine.save("shop", [SHOE])

    def test_does_not_wait_for_ever(self, engine, peer):
        peer.ending = {"status": "processing", "error": None}
        with pytest.raises(Transient, match="still processing"):
            engine.save("shop", [SHOE])


class TestRemove:
    def test_sends_the_same_ids(self, engine, peer):
        engine.remove("shop", [SHOE.id, "2"])
        sent = [("POST /indexes/shop/documents/delete-batch", ["gid_3a_2f_2fshopify_2fProduct_2f1", "2"])]
        assert peer.calls == sent

    def test_of_a_missing_index_is_fine(self, engine, peer):
        peer.ending = {"status": "failed", "error": {"message": "no index", "code": "index_not_found"}}
        engine.remove("shop", ["1"])


class TestSearch:
    def test_asks_once_more_for_each_count_that_leaves_out_its_filter(self, engine, peer):
        peer.refuses("POST /multi-search", 200, {"results": [answer(totalHits=9)] * 3})
        query = SearchQuery(
            text="shoe", filters={"brand": ("A", 'B"')}, facets=("brand", "color"), price=(1, None), sort="price:asc"
        )
        engine.search("shop", query)
        main, brand, price = peer.calls[0][1]["queries"]
        filters = [['"facets.brand" = "A"', '"facets.brand" = \'B"\''], "price >= 1"]
        assert (main["filter"], main["facets"], main["sort"]) == (filters, ["facets.color"], ["price:asc", "id:asc"])
        assert (brand["filter"], brand["facets"], brand["limit"]) == (filters[1:], ["facets.brand"], 0)
        assert (price["filter"], price["facets"]) == (filters[:1], ["price"])

    def test_gives_ids_as_the_platform_knows_them_and_safe_titles(self, engine, peer):
        hit = {"id": key_of(SHOE.id), "_formatted": {"title": "<b> \ue000Red\ue001"}}
        counts = {"facets.color": {"Red": 1, "Blue": 2, "Azure": 2}, "price": {"100": 1}}
        found = answer(
            hits=[hit], totalHits=5, facetDistribution=counts, facetStats={"price": {"min": 1.0, "max": 9.0}}
        )
        peer.refuses("POST /multi-search", 200, {"results": [found]})
        result = engine.search("shop", SearchQuery(text="red", facets=("color",)))
        assert [(hit.id, hit.title_html) for hit in result.hits] == [(SHOE.id, "&lt;b&gt; <mark>Red</mark>")]
        assert result.facets == {"color": (("Azure", 2), ("Blue", 2), ("Red", 1))}
        assert (result.total, result.price) == (5, (1, 9))

    def test_asks_for_fewer_words_only_when_hardly_anything_has_all(self, engine, peer):
        totals = iter([4, 50, 5])
        peer.answers["POST /multi-search"] = lambda _: peer.reply({"results": [answer(totalHits=next(totals))]})
        assert engine.search("shop", SearchQuery(text="red shoe")).total == 50
        assert engine.search("shop", SearchQuery(text="red shoe")).total == 5
        assert [body["queries"][0]["matchingStrategy"] for _, body in peer.calls] == ["all", "last", "all"]

    def test_of_a_missing_index_is_empty(self, engine, peer):
        peer.refuses("POST /multi-search", 404, NOT_FOUND)
        assert engine.search("shop", SearchQuery(text="x")).total == 0

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (500, {"message": "oops", "code": "internal", "type": "internal", "link": LINK}, Transient),
            (502, "<html>", Transient),
            (403, {"message": "bad key", "code": "invalid_api_key", "type": "auth", "link": LINK}, Permanent),
            (
                400,
                {"message": "bad", "code": "invalid_search_filter", "type": "invalid_request", "link": LINK},
                Permanent,
            ),
            (200, {"results": [{}]}, Transient),
            (200, {}, Transient),
        ],
    )
    def test_tells_what_a_later_try_may_change(self, engine, peer, status, body, expected):
        peer.refuses("POST /multi-search", status, body)
        with pytest.raises(expected, match="searching in shop"):
            engine.search("shop", SearchQuery(text="x"))

    @pytest.mark.parametrize(("header", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 10.0)])
    def test_waits_as_long_as_the_server_asks(self, engine, peer, header, seconds):
        busy = {"message": "busy", "code": "too_many_search_requests", "type": "system", "link": LINK}
        peer.refuses("POST /multi-search", 503, busy, header)
        with pytest.raises(RateLimited) as raised:
            engine.search("shop", SearchQuery(text="x"))
        assert raised.value.retry_after == seconds

    def test_gives_up_on_a_server_that_does_not_answer(self, peer):
        wait = threading.Event()
        peer.answers["POST /multi-search"] = lambda _: wait.wait(5) and peer.reply({})
        try:
            with pytest.raises(Transient, match="does not answer"):
                MeilisearchEngine(Server(peer.url, "", search_seconds=0.2)).search("shop", SearchQuery(text="x"))
        finally:
            wait.set()

    def test_gives_up_on_a_server_that_is_not_there(self):
        with pytest.raises(Transient, match="does not answer"):
            MeilisearchEngine(Server("http://127.0.0.1:1", "")).search("shop", SearchQuery(text="x"))

    def test_takes_what_is_no_json_for_a_passing_fault(self, engine, peer):
        peer.answers["POST /multi-search"] = lambda _: Response("<html>hello", 200)
        with pytest.raises(Transient, match="no usable answer"):
            engine.search("shop", SearchQuery(text="x"))


class TestRebuild:
    def test_swaps_and_deletes_the_old_one(self, engine, peer):
        rebuild = engine.rebuild("shop", "t/1")
        rebuild.save([SHOE])
        assert rebuild.finish() == 3
        assert ("POST /swap-indexes", [{"indexes": ["shop", "shop__t_2f1"]}]) in peer.calls
        assert peer.sent[-2:] == ["DELETE /indexes/shop__t_2f1", "GET /indexes/shop/stats"]

    def test_does_not_swap_back_after_a_crash(self, engine, peer):
        peer.swaps = [{"indexes": ["shop", "shop__t"]}]
        rebuild = engine.rebuild("shop", "t")
        rebuild.finish()
        assert peer.sent == ["GET /tasks", "DELETE /indexes/shop__t", "GET /indexes/shop/stats"]


class TestDrop:
    def test_deletes_the_index_and_its_rebuilds_only(self, engine, peer):
        engine.drop("shop")
        assert peer.sent == ["GET /indexes", "DELETE /indexes/shop", "DELETE /indexes/shop__a"]


class TestServer:
    def test_is_asked_for_plain_answers_with_the_key(self, engine, peer):
        seen = []
        peer.answers["GET /indexes/shop/stats"] = lambda request: (
            seen.append(request)
            or Response(
                '{"numberOfDocuments": 1, "isIndexing": false, "fieldDistribution": {}}', mimetype="application/json"
            )
        )
        assert [engine.count("shop"), engine.count("shop")] == [1, 1]
        assert [request.headers["Accept-Encoding"] for request in seen] == ["identity"] * 2
        assert seen[0].headers["Authorization"] == "Bearer masterKey"

    def test_gives_each_thread_a_client_of_its_own(self):
        server = Server("http://127.0.0.1:1", "")
        others = []
        thread = threading.Thread(target=lambda: others.append(server.client))
        thread.start()
        thread.join()
        assert server.client is server.client
        assert server.client is not others[0]
        assert server.client is not server.searching


class TestKeyOf:
    @given(st.text())
    def test_is_allowed_and_can_be_undone(self, text):
        key = key_of(text)
        assert re.fullmatch(r"[A-Za-z0-9_-]*", key)
        assert text_of(key) == text.encode("utf-8", "replace").decode()


class TestDiffering:
    def test_ignores_order_where_there_is_none_and_what_is_not_ours(self):
        found = SETTINGS | {"sortableAttributes": SETTINGS["sortableAttributes"][::-1], "stopWords": ["x"]}
        found["typoTolerance"] = found["typoTolerance"] | {"enabled": True}
        assert differing(found) == {}
        assert differing(found | {"rankingRules": SETTINGS["rankingRules"][::-1]}).keys() == {"rankingRules"}
        assert differing({}) == SETTINGS
