"""Bulk operations of one shop: they run beside everything else and leave a file of lines."""

import json
import random
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from graphql import DocumentNode

from tests.peers.shopify import bulk_rules
from tests.peers.shopify.bulk_lines import Lines
from tests.peers.shopify.model_goods import Thing
from tests.peers.shopify.mutations import complaint
from tests.peers.shopify.state import State

MOST_AT_ONCE = 5
# A big file is shuffled in parts that fit into memory.
SHUFFLED_PARTS = 32
# The share of an operation's time in which it is only created.
CREATED_SHARE = 0.2
RUNNING = {"CREATED", "RUNNING", "CANCELING"}


@dataclass(slots=True, kw_only=True, eq=False)
class Operation(Thing):
    """As the API tells it; `lines_written` and `roots_written` are what is really there already."""

    kind: ClassVar[str] = "BulkOperation"
    query: str
    created_at: datetime
    type: str = "QUERY"
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    file_size: str | None = None
    url: str | None = None
    partial_data_url: str | None = None
    lines_written: int = 0
    roots_written: int = 0
    shown: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def object_count(self) -> str:
        return str(int(self.lines_written * self.shown))

    @property
    def root_object_count(self) -> str:
        return str(int(self.roots_written * self.shown))


class Exports:
    """Runs the operations. `seconds` is how long each takes at least; `next_ends` how the next ones end instead."""

    def __init__(
        self, shop: State, files_url: str, hidden: set[tuple[str, str]], *, seconds: float, shuffled: bool
    ) -> None:
        self.shop, self.files_url, self.hidden = shop, files_url, hidden
        self.seconds, self.shuffled = seconds, shuffled
        self.next_ends: deque[tuple[str, str | None]] = deque()
        self.files: dict[str, Path] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="shopify-bulk-")
        self._threads: list[threading.Thread] = []

    def fail_next(self, error_code: str = "INTERNAL_SERVER_ERROR") -> None:
        """The next operation ends as FAILED, with half of its lines at partialDataUrl."""
        self.next_ends.append(("FAILED", error_code))

    def expire_next(self) -> None:
        self.next_ends.append(("EXPIRED", None))

    def run(self, query: str) -> dict[str, Any]:
        """bulkOperationRunQuery."""
        document, broken = bulk_rules.read(query)
        if broken or document is None:
            errors = [{"field": ["query"], "message": message, "code": "INVALID"} for message in broken]
            return {"bulkOperation": None, "userErrors": errors}
        with self.shop.lock:
            if sum(each.status in RUNNING for each in self.shop.operations.values()) >= MOST_AT_ONCE:
                return complaint([], "A bulk operation for this app and shop is in progress.", "OPERATION_IN_PROGRESS")
            operation = Operation(id=next(self.shop.ids), query=query, created_at=self.shop.clock())
            self.shop.operations[operation.id] = operation
            end = self.next_ends.popleft() if self.next_ends else ("COMPLETED", None)
        thread = threading.Thread(target=self._work, args=(operation, document, end), daemon=True)
        self._threads.append(thread)
        thread.start()
        return {"bulkOperation": operation, "userErrors": []}

    def cancel(self, gid: str) -> dict[str, Any]:
        """bulkOperationCancel."""
        operation = self.shop.find(gid)
        if not isinstance(operation, Operation):
            return complaint(["id"], "Bulk operation does not exist")
        if operation.status not in RUNNING:
            message = f"A bulk operation cannot be canceled when it is {operation.status.lower()}"
            return {"bulkOperation": operation, **complaint([], message)}
        operation.status = "CANCELING"
        operation.cancelled.set()
        return {"bulkOperation": operation, "userErrors": []}

    def close(self) -> None:
        for operation in self.shop.operations.values():
            operation.cancelled.set()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()

    def _work(self, operation: Operation, document: DocumentNode, end: tuple[str, str | None]) -> None:
        started = time.monotonic()
        status, operation.error_code = end
        operation.cancelled.wait(self.seconds * CREATED_SHARE)
        lines = Lines(document, self.shop)
        if lines.reads & self.hidden:
            status, operation.error_code = "FAILED", "ACCESS_DENIED"
        if not operation.cancelled.is_set():
            operation.status = "RUNNING"
            path = self._write(operation, lines) if operation.error_code != "ACCESS_DENIED" else None
            self._pretend(operation, started)
            if not operation.cancelled.is_set():
                self._finish(operation, status, path)
        if operation.cancelled.is_set():
            operation.status, operation.error_code = "CANCELED", None
        operation.completed_at = self.shop.clock()
        self.shop.tell([("bulk_operations/finish", _finished(operation))])

    def _pretend(self, operation: Operation, started: float) -> None:
        """Take the time that was asked for, with counts that grow."""
        while (passed := time.monotonic() - started) < self.seconds and not operation.cancelled.is_set():
            operation.shown = passed / self.seconds
            operation.cancelled.wait(min(0.05, self.seconds / 10))
        operation.shown = 1.0

    def _finish(self, operation: Operation, status: str, path: Path | None) -> None:
        if path is not None and status != "EXPIRED" and operation.lines_written:
            name = uuid4().hex
            url = f"{self.files_url}/{name}.jsonl"
            if status == "COMPLETED":
                operation.url = url
            else:
                _halve(path)
                operation.partial_data_url = url
            operation.file_size = str(path.stat().st_size)
            self.files[name] = path
        operation.status = status

    def _write(self, operation: Operation, lines: Lines) -> Path:
        """Write the file of an operation; its lines come in no order."""
        folder, rng = Path(self._folder.name), random.Random(operation.id)
        path = folder / f"{operation.id}.jsonl"
        parts = [folder / f"{operation.id}.{place}" for place in range(SHUFFLED_PARTS if self.shuffled else 1)]
        files = [part.open("w", encoding="utf-8") for part in parts]
        try:
            for is_root, line in lines.run():
                text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
                files[rng.randrange(len(files))].write(text + "\n")
                operation.lines_written += 1
                operation.roots_written += is_root
                if operation.cancelled.is_set():
                    break
        finally:
            for file in files:
                file.close()
        with path.open("w", encoding="utf-8") as whole:
            for part in parts:
                written = part.read_text(encoding="utf-8").splitlines(keepends=True)
                if self.shuffled:
                    rng.shuffle(written)
                whole.writelines(written)
                part.unlink()
        return path


def _halve(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")


def _finished(operation: Operation) -> dict[str, Any]:
    return {
        "admin_graphql_api_id": operation.gid,
        "completed_at": f"{operation.completed_at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at": f"{operation.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "error_code": operation.error_code and operation.error_code.lower(),
        "status": operation.status.lower(),
        "type": "query",
    }
