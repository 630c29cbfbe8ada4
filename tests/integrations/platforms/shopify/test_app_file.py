"""shopify.app.toml says what the code says."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from integrations.platforms.shopify.documents import VERSION
from integrations.platforms.shopify.scopes import SCOPES, missing, shop_domain
from integrations.platforms.shopify.topics import READERS
from webapp.app import create_app

FILE = Path(__file__).parents[4] / "shopify.app.toml"
COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}
# Other spellings of customer.tags_…, which deliveries were seen with.
SPELLINGS = {f"{noun}/tags_{what}" for noun in ("customer", "customers") for what in ("added", "removed")}


@pytest.fixture(scope="module")
def told() -> Any:
    return tomllib.loads(FILE.read_text())


class TestAppFile:
    def test_subscribes_to_every_classic_topic_that_is_used(self, told: Any) -> None:
        subscribed = [topic for one in told["webhooks"]["subscriptions"] for topic in one.get("topics", ())]
        used = {topic for topic, reader in READERS.items() if reader.__name__ != "read_unused" and topic[0].islower()}
        assert len(subscribed) == len(set(subscribed))
        assert set(subscribed) == used - COMPLIANCE - SPELLINGS

    def test_subscribes_to_the_compliance_topics(self, told: Any) -> None:
        asked = [topic for one in told["webhooks"]["subscriptions"] for topic in one.get("compliance_topics", ())]
        assert set(asked) == COMPLIANCE
        assert len(asked) == len(COMPLIANCE)

    def test_has_the_version_of_the_api(self, told: Any) -> None:
        assert told["webhooks"]["api_version"] == VERSION

    def test_asks_for_the_scopes_of_the_permission_page(self, told: Any) -> None:
        assert told["access_scopes"]["scopes"] == ",".join(SCOPES)

    def test_is_an_embedded_app(self, told: Any) -> None:
        assert told["embedded"] is True
        assert told["client_id"]

    def test_names_addresses_that_exist(self, told: Any, settings: Any) -> None:
        adapter = create_app(settings).url_map.bind("backroom.example", url_scheme="https")
        root = "https://backroom.example"
        asked = {"GET": [told["application_url"], *told["auth"]["redirect_urls"], f"{told['app_proxy']['url']}/search"]}
        asked["POST"] = [one["uri"] for one in told["webhooks"]["subscriptions"]]
        for method, addresses in asked.items():
            for address in addresses:
                assert address.startswith(root)
                assert adapter.match(address.removeprefix(root), method=method)


class TestMissing:
    def test_is_nothing_where_all_was_granted(self) -> None:
        assert missing(SCOPES) == set()

    def test_takes_writing_to_include_reading(self) -> None:
        assert missing(scope for scope in SCOPES if scope != "read_customers") == set()

    def test_names_what_was_not_granted(self) -> None:
        assert missing(set(SCOPES) - {"write_app_proxy"}) == {"write_app_proxy"}


class TestShopDomain:
    @pytest.mark.parametrize("domain", ["one.myshopify.com", "ONE-2.myshopify.com "])
    def test_is_a_shops(self, domain: str) -> None:
        assert shop_domain(domain) == domain.strip().lower()

    @pytest.mark.parametrize("domain", ["", "one", "one.myshopify.com.", "x\n.myshopify.com", "é.myshopify.com"])
    def test_is_nothing_else(self, domain: str) -> None:
        assert shop_domain(domain) == ""
