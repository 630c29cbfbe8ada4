"""`search check` on the command line."""

import json
import threading
from typing import Any

from commerce.rules.documents import index_of
from jobs.alarms import watch_indexes
from tests.conftest import Backroom
from tests.payloads import product


class TestCheck:
    def test_prints_what_was_found(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for key in (1, 2):
            shop.send("products/create", product(key))
        backroom.work()
        backroom.process.engine.remove(index_of(shop.id), ["1"])
        runner, answers = backroom.client.application.test_cli_runner(), list[Any]()
        asking = threading.Thread(
            target=lambda: answers.append(runner.invoke(args=["search", "check", "--shop", shop.key]))
        )
        asking.start()
        while asking.is_alive():
            backroom.work()
            asking.join(0.1)
        told = json.loads(answers[0].stdout.splitlines()[-1])
        assert (told["documents"], told["missing"], told["healed"]) == (2, 1, 1)
        assert told["examples"] == {"missing": ["1"]}
        assert "The last check found 1 difference." in runner.invoke(args=["doctor"]).output

    def test_says_that_no_worker_ends_it(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        runner = backroom.client.application.test_cli_runner()
        answer = runner.invoke(args=["search", "check", "--shop", shop.key, "--patience", "0.1"])
        assert answer.exit_code == 1
        assert "Are workers running?" in answer.output


class TestMetrics:
    def test_tell_of_empty_indexes(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        watch_indexes()
        text = backroom.client.get("/metrics").text
        assert "backroom_search_empty 1.0" in text
        assert 'backroom_search_drift{kind="missing"} 0.0' in text
