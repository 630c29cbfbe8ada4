"""What is published of outgoing webhooks is what the code does."""

import re
from pathlib import Path

from commerce.rules.outgoing import health, tries
from commerce.rules.outgoing.names import NOUNS

PAGE = (Path(__file__).resolve().parents[4] / "docs/how-to/outgoing-webhooks.md").read_text()


class TestThePage:
    def test_has_the_schedule(self) -> None:
        rows = re.findall(r"^\| (\d+) \| ([^|]+) \|([^|]*)\|$", PAGE, re.MULTILINE)
        assert [(int(number), wait, since.strip()) for number, wait, since in rows] == tries.published()

    def test_names_limits_and_nouns(self) -> None:
        assert f"within {tries.TIMEOUT_SECONDS} seconds" in PAGE
        assert f"at least {health.LIMIT_TRIES} tries" in PAGE
        assert health.LIMIT_TIME.days == 3
        assert health.BREAKS_AFTER == 5
        assert [noun for noun in NOUNS if f"`{noun}.*`" not in PAGE] == []
