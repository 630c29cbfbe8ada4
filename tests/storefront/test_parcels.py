"""What shops install: files that their platforms can read, nothing in them unescaped, and a script that is small."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Backroom
from webapp.shoppers.widget import PIECES, script

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "storefront/shopify/extensions/backroom-search"
PLUGIN = ROOT / "storefront/woocommerce/backroom-search"
_SCHEMA = re.compile(r"{% schema %}(.*?){% endschema %}", re.DOTALL)
_SAID_IN_OUR_DOMAIN = re.compile(
    r"\b(?:__|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e)\( '(?:[^'\\]|\\.)+', 'backroom-search' \)"
)
_ECHO = re.compile(r"\becho\s+(?!esc_(?:html|attr|url)\()")


def words(told: Any, before: str = "") -> set[str]:
    """The keys of a locale's texts, as `settings.door.label`."""
    if not isinstance(told, dict):
        return {before}
    return {key for name, inner in told.items() for key in words(inner, f"{before}.{name}" if before else name)}


def locale(name: str) -> set[str]:
    return words(json.loads((EXTENSION / "locales" / name).read_text()))


class TestScript:
    def test_is_small(self) -> None:
        assert len(script().zipped) < 15_000

    def test_has_all_its_pieces(self) -> None:
        assert {path.stem for path in (ROOT / "webapp/static/widget").glob("*.js")} == set(PIECES)

    def test_writes_no_markup_and_no_code(self) -> None:
        text = script().plain.decode()
        for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert danger not in text


class TestShopifyExtension:
    def test_says_what_it_is(self) -> None:
        (told,) = tomllib.loads((EXTENSION / "shopify.extension.toml").read_text())["extensions"]
        assert (told["type"], told["handle"]) == ("theme", "backroom-search")

    @pytest.mark.parametrize("block", sorted(EXTENSION.glob("blocks/*.liquid")), ids=lambda path: path.stem)
    def test_blocks_have_schemas_whose_words_are_there(self, block: Path) -> None:
        (schema,) = _SCHEMA.findall(block.read_text())
        told = json.loads(schema)
        ids = [setting["id"] for setting in told["settings"]]
        assert len(ids) == len(set(ids))
        assert len(told["name"]) <= 25 or told["name"].startswith("t:")
        used = set(re.findall(r'"t:([a-z_.]+)"', schema))
        assert used <= locale("en.default.schema.json")
        assert set(re.findall(r"block\.settings\.(\w+)", block.read_text())) == set(ids)

    @pytest.mark.parametrize("block", sorted(EXTENSION.glob("blocks/*.liquid")), ids=lambda path: path.stem)
    def test_blocks_escape_what_merchants_write(self, block: Path) -> None:
        for shown in re.findall(r"{{(.*?)}}", block.read_text()):
            if "block.settings" in shown and "limit" not in shown:
                assert "| escape" in shown, shown

    def test_speaks_the_same_words_in_every_language(self) -> None:
        assert locale("de.json") == locale("en.default.json")
        assert locale("de.schema.json") == locale("en.default.schema.json")


class TestWooCommercePlugin:
    @pytest.mark.parametrize("file", sorted(PLUGIN.rglob("*.php")), ids=lambda path: path.name)
    def test_files_stand_on_their_own(self, file: Path) -> None:
        text = file.read_text()
        assert text.startswith("<?php\n")
        assert "defined( 'ABSPATH' ) || exit;" in text or "defined( 'WP_UNINSTALL_PLUGIN' ) || exit;" in text
        for opening, closing in ("{}", "()", "[]"):
            assert text.count(opening) == text.count(closing), f"{opening}{closing}"

    @pytest.mark.parametrize("file", sorted(PLUGIN.rglob("*.php")), ids=lambda path: path.name)
    def test_files_escape_what_they_print(self, file: Path) -> None:
        assert _ECHO.findall(file.read_text()) == []

    def test_requires_only_files_that_are_there(self) -> None:
        for name in re.findall(r"__DIR__ \. '(/[^']+)'", (PLUGIN / "backroom-search.php").read_text()):
            assert (PLUGIN / name.lstrip("/")).exists()

    def test_takes_the_token_that_orders_are_read_with(self) -> None:
        assert "'_backroom_search'" in (PLUGIN / "includes/orders.php").read_text()

    @pytest.mark.parametrize("file", sorted(PLUGIN.rglob("*.php")), ids=lambda path: path.name)
    def test_words_can_be_translated(self, file: Path) -> None:
        text = file.read_text()
        said = re.findall(r"\b(?:__|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e)\(", text)
        assert len(said) == len(re.findall(_SAID_IN_OUR_DOMAIN, text))

    def test_takes_all_its_options_away(self) -> None:
        kept = set(re.findall(r"get_option\( '(\w+)'", "".join(file.read_text() for file in PLUGIN.rglob("*.php"))))
        gone = set(re.findall(r"delete_option\( '(\w+)'", (PLUGIN / "uninstall.php").read_text()))
        assert kept == gone

    def test_tab_is_for_who_manages_the_shop(self) -> None:
        """Showing it, its content and saving: each asks by itself."""
        text = (PLUGIN / "includes/connection.php").read_text()
        hooks = re.findall(
            r"^add_(?:filter|action)\(\n\t'(\w+)',\n\tstatic function \(.*?\) {\n\t\tif \( (.*?) \) {",
            text,
            re.MULTILINE,
        )
        assert hooks == [
            (hook, "current_user_can( 'manage_woocommerce' )")
            for hook in (
                "woocommerce_settings_tabs_array",
                "woocommerce_settings_backroom",
                "woocommerce_update_options_backroom",
            )
        ]

    def test_tab_leads_to_pages_that_there_are(self, backroom: Backroom) -> None:
        text = (PLUGIN / "includes/connection.php").read_text()
        paths = set(re.findall(r"\$address \. '(/[^']+)'", text))
        assert {"/dashboard/", "/woocommerce/connect", "/webhooks/woocommerce/"} == paths
        assert backroom.client.get("/dashboard/").status_code in (200, 302)
        assert "https://shop.example" in backroom.client.get("/woocommerce/connect?address=https://shop.example").text

    def test_tab_opens_nothing_that_could_look_back(self) -> None:
        text = (PLUGIN / "includes/connection.php").read_text()
        assert text.count('target="_blank"') == text.count('target="_blank" rel="noopener noreferrer"') == 1
