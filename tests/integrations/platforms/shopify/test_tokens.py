"""Tokens: what a grant holds, for how long, and what a refusal says without a secret in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.settings import Settings
from integrations.errors import OutsideError, Refused, Transient
from integrations.platforms.shopify import tokens
from tests.peers.shopify import signing
from tests.peers.shopify.peer import Peer
from tests.peers.shopify.shop import Shop

SECRET = "a secret of the app that is long enough for anyone"


@dataclass
class App:
    peer: Peer
    settings: Settings
    domain: str

    @property
    def grants(self) -> Any:
        return self.peer[self.domain].grants


@pytest.fixture
def app() -> Iterator[App]:
    shop = Shop.filled(products=1, customers=1, orders=1)
    with Peer(shop, client_secret=SECRET) as peer:
        peer[shop.domain].install()
        settings = Settings(
            shopify_api_key=peer.app.client_id,
            shopify_api_secret=SECRET,
            shopify_api_origin=peer.url,
            allow_private_hosts=True,
        )
        yield App(peer, settings, shop.domain)


def close_to(moment: datetime | None, wanted: datetime) -> bool:
    return moment is not None and abs(moment - wanted) < timedelta(seconds=30)


class TestAGrant:
    def test_for_a_code_holds_a_pair_that_ends(self, app: App) -> None:
        grant = tokens.from_code(app.settings, app.domain, app.grants.code())
        now = datetime.now(UTC)
        assert set(grant.secrets) == {"access_token", "refresh_token"}
        assert close_to(grant.expires_at, now + timedelta(hours=1))
        assert close_to(grant.refresh_expires_at, now + timedelta(days=90))
        assert close_to(grant.at, now)
        assert "read_products" in grant.scopes

    def test_for_a_session_token_is_the_same(self, app: App) -> None:
        token = signing.session_token(app.domain, app.peer.app.client_id, SECRET)
        grant = tokens.from_session_token(app.settings, app.domain, token)
        assert set(grant.secrets) == {"access_token", "refresh_token"}

    def test_shows_no_secret(self, app: App) -> None:
        grant = tokens.from_code(app.settings, app.domain, app.grants.code())
        assert not any(secret in repr(grant) for secret in grant.secrets.values())

    def test_for_a_code_is_given_once(self, app: App) -> None:
        code = app.grants.code()
        tokens.from_code(app.settings, app.domain, code)
        with pytest.raises(Refused):
            tokens.from_code(app.settings, app.domain, code)


class TestARefresh:
    def test_gives_a_new_pair(self, app: App) -> None:
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        second = tokens.renew(app.settings, app.domain, first.secrets)
        assert not set(first.secrets.values()) & set(second.secrets.values())

    def test_may_be_tried_again_when_its_answer_was_lost(self, app: App) -> None:
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        tokens.renew(app.settings, app.domain, first.secrets)
        again = tokens.renew(app.settings, app.domain, first.secrets)
        assert app.grants.is_good(again.secrets["access_token"])

    def test_without_a_word_on_its_end_ends_in_an_hour(self, app: App) -> None:
        app.grants.tells_expiry = False
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        for grant in (first, tokens.renew(app.settings, app.domain, first.secrets)):
            assert close_to(grant.expires_at, datetime.now(UTC) + timedelta(hours=1))
            assert close_to(grant.refresh_expires_at, datetime.now(UTC) + timedelta(days=90))

    def test_without_a_new_refresh_token_keeps_the_old_one(self, app: App) -> None:
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        app.grants.forged.append({"access_token": "shpat_new", "scope": ""})
        second = tokens.renew(app.settings, app.domain, first.secrets)
        assert second.secrets == {"access_token": "shpat_new", "refresh_token": first.secrets["refresh_token"]}
        assert second.expires_at is not None

    @pytest.mark.parametrize("secrets", [{}, {"refresh_token": ""}, {"access_token": "shpat_x"}])
    def test_needs_a_refresh_token(self, app: App, secrets: dict[str, str]) -> None:
        with pytest.raises(Refused, match="nothing to renew it with"):
            tokens.renew(app.settings, app.domain, secrets)


class TestARefusal:
    def test_of_a_lost_refresh_token_is_final(self, app: App) -> None:
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        app.grants.lose_tokens()
        with pytest.raises(Refused) as caught:
            tokens.renew(app.settings, app.domain, first.secrets)
        assert "invalid_grant" in str(caught.value)
        assert first.secrets["refresh_token"] not in str(caught.value)

    def test_of_a_session_token_asks_for_a_fresh_one(self, app: App) -> None:
        token = signing.session_token(app.domain, app.peer.app.client_id, "another app's secret, just as long as ours")
        with pytest.raises(tokens.InvalidSessionToken):
            tokens.from_session_token(app.settings, app.domain, token)

    @pytest.mark.parametrize("how", ["500", "close"])
    def test_for_a_moment_is_none(self, app: App, how: str) -> None:
        first = tokens.from_code(app.settings, app.domain, app.grants.code())
        app.peer.faults.fail_next(1, how=how, where="token")
        with pytest.raises(Transient):
            tokens.renew(app.settings, app.domain, first.secrets)
        assert tokens.renew(app.settings, app.domain, first.secrets).secrets["access_token"]

    @pytest.mark.parametrize("forged", [{}, {"access_token": ""}, {"access_token": 7}, {"error": "what?"}])
    def test_is_any_answer_without_a_token(self, app: App, forged: dict[str, Any]) -> None:
        app.grants.forged.append(forged)
        with pytest.raises(OutsideError):
            tokens.from_code(app.settings, app.domain, app.grants.code())
