"""With a token a browser may search one index, and nothing else, for so long."""

import time
import uuid

import pytest
import requests

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL
from integrations.errors import Permanent
from integrations.search.meilisearch.calls import Server
from integrations.search.meilisearch.engine import MeilisearchEngine
from integrations.search.meilisearch.tokens import signed, uid_of
from tests.peers.meilisearch.peer import Peer


def asked(address, token, index, path="search"):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{address}/indexes/{index}/{path}", json={"q": "shoe"}, headers=headers, timeout=60)


@pytest.fixture
def meilisearch(search_server):
    url, key = search_server
    if not key:
        pytest.skip("this server asks nobody for a key")
    return MeilisearchEngine(Server(url, key))


@pytest.fixture
def index(meilisearch):
    name = f"shop-{uuid.uuid4().hex}"
    yield name
    meilisearch.drop(name)


class TestToken:
    def test_searches_its_index(self, meilisearch, index):
        meilisearch.save(index, [Document(id="1", title="Running shoes", skus=("rs-1",))])
        address, token = meilisearch.token(index, USUAL, seconds=60)
        assert [hit["title"] for hit in asked(address, token, index).json()["hits"]] == ["Running shoes"]

    def test_shows_only_what_shoppers_may_see(self, meilisearch, index):
        meilisearch.save(index, [Document(id="1", title="Running shoes", digest="d", created=5)])
        address, token = meilisearch.token(index, USUAL, seconds=60)
        assert asked(address, token, index).json()["hits"][0].keys().isdisjoint({"digest", "created", "variant_values"})

    def test_opens_nothing_else(self, meilisearch, index):
        for name in (index, f"{index}-other"):
            meilisearch.save(name, [Document(id="1", title="Shoe")])
        address, token = meilisearch.token(index, USUAL, seconds=60)
        assert asked(address, token, f"{index}-other").status_code == 403
        assert asked(address, token, index, "documents/fetch").status_code == 403
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{address}/keys", headers=headers, timeout=60).status_code == 403
        assert requests.delete(f"{address}/indexes/{index}", headers=headers, timeout=60).status_code == 403
        meilisearch.drop(f"{index}-other")

    def test_ends(self, meilisearch, index):
        meilisearch.save(index, [Document(id="1", title="Shoe")])
        address, token = meilisearch.token(index, USUAL, seconds=-1)
        assert asked(address, token, index).status_code == 403

    def test_cannot_be_forged(self, meilisearch, index):
        meilisearch.save(index, [Document(id="1", title="Shoe")])
        address, token = meilisearch.token(index, USUAL, seconds=60)
        claims = {"searchRules": ["*"], "apiKeyUid": str(uid_of(index)), "exp": int(time.time()) + 60}
        assert asked(address, signed(claims, "a guess"), index).status_code == 403
        assert asked(address, token[:-4] + "AAAA", index).status_code == 403

    def test_ends_with_the_index(self, meilisearch, index):
        meilisearch.save(index, [Document(id="1", title="Shoe")])
        address, token = meilisearch.token(index, USUAL, seconds=60)
        meilisearch.drop(index)
        meilisearch.save(index, [Document(id="1", title="Shoe")])
        assert asked(address, token, index).status_code == 403
        assert asked(address, meilisearch.token(index, USUAL, seconds=60)[1], index).status_code == 200

    def test_is_signed_with_one_key_whoever_makes_it(self, meilisearch, index, search_server):
        meilisearch.save(index, [Document(id="1", title="Shoe")])
        another = MeilisearchEngine(Server(*search_server))
        for each in (meilisearch, another):
            address, token = each.token(index, USUAL, seconds=60)
            assert asked(address, token, index).status_code == 200


class TestNoToken:
    def test_where_the_engine_has_no_address(self, local):
        assert local.token("shop", USUAL, seconds=60) is None

    def test_where_the_server_asks_nobody_for_a_key(self):
        with Peer() as peer:
            assert MeilisearchEngine(Server(peer.url, "")).token("shop", USUAL, seconds=60) is None
            assert MeilisearchEngine(Server(peer.url, "unneeded")).token("shop", USUAL, seconds=60) is None

    def test_where_the_key_may_make_none_says_which_rights_it_lacks(self):
        with Peer(master_key="masterKey-of-16-bytes") as peer:
            rights = {"actions": ["search", "indexes.*"], "indexes": ["*"], "expiresAt": None}
            key = peer.rights.create(rights)["key"]
            with pytest.raises(Permanent, match=r"keys\.create"):
                MeilisearchEngine(Server(peer.url, key)).token("shop", USUAL, seconds=60)
