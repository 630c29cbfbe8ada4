"""The page about the customers API: its examples run as they stand, against Backroom as it is served."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.api.test_fuzzing import served

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/customers-api.md"


def blocks() -> list[tuple[str, str]]:
    """The examples with the language of each."""
    return re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text(), re.DOTALL)


class TestPage:
    @pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
    def test_has_examples_that_run(self, app: Any, api: Any, shop: Any) -> None:
        with served(app) as address:
            told = os.environ | {"BACKROOM": address, "API_KEY": shop.api_key}
            for language, text in blocks():
                command = ["sh", "-e", "-c", text] if language == "sh" else [sys.executable, "-c", text]
                answer = subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)
                assert answer.returncode == 0, (text, answer.stderr)
        assert "['updated', 'created']" in answer.stdout
        row = api.get("/api/v1/customers/till:C-1042").json
        assert (row["note"], row["tags"]) == ("Likes tents.", ["vip"])
        assert row["communication_preferences"] == {"email": "subscribed"}
        assert len(blocks()) == 2
