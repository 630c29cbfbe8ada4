"""Walking through a list of the dashboard as people do: page by page, by its own links."""

import csv
import io
import re
from typing import Any


def following(html: str) -> str:
    """Where the next page is; empty on the last one."""
    found = re.search(r'href="([^"]+)" rel="next"', html)
    return found[1].replace("&amp;", "&") if found else ""


def walk(client: Any, path: str, pattern: str, **query: str) -> list[str]:
    """What the pattern finds on all pages, one after the other."""
    found, answer = [], client.get(path, query_string=query)
    for _ in range(50):
        assert answer.status_code == 200
        found += re.findall(pattern, answer.text)
        path = following(answer.text)
        if not path:
            return found
        answer = client.get(path)
    raise AssertionError("the list never ends")


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a file by the names of its columns."""
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
