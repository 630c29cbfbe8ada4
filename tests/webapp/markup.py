"""Reading pages: what people see of them, and what must not be in them."""

import re
from typing import Any


def assert_nothing_is_inline(html: str) -> None:
    assert not re.findall(r"<[^>]*\sstyle\s*=", html)
    assert "<style" not in html
    assert not re.findall(r"<script(?![^>]*\ssrc=)", html)
    assert not re.findall(r"<(?:[^>\"]|\"[^\"]*\")*\son[a-z]+\s*=", html)
    assert not re.findall(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", html, re.IGNORECASE)


def words(html: str) -> str:
    """The text that people see, white space folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def token(client: Any, page: str) -> str:
    """The token that the page's forms carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    return found[1]
