import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import shopify
import shopify_app
from graphql import get_named_type, is_leaf_type, parse, validate, validate_schema
from shopify import session_token

from integrations.platforms.shopify import documents
from integrations.platforms.shopify.registered import SHOPIFY
from integrations.protocols import Delivered
from tests.peers.shopify import signing
from tests.peers.shopify.admin_schema import schema
from tests.peers.shopify.cost import Bucket
from tests.peers.shopify.cut_schema import SUBSET, cut
from tests.peers.shopify.grants import ACCESS_SECONDS, REFRESH_SECONDS, Grants, Refused
from tests.peers.shopify.peer import Peer
from tests.peers.shopify.sender import Delivery, Disorder, Sender
from tests.peers.shopify.shop import Shop
from tests.peers.shopify.state import Told

SHARED = Path(__file__).parents[3] / "../shared/data/shopify"
KEY, SECRET = "backroom-key", "backroom-secret-that-is-long-enough"
PRODUCTS_IN_BULK = """
{ products { edges { node { id title
    media { edges { node { id alt preview { image { url } } } } }
    collections { edges { node { id handle } } }
    variants { edges { node { id price selectedOptions { name value }
        inventoryItem { id inventoryLevels { edges { node { id quantities(names: ["available"]) { quantity } } } } }
    } } }
} } } }
"""
BULK_RUN = (
    "mutation($q: String!) { bulkOperationRunQuery(query: $q, groupObjects: false) "
    "{ bulkOperation { id status } userErrors { code message } } }"
)
BULK_POLL = (
    "query($id: ID!) { bulkOperation(id: $id) "
    "{ status errorCode objectCount rootObjectCount url fileSize partialDataUrl } }"
)


class Client:
    """An app with a token for one shop."""

    def __init__(self, peer: Peer, shop: Shop, token: str | None = None) -> None:
        self.root = f"{peer.url}/{shop.domain}/admin"
        self.token = peer.grant(shop)["access_token"] if token is None else token

    def post(self, query: str, /, **variables: Any) -> requests.Response:
        return requests.post(
            f"{self.root}/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=10,
        )

    def ask(self, query: str, /, **variables: Any) -> Any:
        answer = self.post(query, **variables)
        assert answer.status_code == 200
        return answer.json()

    def grant(self, **given: str) -> requests.Response:
        told = {"client_id": KEY, "client_secret": SECRET, **given}
        return requests.post(f"{self.root}/oauth/access_token", json=told, timeout=10)

    def bulk(self, query: str) -> str:
        """Start a bulk operation; gives its id."""
        payload = self.ask(BULK_RUN, q=query)["data"]["bulkOperationRunQuery"]
        assert payload["userErrors"] == []
        return str(payload["bulkOperation"]["id"])

    def ended(self, id_: str) -> Any:
        while True:
            told = self.ask(BULK_POLL, id=id_)["data"]["bulkOperation"]
            if told["status"] not in {"CREATED", "RUNNING", "CANCELING"}:
                return told


@pytest.fixture(scope="module")
def filled() -> Shop:
    """A shop that nobody changes."""
    return Shop.filled(products=12, customers=6, orders=10, seed=3)


@pytest.fixture
def shop() -> Shop:
    return Shop.filled(products=5, customers=3, orders=4)


@pytest.fixture
def peer(shop: Shop) -> Iterator[Peer]:
    with Peer(shop, client_id=KEY, client_secret=SECRET, bucket_size=10_000, restore_rate=10_000) as running:
        yield running


@pytest.fixture
def client(peer: Peer, shop: Shop) -> Client:
    return Client(peer, shop)


class TestSchema:
    def test_is_valid(self) -> None:
        assert validate_schema(schema()) == []

    def test_is_what_the_script_cuts(self) -> None:
        full = SHARED / "schema/admin_2026-10.graphql.gz"
        if not full.exists():
            pytest.skip("The full schema is not here.")
        assert cut(full) == SUBSET.read_text()

    @pytest.mark.parametrize("name", ["bulk_customers", "bulk_orders", "bulk_products"])
    def test_accepts_sample_operations(self, name: str) -> None:
        path = SHARED / f"ops/{name}.graphql"
        if not path.exists():
            pytest.skip("The samples are not here.")
        assert validate(schema(), parse(path.read_text())) == []


class TestFilled:
    def test_is_the_same_for_the_same_seed(self, filled: Shop) -> None:
        again = Shop.filled(products=12, customers=6, orders=10, seed=3)
        assert [product.title for product in again.products.values()] == [
            product.title for product in filled.products.values()
        ]
        assert list(again.orders) == list(filled.orders)
        assert min(filled.products) > 2**53

    def test_has_products_with_more_variants_than_a_delivery_and_a_page_carry(self, filled: Shop) -> None:
        sizes = [len(product.variants) for product in filled.products.values()]
        assert sizes[:2] == [120, 260]


class TestQueries:
    def test_follow_pages_by_time(self, client: Client, shop: Shop) -> None:
        query = (
            "query($after: String, $q: String) { products(first: 2, after: $after, query: $q, sortKey: UPDATED_AT) "
            "{ nodes { id updatedAt } pageInfo { hasNextPage endCursor } } }"
        )
        times = sorted(product.updated_at for product in shop.products.values())
        found: list[str] = []
        after = None
        while True:
            page = client.ask(query, after=after, q=f"updated_at:>='{times[1].isoformat()}'")["data"]["products"]
            found += [node["updatedAt"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert found == [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in times[1:]]

    def test_search_and_count(self, client: Client, shop: Shop) -> None:
        active = sum(product.status == "ACTIVE" for product in shop.products.values())
        answer = client.ask('{ productsCount(query: "status:active") { count precision } }')
        assert answer["data"]["productsCount"] == {"count": active, "precision": "EXACT"}

    def test_give_null_for_what_is_missing(self, client: Client, shop: Shop) -> None:
        known = next(iter(shop.products.values())).gid
        answer = client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[known, "gid://shopify/Product/1"])
        assert answer["data"]["nodes"] == [{"id": known}, None]

    def test_answer_200_with_errors_for_what_is_no_graphql(self, client: Client) -> None:
        assert "Syntax Error" in client.ask("{ products(")["errors"][0]["message"]
        assert "nonsense" in client.ask("{ nonsense }")["errors"][0]["message"]

    def test_tell_every_field_of_every_thing(self, client: Client, shop: Shop) -> None:
        """No field that the schema demands is missing."""
        shop.scan(shop.fulfil(shop.place_order(None, [(next(iter(shop.variants.values())), 1)])), "IN_TRANSIT")
        for kind in ("Product", "ProductVariant", "Collection", "Customer", "Order", "Fulfillment", "InventoryItem"):
            fields = schema().type_map[kind].fields  # type: ignore[attr-defined]
            names = [
                name for name, field in fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args
            ]
            gid = list(shop.held(kind).values())[-1].gid
            answer = client.ask(
                f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {' '.join(names)} }} }} }}", id=gid
            )
            assert "errors" not in answer, (kind, answer["errors"][0])

    def test_hide_protected_fields_and_tell_the_rest(self, client: Client, peer: Peer) -> None:
        peer.hide_protected()
        answer = client.ask("{ customers(first: 1) { nodes { id firstName tags } } }")
        assert answer["data"]["customers"]["nodes"][0]["firstName"] is None
        assert answer["data"]["customers"]["nodes"][0]["id"]
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestOwnDocuments:
    def variables(self, document: str, shop: Shop) -> dict[str, Any]:
        """Something that exists for whatever the document asks for."""
        product, order = next(iter(shop.products.values())), next(iter(shop.orders.values()))
        level = product.variants[0].item.levels[0]
        stock = {"inventoryItemId": level.item.gid, "locationId": level.location.gid}
        change = {"delta": 1} if "$input: InventoryAdjust" in document else {"quantity": 1}
        lists = "changes" if "delta" in change else "quantities"
        note = {"id": order.gid, "note": "Ring twice"}
        inventory = {"name": "available", "reason": "correction", lists: [{**stock, **change}]}
        return {
            "after": None,
            "discount": {
                "title": "Five off",
                "code": document[:25],
                "startsAt": "2026-01-01T00:00:00Z",
                "usageLimit": 1,
            },
            "event": {"fulfillmentId": next(iter(shop.fulfillments.values())).gid, "status": "IN_TRANSIT"},
            "id": order.gid if "on Order" in document or "tags" in document else product.gid,
            "ids": [product.gid, order.gid],
            "input": note if "OrderInput" in document else inventory,
            "key": "k",
            "metafields": [{"ownerId": order.gid, "namespace": "n", "key": "k", "type": "json", "value": "1"}],
            "query": "{ products { nodes { id } } }" if "bulk" in document else "updated_at:>=2020-01-01",
            "tags": ["a"],
        }

    @pytest.mark.parametrize("document", documents.EVERY, ids=lambda document: document[:30])
    def test_are_executed(self, client: Client, shop: Shop, document: str) -> None:
        if document in documents.BULK.values():
            ended = client.ended(client.bulk(document))
            assert (ended["status"], ended["url"] is None) == ("COMPLETED", False)
            return
        answer = client.ask(document, **self.variables(document, shop))
        assert "errors" not in answer
        assert not any(each.get("userErrors") for each in answer["data"].values() if isinstance(each, dict))


class TestAccess:
    def test_is_refused_without_a_good_token(self, client: Client, peer: Peer, shop: Shop) -> None:
        stranger = Client(peer, shop, token="shpat_of_nobody")
        assert stranger.post("{ shop { name } }").status_code == 401
        assert stranger.post("{ shop { name } }").json()["errors"].startswith("[API] Invalid API key or access token")
        peer[shop.domain].grants.expire_access_tokens()
        assert client.post("{ shop { name } }").status_code == 401

    def test_ends_with_an_uninstall(self, client: Client, peer: Peer, shop: Shop) -> None:
        peer[shop.domain].uninstall()
        assert client.post("{ shop { name } }").status_code == 401

    def test_is_for_one_shop_only(self) -> None:
        one, other = Shop.filled(products=1, domain="one.myshopify.com"), Shop.filled(domain="other.myshopify.com")
        with Peer(one, other) as peer:
            token = peer.grant(one)["access_token"]
            peer.grant(other)
            assert Client(peer, one, token).post("{ shop { name } }").status_code == 200
            assert Client(peer, other, token).post("{ shop { name } }").status_code == 401


class TestCost:
    def test_is_told_and_given_back(self, client: Client, shop: Shop) -> None:
        cost = client.ask("{ products(first: 100) { nodes { id variants(first: 5) { nodes { id } } } } }")
        told = cost["extensions"]["cost"]
        assert told["requestedQueryCost"] == 100 * (1 + 5 * 1 + 2) + 2
        assert 0 < told["actualQueryCost"] < told["requestedQueryCost"]
        assert told["throttleStatus"]["maximumAvailable"] == 10_000

    def test_has_a_limit_for_each_query(self, client: Client) -> None:
        query = "{ products(first: 250) { nodes { id variants(first: 10) { nodes { id } } } } }"
        assert client.ask(query)["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"

    def test_throttles_with_200_when_the_bucket_is_short(self, client: Client, peer: Peer, shop: Shop) -> None:
        bucket = peer[shop.domain].bucket
        bucket.restore_rate = 0
        bucket.empty()
        answer = client.ask("{ shop { name } }")
        assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert answer["extensions"]["cost"]["requestedQueryCost"] == 1
        assert peer.calls[-1].throttled

    def test_comes_back_with_time(self) -> None:
        now = [0.0]
        bucket = Bucket(100, 10, clock=lambda: now[0])
        assert bucket.take(100)
        assert not bucket.take(1)
        now[0] = 5.0
        assert bucket.available() == 50
        now[0] = 60.0
        assert bucket.available() == 100


class TestFaults:
    def test_fail_so_many_calls(self, client: Client, peer: Peer) -> None:
        peer.faults.fail_next(1)
        assert client.post("{ shop { name } }").status_code == 500
        peer.faults.fail_next(1, "close")
        with pytest.raises(requests.ConnectionError):
            client.post("{ shop { name } }")
        assert client.post("{ shop { name } }").status_code == 200


class TestMutations:
    def test_change_the_shop_and_are_told_of(self, client: Client, shop: Shop) -> None:
        told: list[Told] = []
        shop.listeners.append(told.append)
        order = next(iter(shop.orders.values()))
        query = 'mutation($id: ID!) { tagsAdd(id: $id, tags: ["a", "b"]) { node { id } userErrors { message } } }'
        assert client.ask(query, id=order.gid)["data"]["tagsAdd"]["userErrors"] == []
        assert order.tags == ["a", "b"]
        assert [each.topic for each in told] == ["orders/updated"]

    def test_change_stock_once_for_each_key(self, client: Client, shop: Shop) -> None:
        level = next(iter(shop.items.values())).levels[0]
        before = level.available
        given = {"reason": "correction", "name": "available"}
        given["changes"] = [{"delta": 3, "inventoryItemId": level.item.gid, "locationId": level.location.gid}]  # type: ignore[assignment]
        query = (
            "mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) "
            "{ inventoryAdjustQuantities(input: $input) @idempotent(key: $key) "
            "{ inventoryAdjustmentGroup { id changes { delta quantityAfterChange } } userErrors { code } } }"
        )
        first, second = client.ask(query, input=given, key="k1"), client.ask(query, input=given, key="k1")
        assert first["data"] == second["data"]
        assert level.available == before + 3
        client.ask(query, input=given, key="k2")
        assert level.available == before + 6

    def test_refuse_to_change_stock_without_a_key(self, client: Client, shop: Shop) -> None:
        query = (
            'mutation { inventorySetQuantities(input: {reason: "correction", name: "available", quantities: []}) '
            "{ userErrors { code } } }"
        )
        assert "@idempotent" in client.ask(query)["errors"][0]["message"]

    def test_write_metafields_notes_and_scans(self, client: Client, shop: Shop) -> None:
        order = next(iter(shop.orders.values()))
        parcel = shop.fulfil(shop.place_order(None, [(next(iter(shop.variants.values())), 1)]))
        query = """
            mutation($order: ID!, $parcel: ID!) {
              orderUpdate(input: {id: $order, note: "Ring twice"}) { order { note } userErrors { message } }
              metafieldsSet(metafields: [{ownerId: $order, namespace: "b", key: "k", type: "json", value: "[1]"}])
                { metafields { jsonValue } userErrors { message } }
              fulfillmentEventCreate(fulfillmentEvent: {fulfillmentId: $parcel, status: DELIVERED})
                { fulfillmentEvent { status } userErrors { message } }
            }"""
        answer = client.ask(query, order=order.gid, parcel=parcel.gid)
        assert answer["data"]["metafieldsSet"]["metafields"] == [{"jsonValue": [1]}]
        assert (order.note, parcel.display_status) == ("Ring twice", "DELIVERED")


class TestBulkOperations:
    def test_tell_everything_in_any_order(self, filled: Shop) -> None:
        with Peer(filled) as peer:
            client = Client(peer, filled)
            ended = client.ended(client.bulk(PRODUCTS_IN_BULK))
            lines = [json.loads(line) for line in requests.get(ended["url"], timeout=10).text.splitlines()]
        assert (ended["status"], ended["objectCount"], ended["rootObjectCount"]) == ("COMPLETED", str(len(lines)), "12")
        roots = {line["id"] for line in lines if "__parentId" not in line}
        assert roots == {product.gid for product in filled.products.values()}
        variants = {line["id"]: line["__parentId"] for line in lines if "/ProductVariant/" in line["id"]}
        assert variants == {variant.gid: variant.product.gid for variant in filled.variants.values()}
        levels = [line for line in lines if "/InventoryLevel/" in line["id"]]
        assert len(levels) == 2 * len(filled.items)
        seen: set[str] = set()
        early = [line for line in lines if line.get("__parentId", line["id"]) not in seen and not seen.add(line["id"])]  # type: ignore[func-returns-value]
        assert any("__parentId" in line for line in early), "Some child comes before its parent."

    def test_can_be_read_in_ranges(self, client: Client) -> None:
        url = client.ended(client.bulk("{ products { nodes { id } } }"))["url"]
        whole = requests.get(url, timeout=10)
        rest = requests.get(url, headers={"Range": "bytes=10-"}, timeout=10)
        assert rest.status_code == 206
        assert rest.content == whole.content[10:]
        assert int(whole.headers["Content-Length"]) == len(whole.content)

    def test_have_no_file_where_nothing_was_found(self, client: Client) -> None:
        ended = client.ended(client.bulk('{ products(query: "id:1") { nodes { id } } }'))
        assert (ended["status"], ended["url"], ended["objectCount"]) == ("COMPLETED", None, "0")

    @pytest.mark.parametrize(
        ("query", "part"),
        [
            ("{ shop { name } }", "at least one connection"),
            ("{ products { nodes { title } } }", "`id` field"),
            ('{ nodes(ids: ["gid://shopify/Product/1"]) { id } }', "top level"),
            ("{ orders { nodes { id refunds { id refundLineItems { nodes { id } } } } } }", "within a list"),
            ("{ products { nodes { nonsense } } }", "nonsense"),
            (
                "{ collections { nodes { id products { nodes { id variants { nodes { id media { nodes { id }}}}}}}}}",
                "deeper than 2",
            ),
            (
                f"{{ {' '.join(f'part{number}: orders {{ nodes {{ id }} }}' for number in range(6))} }}",
                "more than 5",
            ),
        ],
    )
    def test_are_refused_against_the_rules(self, client: Client, query: str, part: str) -> None:
        errors = client.ask(BULK_RUN, q=query)["data"]["bulkOperationRunQuery"]["userErrors"]
        assert any(part in error["message"] for error in errors)

    def test_run_five_at_once_and_can_be_cancelled(self, client: Client, peer: Peer, shop: Shop) -> None:
        peer[shop.domain].exports.seconds = 30
        running = [client.bulk("{ products { nodes { id } } }") for _ in range(5)]
        payload = client.ask(BULK_RUN, q="{ products { nodes { id } } }")["data"]["bulkOperationRunQuery"]
        assert payload["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"
        query = (
            "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
        )
        for id_ in running:
            client.ask(query, id=id_)
            assert client.ended(id_)["status"] == "CANCELED"
        listed = client.ask("{ bulkOperations(first: 10) { nodes { id status } } }")["data"]["bulkOperations"]["nodes"]
        assert {each["status"] for each in listed} == {"CANCELED"}

    def test_fail_and_expire_when_told_to(self, client: Client, peer: Peer, shop: Shop) -> None:
        exports = peer[shop.domain].exports
        exports.fail_next()
        exports.expire_next()
        failed = client.ended(client.bulk("{ products { nodes { id } } }"))
        assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "INTERNAL_SERVER_ERROR", None)
        assert len(requests.get(failed["partialDataUrl"], timeout=10).text.splitlines()) == len(shop.products) // 2
        assert client.ended(client.bulk("{ products { nodes { id } } }"))["status"] == "EXPIRED"


class TestGrants:
    def test_are_made_for_a_code_that_is_used_once(self, peer: Peer, shop: Shop) -> None:
        client = Client(peer, shop, token="")
        page = f"{client.root}/oauth/authorize"
        query = {"client_id": KEY, "scope": "read_products", "redirect_uri": "http://app.example/cb", "state": "s 1"}
        assert "Install" in requests.get(page, params=query, timeout=10).text
        answer = requests.post(page, params=query, allow_redirects=False, timeout=10)
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        assert (told["state"], told["shop"]) == ("s 1", shop.domain)
        assert told["hmac"] == signing.query_signature(SECRET, told)
        granted = client.grant(code=told["code"], expiring="1")
        assert set(granted.json()) == {
            *("access_token", "scope", "expires_in", "refresh_token", "refresh_token_expires_in")
        }
        assert granted.json()["scope"] == "read_products"
        assert client.grant(code=told["code"], expiring="1").status_code == 400

    def test_are_refused_with_a_wrong_secret(self, client: Client) -> None:
        assert client.grant(client_secret="wrong", refresh_token="x").status_code == 401

    def test_are_exchanged_for_a_session_token(self, client: Client, shop: Shop) -> None:
        kind = "urn:ietf:params:oauth:grant-type:token-exchange"
        good = signing.session_token(shop.domain, KEY, SECRET)
        answer = client.grant(grant_type=kind, subject_token=good, expiring="1")
        assert answer.json()["expires_in"] == ACCESS_SECONDS
        bad = [
            signing.session_token(shop.domain, KEY, "another"),
            signing.session_token(shop.domain, "another", SECRET),
            signing.session_token("other.myshopify.com", KEY, SECRET),
            signing.session_token(shop.domain, KEY, SECRET, exp=1),
            "no token",
        ]
        for token in bad:
            refused = client.grant(grant_type=kind, subject_token=token, expiring="1")
            assert (refused.status_code, refused.json()["error"]) == (400, "invalid_subject_token")

    def test_rotate_and_keep_the_old_refresh_token_until_the_new_one_is_used(self) -> None:
        grants = Grants()
        grants.install(["read_products"])
        first = grants.issue()
        second = grants.by_refresh(first["refresh_token"])
        third = grants.by_refresh(first["refresh_token"])
        assert not grants.is_good(second["access_token"])
        assert grants.is_good(third["access_token"])
        grants.by_refresh(third["refresh_token"])
        with pytest.raises(Refused):
            grants.by_refresh(first["refresh_token"])

    def test_end_with_their_time(self) -> None:
        now = [0.0]
        grants = Grants(clock=lambda: now[0])
        grants.install([])
        told = grants.issue()
        now[0] = ACCESS_SECONDS + 1.0
        assert not grants.is_good(told["access_token"])
        assert grants.is_good(grants.by_refresh(told["refresh_token"])["access_token"])
        now[0] = 3.0 * REFRESH_SECONDS
        with pytest.raises(Refused):
            grants.by_refresh(told["refresh_token"])

    def test_can_leave_out_when_they_end_and_be_forged(self) -> None:
        grants = Grants()
        grants.install([])
        grants.tells_expiry = False
        assert "expires_in" not in grants.issue()
        grants.forged.append({"access_token": "x"})
        assert grants.issue() == {"access_token": "x"}

    def test_that_do_not_end_can_be_changed_into_such_that_do(self) -> None:
        grants = Grants()
        grants.install([])
        lasting = grants.issue(expiring=False)["access_token"]
        assert "expires_in" in grants.by_old_token(lasting)
        assert not grants.is_good(lasting)


class TestSignatures:
    def test_agree_with_the_vectors(self) -> None:
        path = SHARED / "vectors.json"
        if not path.exists():
            pytest.skip("The vectors are not here.")
        vectors = json.loads(path.read_text())
        for each in vectors["webhook"]:
            body = (SHARED / each["body_file"]).read_bytes() if "body_file" in each else each["body"].encode()
            assert signing.webhook_signature(each["secret"], body) == each["X-Shopify-Hmac-Sha256"]
        for each in vectors["oauth_query"]:
            assert signing.query_signature(each["secret"], dict(parse_qsl(each["query"]))) == each["hmac"]
        for each in vectors["app_proxy"]:
            assert signing.proxy_signature(each["secret"], parse_qsl(each["query"])) == each["signature"]

    def test_of_webhooks_are_accepted_by_shopifys_package(self) -> None:
        body = '{"title":"Café"}'
        headers = {
            "x-shopify-hmac-sha256": signing.webhook_signature(SECRET, body.encode()),
            "x-shopify-shop-domain": "one.myshopify.com",
        }
        request: Any = {"method": "POST", "headers": headers, "url": "https://app.example/webhooks", "body": body}
        config: Any = {"client_id": KEY, "client_secret": SECRET, "old_client_secret": None}
        assert shopify_app.verify_webhook_req(request, config).ok
        assert not shopify_app.verify_webhook_req({**request, "body": body + " "}, config).ok

    def test_of_queries_and_session_tokens_are_accepted_by_shopifys_older_package(self) -> None:
        shopify.Session.setup(api_key=KEY, secret=SECRET)
        query = signing.signed_query(
            SECRET, shop="one.myshopify.com", state="s", host=signing.host("one.myshopify.com")
        )
        assert shopify.Session.validate_params(query)
        token = signing.session_token("one.myshopify.com", KEY, SECRET)
        claims = session_token.decode_from_header(f"Bearer {token}", api_key=KEY, secret=SECRET)
        assert claims["dest"] == "https://one.myshopify.com"


class TestWebhooks:
    def acts(self, shop: Shop) -> list[Told]:
        """Everything that can happen, as it is told."""
        told: list[Told] = []
        shop.listeners.append(told.append)
        customer = shop.create_customer("Ada", "Weber", email="ada@mail.example")
        product = shop.create_product("Lamp of a kind")
        collection = shop.create_collection("Shelf")
        shop.add_to_collection(collection, product)
        shop.edit_product(product, tags=["sale"])
        shop.change_price(product.variants[0], 2499)
        shop.set_stock(product.variants[0], 5)
        order = shop.place_order(customer, [(product.variants[0], 2)], discount=100)
        shop.scan(shop.fulfil(order), "DELIVERED")
        shop.refund(order, [(order.lines[0], 1)])
        shop.cancel(order)
        shop.edit_customer(customer, tags=["vip"])
        shop.change_consent(customer, channel="email", state="SUBSCRIBED")
        shop.change_consent(customer, channel="sms", state="UNSUBSCRIBED")
        shop.change_consent(customer, channel="whatsapp", state="SUBSCRIBED")
        shop.ask_for_copy(customer)
        shop.redact_customer(customer)
        shop.delete_order(order)
        shop.delete_customer(customer)
        shop.delete_collection(collection)
        shop.delete_product(product)
        shop.edit_shop(name="New name")
        shop.say_goodbye()
        shop.redact_shop()
        return told

    def test_can_all_be_read(self, shop: Shop) -> None:
        for each in self.acts(shop):
            assert SHOPIFY.knows(each.topic)
            payload = json.loads(json.dumps(each.payload))
            moment = datetime.now(UTC)
            SHOPIFY.read(Delivered(topic=each.topic, payload=payload, received_at=moment, currency="EUR"))

    def test_have_no_field_that_shopifys_samples_lack(self, shop: Shop) -> None:
        folder = SHARED / "webhooks/payloads_2026-07"
        if not folder.exists():
            pytest.skip("The samples are not here.")
        for each in self.acts(shop):
            sample = json.loads((folder / f"{each.topic}.json").read_text())
            unknown = set(each.payload) - set(sample)
            assert unknown <= {"transactions", "disjunctive", "rules", "admin_graphql_api_id", "processed_at"}, (
                each.topic
            )

    def test_of_products_carry_a_hundred_variants_and_the_ids_of_all(self, filled: Shop) -> None:
        told: list[Told] = []
        shop = Shop.filled(products=12, seed=3)
        shop.listeners.append(told.append)
        big = list(shop.products.values())[1]
        shop.edit_product(big, title="Big")
        assert (len(told[0].payload["variants"]), len(told[0].payload["variant_gids"])) == (100, 260)

    def test_are_not_sent_for_a_change_of_smart_membership(self, shop: Shop) -> None:
        smart = next(each for each in shop.collections.values() if each.title == "On sale")
        product = next(each for each in shop.products.values() if "sale" not in each.tags)
        told: list[Told] = []
        shop.listeners.append(told.append)
        shop.edit_product(product, tags=["sale"])
        assert product in shop.members_of(smart)
        assert [each.topic for each in told] == ["products/update"]

    def test_go_out_signed_and_named(self, shop: Shop) -> None:
        with Peer(shop, client_secret=SECRET, app_url="http://127.0.0.1:9") as peer:
            peer.grant(shop)
            shop.edit_product(next(iter(shop.products.values())), title="Other")
            peer.sender.flush()
            sent = peer.sender.sent[0]
        assert sent.url == "http://127.0.0.1:9/webhooks/shopify"
        envelope = SHOPIFY.envelope({name.lower(): value for name, value in sent.headers.items()})
        assert (envelope.topic, envelope.shop) == ("products/update", shop.domain)
        assert SHOPIFY.is_genuine(envelope, sent.body, [SECRET.encode()])
        assert envelope.delivery_id == sent.headers["X-Shopify-Webhook-Id"]

    def test_share_the_event_but_not_the_delivery(self, shop: Shop) -> None:
        with Peer(shop, app_url="http://127.0.0.1:9") as peer:
            peer.grant(shop)
            shop.refund(next(iter(shop.orders.values())))
            peer.sender.flush()
            headers = [each.headers for each in peer.sender.sent]
        assert len({each["X-Shopify-Event-Id"] for each in headers}) == 1
        assert len({each["X-Shopify-Webhook-Id"] for each in headers}) == len(headers) > 1

    def test_stop_with_an_uninstall_but_for_what_privacy_needs(self, shop: Shop) -> None:
        with Peer(shop, app_url="http://127.0.0.1:9") as peer:
            peer.grant(shop)
            peer[shop.domain].uninstall()
            shop.edit_product(next(iter(shop.products.values())), title="Other")
            shop.redact_shop()
            peer.sender.flush()
            assert [each.topic for each in peer.sender.sent] == ["app/uninstalled", "shop/redact"]


class TestDisorder:
    def sent(self, disorder: Disorder) -> tuple[list[str], int]:
        sender = Sender(disorder)
        sender.held = True
        for number in range(200):
            sender.send(Delivery("http://127.0.0.1:9/", {"X-Shopify-Topic": str(number)}, b"{}"))
        sender.flush()
        sender.close()
        return [each.topic for each in sender.sent], len(sender.dropped)

    def test_is_none_unless_asked_for(self) -> None:
        assert self.sent(Disorder()) == ([str(number) for number in range(200)], 0)

    def test_drops_repeats_and_shuffles(self) -> None:
        topics, dropped = self.sent(Disorder(drop=0.3, duplicate=0.2, shuffle=True, delay=0.01))
        assert 30 < dropped < 90
        assert len(set(topics)) == 200 - dropped
        assert len(topics) > len(set(topics))
        assert topics != sorted(topics, key=int)


class TestPages:
    def test_embed_the_app_with_a_signed_query(self, shop: Shop) -> None:
        with Peer(shop, client_id=KEY, client_secret=SECRET, app_url="http://app.example") as peer:
            page = requests.post(f"{peer.url}/{shop.domain}/admin/install", timeout=10).text
        address = page.partition('src="')[2].partition('"')[0].replace("&amp;", "&")
        query = dict(parse_qsl(urlsplit(address).query))
        text = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "hmac")
        assert hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest() == query["hmac"]
        assert signing.is_session_of(query["id_token"], shop.domain, KEY, SECRET)
        assert address.startswith("http://app.example/shopify/?")

    def test_have_buttons_that_work(self, client: Client, shop: Shop) -> None:
        before = len(shop.products)
        for name in ("edit-product", "place-order", "fulfil", "delete-product", "uninstall"):
            assert requests.post(f"{client.root}/act/{name}", timeout=10).status_code == 200
        assert len(shop.products) == before - 1

    def test_serve_the_bridge_and_its_tokens(self, client: Client, peer: Peer, shop: Shop) -> None:
        assert "idToken" in requests.get(f"{peer.url}/app-bridge.js", timeout=10).text
        told = requests.get(f"{client.root}/session-token", timeout=10)
        assert signing.is_session_of(told.json()["token"], shop.domain, KEY, SECRET)
        assert told.headers["Access-Control-Allow-Origin"] == "*"
