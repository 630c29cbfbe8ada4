"""No secret reaches a log, by whatever way it comes."""

import json
import logging
from pathlib import Path

import pytest
import structlog

from commerce.logs import configure_logging, without_secrets
from commerce.settings import Settings

HIDDEN = "[hidden]"
SECRETS = {
    "api key": "br_abcdefghijk",
    "Shopify token": "shpat_0123456789abcdef",
    "Shopify secret": "shpss_0123456789abcdef",
    "refresh token": "shprt_0123456789abcdef",
    "consumer key": "ck_0123456789abcdef",
    "consumer secret": "cs_0123456789abcdef",
    "webhook secret": "whsec_0123456789",
    "database password": "postgresql://user:hunter2@db/backroom",
    "Redis password": "redis://:hunter2@cache:6379/0",
    "publishable key in an address": "/storefront/v1/abc/search?q=x&key=pk_hunter2_0123",
    "sign-in link": "http://127.0.0.1:8000/sign-in/hunter2hunter2hunter2",
}


def cleaned(**line: object) -> dict[str, object]:
    return dict(without_secrets(None, "info", dict(line)))


class TestWithoutSecrets:
    @pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS.keys())
    def test_blots_them_out_by_their_shape_wherever_they_stand(self, text: str) -> None:
        secrets = [part for part in ("hunter2", "0123456789abcdef", "0123456789", "abcdefghijk") if part in text]
        for line in (
            cleaned(event=f"failed with {text} today"),
            cleaned(detail={"inner": [text]}),
            cleaned(list=[text, ("a", text)]),
        ):
            shown = json.dumps(line)
            assert HIDDEN in shown
            assert not any(secret in shown for secret in secrets)

    @pytest.mark.parametrize(
        "name",
        ["secret", "api_key", "apikey", "Authorization", "access_token", "password", "cookie", "x-shopify-hmac-sha256"],
    )
    def test_blots_them_out_by_their_name(self, name: str) -> None:
        assert cleaned(**{name: "anything"}) == {name: HIDDEN}
        assert cleaned(headers={name: "anything", "host": "shop"}) == {"headers": {name: HIDDEN, "host": "shop"}}

    def test_leaves_everything_else_alone(self) -> None:
        line = {"event": "delivery.broke", "shop_id": 7, "topic": "orders/create", "ids": [1, 2], "nothing": None}
        assert cleaned(**line) == line

    def test_keeps_where_an_address_points_to(self) -> None:
        assert cleaned(url="redis://:pw@cache:6379/0")["url"] == f"redis://{HIDDEN}@cache:6379/0"


class TestConfigureLogging:
    def test_writes_one_json_object_a_line_without_secrets(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before, ours_before = (logging.root.handlers[:], logging.root.level), structlog.get_config()
        try:
            configure_logging(Settings(var_dir=tmp_path).completed(), process="test")
            try:
                raise ValueError("no luck with shpat_0123456789abcdef")
            except ValueError:
                structlog.get_logger("of.structlog").exception("it.broke", shop_id=3)
            logging.getLogger("of.a.library").warning("told br_abcdefghijk\nin two lines")
        finally:
            logging.root.handlers, logging.root.level = before
            structlog.configure(**ours_before)
            structlog.contextvars.clear_contextvars()
        ours, library = (json.loads(line) for line in capsys.readouterr().err.strip().splitlines())
        assert (ours["event"], ours["shop_id"], ours["process"], ours["level"]) == ("it.broke", 3, "test", "error")
        assert "ValueError" in ours["exception"]
        assert "shpat_" not in ours["exception"]
        assert library["event"] == f"told {HIDDEN}\nin two lines"
