"""The stand-in answers as the server does: recorded calls of the client, its error codes, and both side by side."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests.peers.meilisearch.peer import Peer
from tests.peers.meilisearch.refusals import CODES

FACTS = Path(__file__).resolve().parents[4] / "shared" / "data" / "search"
KEY = "a master key of the tests"
# Recorded calls for what we do not use.
NOT_USED = {
    "client.multi_search federated",
    "client.create_dump",
    "client.create_snapshot",
    "index.get_similar_documents",
    "index.update_embedders",
}
SETTINGS = {
    "searchableAttributes": ["codes", "title", "brand", "text"],
    "filterableAttributes": ["brand", "price", "facets", "available"],
    "sortableAttributes": ["price"],
    "synonyms": {"telly": ["television"], "tee": ["t shirt"]},
    "stopWords": ["the"],
    "typoTolerance": {"disableOnAttributes": ["codes"]},
    "faceting": {"maxValuesPerFacet": 10, "sortFacetValuesBy": {"*": "count"}},
}
DOCUMENTS = [
    {"id": "a-1", "title": "Red running shoe", "brand": "Acme", "price": 10, "facets": {"color": ["Red", "Blue"]}},
    {
        "id": "a-2",
        "title": "Blue shoe",
        "brand": "Acme",
        "price": 20.5,
        "facets": {"color": ["Blue"]},
        "available": True,
    },
    {"id": "a-3", "title": "Television", "brand": 'H"P', "price": None, "text": "shown on a stand", "available": False},
    {"id": "a-4", "title": "Smart watch", "brand": "Zenit", "price": 5, "codes": ["sw-100", "sw100"]},
    {"id": "a-5", "title": "Smartwatch strap", "brand": "zenit", "price": 7, "facets": {"color": ["blue", "2020"]}},
    {"id": "a-6", "title": "T shirt", "brand": "", "price": 7, "text": "running out of the door"},
]
QUERIES = [
    {"q": ""},
    {"q": "shoe"},
    {"q": "sho"},
    {"q": "sho "},
    {"q": "shoe "},
    {"q": "runing "},
    {"q": "runing shoe", "matchingStrategy": "all"},
    {"q": "runninng"},
    {"q": "televison "},
    {"q": "telly"},
    {"q": "tee"},
    {"q": "the shoe "},
    {"q": "smart watch "},
    {"q": "smartwatch "},
    {"q": "sw 100"},
    {"q": "sw-101"},
    {"q": '"blue shoe"'},
    {"q": '"shoe blue"'},
    {"q": "blue shoe", "matchingStrategy": "last"},
    {"q": "shoe television ", "matchingStrategy": "last"},
    {"q": "shoe television ", "matchingStrategy": "all"},
    {"q": "red shoe ", "matchingStrategy": "frequency"},
    {"q": "running ", "attributesToSearchOn": ["title"]},
    {"q": "shoe", "page": 1, "hitsPerPage": 0},
    {"q": "", "page": 2, "hitsPerPage": 4, "sort": ["price:asc"]},
    {"q": "", "offset": 1, "limit": 2, "sort": ["price:desc"]},
    {"q": "", "facets": ["brand", "facets.color", "facets.none", "price", "available"]},
    {"filter": "brand = acme"},
    {"filter": "brand != Acme"},
    {"filter": "NOT brand = Acme"},
    {"filter": ["brand = Acme", ["price > 15", "facets.color = red"]]},
    {"filter": "price 7 TO 10"},
    {"filter": "price >= 7 AND price < 20.5 OR brand IN ['H\"P']"},
    {"filter": 'facets.color IN [RED, "2020"]'},
    {"filter": "facets.color NOT IN [Red]"},
    {"filter": "brand IN []"},
    {"filter": "brand NOT IN []"},
    {"filter": "price EXISTS"},
    {"filter": "facets.color NOT EXISTS"},
    {"filter": "price IS NULL"},
    {"filter": "brand IS EMPTY"},
    {"filter": "available = true"},
    {"filter": "(brand = Acme OR brand = Zenit) AND NOT price = 10"},
    {"q": "shoe", "attributesToRetrieve": ["id"], "attributesToHighlight": ["title"]},
    {"q": "runing sho", "attributesToRetrieve": ["id"], "attributesToHighlight": ["title", "text"]},
    {"q": "running", "attributesToRetrieve": ["id"], "attributesToCrop": ["text:2"]},
]
REFUSED = [
    {"filter": "title = 1"},
    {"filter": "brand = "},
    {"filter": "brand = Acme AND"},
    {"filter": "brand ~ Acme"},
    {"filter": "(brand = Acme"},
    {"filter": "brand IN [a"},
    {"filter": {"a": 1}},
    {"sort": ["title:asc"]},
    {"sort": ["price:up"]},
    {"facets": ["title"]},
    {"matchingStrategy": "x"},
    {"limit": -1},
    {"attributesToSearchOn": ["nope"]},
    {"nope": 1},
]


@pytest.fixture
def peer():
    with Peer(master_key="masterKey") as peer:
        yield peer


@pytest.mark.skipif(not FACTS.is_dir(), reason="the recorded calls are not beside the repository")
class TestRecordedCalls:
    def test_are_all_answered(self, peer):
        recorded = json.loads((FACTS / "client_contract.json").read_text())
        session = requests.Session()
        _fill(peer.url, "masterKey", uids=("p", "p_new"))
        session.post(f"{peer.url}/keys", json=_key("k"), headers={"Authorization": "Bearer masterKey"})
        # What deletes comes last.
        calls = sorted(recorded.items(), key=lambda pair: "delete" in pair[0] or "reset" in pair[0])
        for name, asked in calls:
            for each in asked if name not in NOT_USED else ():
                headers = {"Authorization": each["auth"]}
                headers |= {"Content-Type": each["content_type"]} if each["content_type"] else {}
                path = each["path"].replace("/keys/k", f"/keys/{UID}")
                answer = session.request(each["method"], peer.url + path, data=each["body"], headers=headers)
                assert answer.status_code < 300, (name, answer.text)
                if "taskUid" in answer.text:
                    task = _done(session, peer.url, answer.json()["taskUid"], "masterKey")
                    assert task["status"] in ("succeeded", "failed"), name

    def test_have_the_codes_of_the_server(self):
        with (FACTS / "meili_error_codes.tsv").open() as file:
            known = {line["code"]: (line["type"], line["http"]) for line in csv.DictReader(file, delimiter="\t")}
        statuses = {
            400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT",
            413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE", 422: "UNPROCESSABLE_ENTITY",
            500: "INTERNAL_SERVER_ERROR", 503: "SERVICE_UNAVAILABLE",
        }  # fmt: skip
        ours = {code: (kind, statuses[status]) for code, (kind, status) in CODES.items()}
        assert {code: known.get(code) for code in ours} == ours


UID = "0d9f3f3e-7c4e-4a8f-9d1a-111111111111"


def _key(_: str):
    return {"uid": UID, "actions": ["search"], "indexes": ["p"], "expiresAt": None}


class TestAuthorisation:
    @pytest.mark.parametrize(("given", "status"), [(None, 401), ("Bearer wrong", 403), ("Bearer masterKey", 200)])
    def test_takes_a_key(self, peer, given, status):
        headers = {"Authorization": given} if given else {}
        assert requests.get(f"{peer.url}/indexes", headers=headers, timeout=60).status_code == status

    def test_lets_a_key_do_what_it_may_and_no_more(self, peer):
        _fill(peer.url, "masterKey", uids=("p", "q"))
        key = peer.rights.create(_key("k"))["key"]
        headers = {"Authorization": f"Bearer {key}"}
        ask = lambda uid: requests.post(f"{peer.url}/indexes/{uid}/search", json={}, headers=headers, timeout=60)  # noqa: E731
        assert (ask("p").status_code, ask("q").status_code) == (200, 403)
        assert requests.get(f"{peer.url}/tasks", headers=headers, timeout=60).status_code == 403


class TestTasks:
    def test_are_done_later_and_together(self, peer):
        peer.work.is_stuck = True
        headers = {"Authorization": "Bearer masterKey"}
        for number in range(3):
            body = [{"id": number}]
            answer = requests.post(f"{peer.url}/indexes/p/documents", json=body, headers=headers, timeout=60)
            assert (answer.status_code, answer.json()["status"]) == (202, "enqueued")
        assert requests.get(f"{peer.url}/indexes/p", headers=headers, timeout=60).status_code == 404
        peer.work.is_stuck = False
        tasks = [_done(requests.Session(), peer.url, uid, "masterKey") for uid in range(3)]
        assert {task["batchUid"] for task in tasks} == {0}

    def test_can_be_cancelled_while_they_wait(self, peer):
        peer.work.is_stuck = True
        headers = {"Authorization": "Bearer masterKey"}
        requests.post(f"{peer.url}/indexes", json={"uid": "p"}, headers=headers, timeout=60)
        requests.post(f"{peer.url}/tasks/cancel?statuses=enqueued", headers=headers, timeout=60)
        peer.work.is_stuck = False
        assert _done(requests.Session(), peer.url, 0, "masterKey")["status"] == "canceled"


@pytest.fixture(scope="class")
def servers(tmp_path_factory):
    """A stand-in and a real server, filled alike."""
    binary = shutil.which(os.environ.get("MEILISEARCH_BINARY", "")) or ""
    if not binary:
        pytest.skip("no Meilisearch to compare with: set MEILISEARCH_BINARY to its executable")
    files = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    command = [binary, "--http-addr", url.removeprefix("http://"), "--db-path", str(files / "db"), "--master-key", KEY]
    process = subprocess.Popen(
        [*command, "--no-analytics"], cwd=files, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with Peer(master_key=KEY) as peer:
            for each in (peer.url, url):
                _fill(each, KEY, uids=("p",), settings=SETTINGS, documents=DOCUMENTS)
            yield peer.url, url
    finally:
        process.kill()
        process.wait()


def _fill(url, key, *, uids, settings=None, documents=None):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            session.get(f"{url}/health", timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    for uid in uids:
        session.post(f"{url}/indexes", json={"uid": uid, "primaryKey": "id"})
        known = settings or {"filterableAttributes": ["price", "brand"], "sortableAttributes": ["price"]}
        session.patch(f"{url}/indexes/{uid}/settings", json=known)
        answer = session.post(f"{url}/indexes/{uid}/documents", json=documents or [{"id": 1, "brand": "acme"}])
        assert _done(session, url, answer.json()["taskUid"], key)["status"] == "succeeded"


def _done(session, url, uid, key):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        task = session.get(f"{url}/tasks/{uid}", headers={"Authorization": f"Bearer {key}"}).json()
        if task["status"] not in ("enqueued", "processing"):
            return task
        time.sleep(0.005)
    raise AssertionError(f"task {uid} is not done")


def _asked(url, method, path, body=None):
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = requests.request(method, url + path, json=body, headers=headers, timeout=60)
    return answer.status_code, answer.json() if answer.text else None


def _told(answer):
    """What both have to tell alike: everything but times, ids of requests and words of errors."""
    if isinstance(answer, dict):
        left_out = {"processingTimeMs", "requestUid", "message", "enqueuedAt", "startedAt", "finishedAt", "duration"}
        left_out |= {"batchUid", "uid", "taskUid", "createdAt", "updatedAt", "rawDocumentDbSize", "avgDocumentSize"}
        return {name: _told(value) for name, value in answer.items() if name not in left_out}
    return [_told(each) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.xdist_group("real-meilisearch")
class TestSideBySide:
    @pytest.mark.parametrize("query", QUERIES, ids=json.dumps)
    def test_finds_the_same(self, servers, query):
        ours, real = (_asked(url, "POST", "/indexes/p/search", query) for url in servers)
        assert ours[0] == real[0]
        assert _told(ours[1]) == _told(real[1])

    @pytest.mark.parametrize("query", REFUSED, ids=json.dumps)
    def test_refuses_the_same(self, servers, query):
        ours, real = (_asked(url, "POST", "/indexes/p/search", query) for url in servers)
        assert ours[0] == real[0]
        assert _told(ours[1]) == _told(real[1])

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/health", None),
            ("GET", "/indexes/p/settings", None),
            ("GET", "/indexes/p/stats", None),
            ("GET", "/indexes/p/documents/a-1", None),
            ("GET", "/indexes/p/documents/none", None),
            ("POST", "/indexes/p/documents/fetch", {"fields": ["id"], "limit": 2, "offset": 1}),
            ("POST", "/indexes/p/facet-search", {"facetName": "brand", "facetQuery": "ac"}),
            ("POST", "/multi-search", {"queries": [{"indexUid": "p", "q": "shoe", "limit": 1}]}),
            ("POST", "/multi-search", {"queries": [{"indexUid": "none"}]}),
            ("GET", "/indexes/none", None),
            ("GET", "/tasks/9999", None),
            ("POST", "/tasks/cancel", None),
            ("PATCH", "/indexes/p/settings", {"rankingRules": ["nonsense"]}),
            ("PATCH", "/indexes/p/settings", {"nonsense": 1}),
            ("POST", "/indexes", {"uid": "a b"}),
            ("POST", "/keys", {"actions": ["nope"], "indexes": ["p"], "expiresAt": None}),
            ("GET", f"/keys/{UID}", None),
        ],
    )
    def test_answers_the_same(self, servers, method, path, body):
        ours, real = (_asked(url, method, path, body) for url in servers)
        assert (ours[0], _told(ours[1])) == (real[0], _told(real[1]))

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", "/indexes", {"uid": "p", "primaryKey": "id"}),
            ("POST", "/indexes/p/documents", [{"id": "not allowed"}]),
            ("POST", "/indexes/p/documents", [{"no": "id"}]),
            ("POST", "/indexes/p/documents/delete-batch", ["none"]),
            ("POST", "/indexes/none/documents/delete-batch", ["none"]),
            ("DELETE", "/indexes/none", None),
            ("POST", "/swap-indexes", [{"indexes": ["p", "none"]}]),
        ],
    )
    def test_does_the_same_tasks(self, servers, method, path, body):
        ends = []
        for url in servers:
            status, summary = _asked(url, method, path, body)
            ends.append((status, _told(summary), _told(_done(requests.Session(), url, summary["taskUid"], KEY))))
        assert ends[0] == ends[1]

    def test_says_when_it_was_done_in_the_same_way(self, servers):
        tasks = [_asked(url, "GET", "/tasks?limit=1&statuses=succeeded")[1]["results"][0] for url in servers]
        assert tasks[0].keys() == tasks[1].keys()
        for task in tasks:
            assert re.fullmatch(r"PT[\d.]+S", task["duration"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", task["finishedAt"])
