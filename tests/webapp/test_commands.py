"""What `flask --app webapp.app …` does and says."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import text
from werkzeug.serving import make_server

from commerce.database import Database
from commerce.rules.documents import index_of
from commerce.tables import inbox
from commerce.vault import Vault
from jobs.queues import Queues, connect
from tests.conftest import Backroom, free_port
from tests.payloads import product
from tests.shops import CUSTOM_SECRET, Shop
from tests.stored import deliveries
from webapp.app import create_app

KEYS = {"shop_key", "api_key", "publishable_key", "webhook_url", "webhook_secret"}
Call = Callable[..., Result]


@pytest.fixture
def call(backroom: Backroom) -> Call:
    """Run a command in the application of this test."""
    runner = backroom.client.application.test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    return result.output


def sender(backroom: Backroom, told: dict[str, str], platform: str, domain: str) -> Shop:
    return Shop(
        client=backroom.client,
        id=1,
        key=told["shop_key"],
        api_key=told["api_key"],
        publishable_key=told["publishable_key"],
        platform=platform,
        domain=domain,
        secret=told["webhook_secret"],
    )


class TestAddShopify:
    def test_prints_all_that_connects_the_shop(self, backroom: Backroom, call: Call) -> None:
        told = printed(call("shops", "add-shopify", "https://One.myshopify.com/", "--access-token", "shpat_x"))
        assert set(told) == KEYS
        assert told["webhook_url"] == f"{backroom.settings.base_url}/webhooks/shopify"
        shop = sender(backroom, told, "shopify", "one.myshopify.com")
        assert shop.send("products/create", product()).status_code == 200
        backroom.work()
        assert shop.read("products/1")["title"] == "Lamp 1"
        assert shop.search("lamp")["total"] == 1

    def test_accepts_a_secret_of_the_shops_own_beside_the_apps(self, backroom: Backroom, call: Call) -> None:
        told = printed(call("shops", "add-shopify", "one.myshopify.com", "--webhook-secret", "own"))
        assert told["webhook_secret"] == "own"
        shop = sender(backroom, told, "shopify", "one.myshopify.com")
        assert shop.send("products/create", product()).status_code == 200
        apps = replace(shop, secret=backroom.settings.shopify_api_secret)
        assert apps.send("products/create", product()).status_code == 200

    @pytest.mark.parametrize(
        "domain", ["example.com", "x.myshopify.com.evil.example", "_x.myshopify.com", "a b.myshopify.com", ""]
    )
    def test_refuses_what_is_no_domain_of_shopifys(self, call: Call, domain: str) -> None:
        assert "is not a shop's domain such as example.myshopify.com" in refused(call("shops", "add-shopify", domain))

    def test_refuses_a_shop_twice(self, call: Call) -> None:
        call("shops", "add-shopify", "one.myshopify.com")
        assert "is there already" in refused(call("shops", "add-shopify", "one.myshopify.com"))

    def test_refuses_what_is_no_currency(self, call: Call) -> None:
        answer = refused(call("shops", "add-shopify", "one.myshopify.com", "--currency", "euros"))
        assert "three letters, such as EUR" in answer


class TestAddWoocommerce:
    def test_prints_all_that_connects_the_shop(self, backroom: Backroom, call: Call) -> None:
        told = printed(
            call(
                *("shops", "add-woocommerce", "https://Shop.example/wp/"),
                *("--consumer-key", "ck_x", "--consumer-secret", "cs_x", "--currency", "eur"),
            )
        )
        assert set(told) == KEYS
        assert told["webhook_url"] == f"{backroom.settings.base_url}/webhooks/woocommerce/{told['shop_key']}"
        assert len(told["webhook_secret"]) >= 32
        shop = sender(backroom, told, "woocommerce", "https://shop.example/wp")
        assert shop.send("product.deleted", {"id": 1}).status_code == 200

    def test_takes_the_secret_that_is_given(self, call: Call) -> None:
        told = printed(call("shops", "add-woocommerce", "http://shop.example", "--webhook-secret", "s"))
        assert told["webhook_secret"] == "s"

    @pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example", "https://", "http://[", ""])
    def test_refuses_what_is_no_address(self, call: Call, url: str) -> None:
        assert "is not an address such as https://shop.example" in refused(call("shops", "add-woocommerce", url))


class TestAddCustom:
    def test_prints_all_that_connects_the_shop(self, backroom: Backroom, call: Call) -> None:
        told = printed(call("shops", "add-custom", " Lamps & more ", "--currency", "eur"))
        assert set(told) == KEYS
        assert told["webhook_url"] == f"{backroom.settings.base_url}/webhooks/custom/{told['shop_key']}"
        assert told["webhook_secret"].startswith("whsec_")
        (row,) = printed(call("shops", "list"))
        assert (row["domain"], row["name"], row["currency"]) == ("lamps-more", "Lamps & more", "EUR")
        shop = sender(backroom, told, "custom", "lamps-more")
        assert shop.send("product.saved", {"id": 1, "title": "Lamp", "price": "19.99"}).status_code == 200
        backroom.work()
        assert shop.read("products/1")["price"] == {"amount": 1999, "currency": "EUR"}

    def test_takes_the_secret_that_is_given(self, call: Call) -> None:
        told = printed(call("shops", "add-custom", "Lamps", "--webhook-secret", CUSTOM_SECRET))
        assert told["webhook_secret"] == CUSTOM_SECRET

    def test_takes_names_of_any_script(self, call: Call) -> None:
        printed(call("shops", "add-custom", "灯具店"))
        assert [row["domain"] for row in printed(call("shops", "list"))] == ["灯具店"]

    @pytest.mark.parametrize("name", ["", " ", "&", "_"])
    def test_refuses_what_is_no_name(self, call: Call, name: str) -> None:
        assert "has no letter and no digit" in refused(call("shops", "add-custom", name))

    @pytest.mark.parametrize("secret", ["whsec_AAAA", "a secret", "whsec_"])
    def test_refuses_what_is_no_secret(self, call: Call, secret: str) -> None:
        assert "whsec_ and base64" in refused(call("shops", "add-custom", "Lamps", "--webhook-secret", secret))

    def test_refuses_a_name_twice(self, call: Call) -> None:
        printed(call("shops", "add-custom", "Lamps & more"))
        assert "is there already" in refused(call("shops", "add-custom", "lamps more"))


class TestShops:
    def test_lists_them_without_secrets(self, backroom: Backroom, call: Call) -> None:
        told = printed(call("shops", "add-shopify", "one.myshopify.com"))
        (row,) = printed(call("shops", "list"))
        assert row == {
            "key": told["shop_key"],
            "platform": "shopify",
            "domain": "one.myshopify.com",
            "name": "one.myshopify.com",
            "state": "active",
            "currency": None,
            "demo": False,
        }

    def test_gives_a_new_api_key_and_refuses_the_old_one(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        told = printed(call("shops", "new-api-key", "--shop", shop.key))
        assert set(told) == {"shop_key", "api_key"}
        assert shop.read("products")["status"] == 401
        assert replace(shop, api_key=told["api_key"]).read("products")["data"] == []

    def test_says_where_to_find_keys(self, call: Call) -> None:
        assert "`shops list` shows all" in refused(call("shops", "new-api-key", "--shop", "nobody"))


@pytest.fixture
def served(backroom: Backroom) -> Iterator[Call]:
    """The application behind a real address, and commands that post to it."""
    port = free_port()
    settings = replace(backroom.settings, base_url=f"http://127.0.0.1:{port}")
    app = create_app(settings, replace(backroom.parts, settings=settings))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    runner = app.test_cli_runner()
    yield lambda *words: runner.invoke(args=[str(word) for word in words])
    server.shutdown()
    thread.join()
    server.server_close()


def capture(folder: Path, shop: Shop, body: bytes, *, as_list: bool = True, **changes: str) -> Path:
    headers = {**shop.headers("product.deleted", body, **changes), "Host": "elsewhere", "Content-Length": "1"}
    told = {"headers": [list(pair) for pair in headers.items()] if as_list else headers}
    (folder / "one.headers.json").write_text(json.dumps(told))
    (folder / "one.body").write_bytes(body)
    return folder / "one.body"


class TestPost:
    @pytest.mark.parametrize("as_list", [True, False])
    def test_posts_a_captured_delivery_as_it_is(
        self, backroom: Backroom, served: Call, tmp_path: Path, as_list: bool
    ) -> None:
        shop = backroom.shops.woocommerce()
        file = capture(tmp_path, shop, b'{"id":7}', as_list=as_list)
        for given in (file, file.with_name("one.headers.json")):
            assert served("events", "post", given, "--shop", shop.key).exit_code == 0
        assert [row.body for row in deliveries(backroom.parts.database, shop.id)] == [b'{"id":7}'] * 2

    def test_fails_when_it_was_turned_away(self, backroom: Backroom, served: Call, tmp_path: Path) -> None:
        shop = backroom.shops.woocommerce()
        file = capture(tmp_path, shop, b"{}", **{"X-WC-Webhook-Signature": "AAAA"})
        assert "401" in refused(served("events", "post", file, "--shop", shop.key))

    def test_says_what_is_missing(self, backroom: Backroom, call: Call, tmp_path: Path) -> None:
        shop = backroom.shops.woocommerce()
        (tmp_path / "two.body").write_bytes(b"{}")
        answer = refused(call("events", "post", tmp_path / "two.body", "--shop", shop.key))
        assert "two.headers.json is missing" in answer
        (tmp_path / "two.headers.json").write_text("[]")
        assert "has no list `headers`" in refused(call("events", "post", tmp_path / "two.body", "--shop", shop.key))

    def test_says_that_no_server_answers(self, backroom: Backroom, call: Call, tmp_path: Path) -> None:
        shop = backroom.shops.woocommerce()
        app = create_app(
            backroom.settings,
            replace(backroom.parts, settings=replace(backroom.settings, base_url=f"http://127.0.0.1:{free_port()}")),
        )
        file = capture(tmp_path, shop, b"{}")
        answer = refused(app.test_cli_runner().invoke(args=["events", "post", str(file), "--shop", shop.key]))
        assert "Error:" in answer


class TestReplay:
    def test_makes_deliveries_wait_again(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        for key in (1, 2):
            shop.send("products/create", product(key))
        backroom.work()
        _, second = deliveries(backroom.parts.database, shop.id)
        assert printed(call("events", "replay", "--shop", shop.key, "--id", second.id)) == {
            "replayed": 1,
            "woken": True,
        }
        states = [row.state for row in deliveries(backroom.parts.database, shop.id)]
        assert states == [inbox.APPLIED, inbox.WAITING]
        assert printed(call("events", "replay", "--shop", shop.key, "--state", "applied"))["replayed"] == 1
        backroom.work()
        assert [row.origin for row in deliveries(backroom.parts.database, shop.id)] == ["replay", "replay"]
        assert printed(call("events", "replay", "--shop", shop.key, "--since", "2999-01-01"))["replayed"] == 0

    def test_leaves_other_shops_alone(self, backroom: Backroom, call: Call) -> None:
        shop, other = backroom.shops.shopify(), backroom.shops.shopify("two.myshopify.com")
        other.send("products/create", product())
        backroom.work()
        (row,) = deliveries(backroom.parts.database, other.id)
        assert printed(call("events", "replay", "--shop", shop.key, "--id", row.id))["replayed"] == 0

    @pytest.mark.parametrize("words", [("--since", "yesterday"), ("--state", "lost"), ("--id", "x")])
    def test_refuses_wrong_filters_by_name(self, backroom: Backroom, call: Call, words: tuple[str, str]) -> None:
        shop = backroom.shops.shopify()
        assert words[0] in refused(call("events", "replay", "--shop", shop.key, *words))


class TestReindex:
    def test_builds_the_index_anew_and_shows_how_far_it_is(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        started = printed(call("search", "reindex", "--shop", shop.key, "--detach"))
        assert started == {"started": True, "woken": True, "products": 1}
        backroom.work()
        assert shop.search("lamp")["total"] == 1

    def test_waits_for_the_workers(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        # RQ's workers listen to signals, which only the main thread may; the command waits in another one.
        answers: list[Result] = []
        waiting = threading.Thread(target=lambda: answers.append(call("search", "reindex", "--shop", shop.key)))
        waiting.start()
        for _ in range(100):
            backroom.work()
            waiting.join(0.1)
            if not waiting.is_alive():
                break
        assert answers[0].exit_code == 0
        assert json.loads(answers[0].stdout.splitlines()[-1])["products"] == 1
        assert "of 1 products" in answers[0].output

    def test_gives_up_when_nobody_works(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        answer = refused(call("search", "reindex", "--shop", shop.key, "--patience", "0.1"))
        assert "Are workers running?" in answer

    def test_says_where_to_find_keys(self, call: Call) -> None:
        assert "`shops list` shows all" in refused(call("search", "reindex", "--shop", "nobody"))


class TestDoctor:
    def test_finds_nothing_wrong_where_all_is_well(self, backroom: Backroom, call: Call) -> None:
        backroom.shops.shopify().send("products/create", product())
        backroom.work()
        backroom.process.queues.show_up("a worker")
        result = call("doctor")
        assert result.exit_code == 0, result.output
        assert "FAIL" not in result.output
        assert "1 products, 1 of them found by search" in result.output

    def test_says_that_no_worker_is_alive(self, call: Call) -> None:
        result = call("doctor")
        assert result.exit_code == 1
        assert "FAIL  workers: none is alive" in result.output

    def test_says_that_redis_is_down(self, backroom: Backroom) -> None:
        away = Queues(connect(f"redis://127.0.0.1:{free_port()}", timeout=0.5))
        app = create_app(backroom.settings, replace(backroom.parts, queues=away))
        result = app.test_cli_runner().invoke(args=["doctor"])
        assert result.exit_code == 1
        assert "FAIL  redis: cannot be reached" in result.output
        assert "Check REDIS_URL" in result.output

    def test_says_that_the_schema_is_missing(self, backroom: Backroom, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        app = create_app(backroom.settings, replace(backroom.parts, database=database))
        result = app.test_cli_runner().invoke(args=["doctor"])
        database.dispose()
        assert result.exit_code == 1
        assert "flask --app webapp.app migrate" in result.output

    def test_says_that_the_database_is_down(self, backroom: Backroom) -> None:
        database = Database(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
        app = create_app(backroom.settings, replace(backroom.parts, database=database))
        result = app.test_cli_runner().invoke(args=["doctor"])
        assert result.exit_code == 1
        assert "FAIL  database: PostgreSQL cannot be reached" in result.output

    def test_says_that_the_key_does_not_fit(self, backroom: Backroom) -> None:
        backroom.shops.woocommerce()
        app = create_app(backroom.settings, replace(backroom.parts, vault=Vault("another key")))
        result = app.test_cli_runner().invoke(args=["doctor"])
        assert result.exit_code == 1
        assert "does not open with the present SECRET_KEY" in result.output

    def test_advises_to_rebuild_an_empty_index(self, backroom: Backroom, call: Call) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        assert f"Run `search reindex --shop {shop.key}`" in call("doctor").output


class TestSignIn:
    def test_prints_a_link_that_works_once(self, backroom: Backroom, call: Call) -> None:
        result = call("sign-in")
        assert result.exit_code == 0
        path = result.stdout.strip().removeprefix(backroom.settings.base_url)
        assert path.startswith("/sign-in/")
        assert backroom.client.post(path).status_code == 302
        assert backroom.client.get("/dashboard/").status_code == 200
        assert backroom.client.application.test_client().post(path).status_code != 302


class TestMigrate:
    def test_may_run_again(self, backroom: Backroom, call: Call) -> None:
        assert call("migrate").exit_code == 0
        with backroom.parts.database.read() as db:
            assert db.execute(text("SELECT count(*) FROM shops")).scalar_one() == 0
