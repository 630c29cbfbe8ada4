"""Documents on their way to the server: in as few calls as their bytes allow, each of which is one of its tasks."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from meilisearch.models.task import TaskInfo

from integrations.errors import Permanent
from integrations.search.meilisearch.calls import Server, TooLarge
from integrations.search.meilisearch.shape import text_of

MOST_DOCUMENTS = 5000
MOST_BYTES = 32_000_000  # a third of what the server takes unless it is told otherwise
_MOST_KEYS = 10_000


def send(server: Server, what: str, index: str, rows: Iterable[dict[str, Any]]) -> Iterator[TaskInfo]:
    """Add or replace documents; gives a task for each call. Raises Permanent for one that the server cannot take."""
    lines = ((row["id"], json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()) for row in rows)
    for batch in _batches(lines):
        yield from _sent(server, what, index, batch)


def _batches(lines: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    size = 0
    for key, line in lines:
        if batch and (len(batch) == MOST_DOCUMENTS or size + len(line) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((key, line))
        size += len(line)
    if batch:
        yield batch


def _sent(server: Server, what: str, index: str, batch: list[tuple[str, bytes]]) -> Iterator[TaskInfo]:
    """One call; halves where the server takes less than it usually does."""
    body = b"[" + b",".join(line for _, line in batch) + b"]"
    try:
        yield server.add(what, index, body)
    except TooLarge as error:
        if len(batch) == 1:
            size = len(body) // 1000
            raise Permanent(f"{what}: the product {text_of(batch[0][0])} is too large ({size} kB): {error}") from error
        middle = len(batch) // 2
        yield from _sent(server, what, index, batch[:middle])
        yield from _sent(server, what, index, batch[middle:])


def remove(server: Server, what: str, index: str, keys: list[str]) -> Iterator[TaskInfo]:
    """Have documents deleted. The client's own function for it warns that it will go; the server's stays."""
    for start in range(0, len(keys), _MOST_KEYS):
        path = f"indexes/{index}/documents/delete-batch"
        yield TaskInfo(**server.post(what, path, keys[start : start + _MOST_KEYS]))
