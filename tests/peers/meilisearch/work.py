"""Tasks: one thread does them in order, those of one kind and index together, as the server does."""

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.peers.meilisearch.refusals import Refusal
from tests.peers.meilisearch.state import now

_DONE = ("succeeded", "failed", "canceled")
# Kinds that are done in one batch with others of the same group.
_TOGETHER = {"documentAdditionOrUpdate": "documents", "documentDeletion": "documents", "settingsUpdate": "settings"}
KINDS = (*_TOGETHER, "indexCreation", "indexDeletion", "indexUpdate", "indexSwap", "taskCancelation", "taskDeletion")

Task = dict[str, Any]
# Does the task; gives what its details say once it is done. Raises Refusal.
Act = Callable[[], dict[str, Any]]


class Work:
    """All tasks. `pause`: seconds before a batch is begun; `is_stuck`: whether tasks stay as they are."""

    def __init__(self) -> None:
        self.pause = 0.001
        self.is_stuck = False
        self.next_failures: list[Refusal] = []
        self.lock = threading.RLock()
        self._wake = threading.Condition(self.lock)
        self._tasks: dict[int, Task] = {}
        self._acts: dict[int, Act] = {}
        self._number = self._batches = 0
        self._is_ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, kind: str, uid: str | None, details: dict[str, Any], act: Act) -> Task:
        """Enqueue a task; gives its summary."""
        with self._wake:
            task: Task = {"uid": self._number, "batchUid": None, "indexUid": uid, "status": "enqueued", "type": kind}
            task |= {"canceledBy": None, "details": details, "error": None, "duration": None}
            task |= {"enqueuedAt": now(), "startedAt": None, "finishedAt": None}
            self._tasks[self._number], self._acts[self._number] = task, act
            self._number += 1
            self._wake.notify_all()
            summary = {name: task[name] for name in ("indexUid", "status", "type", "enqueuedAt")}
            return {"taskUid": task["uid"], **summary}

    def one(self, uid: str) -> Task:
        """A task. Raises Refusal."""
        with self.lock:
            if not uid.isdigit() or int(uid) not in self._tasks:
                raise Refusal("task_not_found", f"Task `{uid}` not found.")
            return dict(self._tasks[int(uid)])

    def listed(self, query: dict[str, str]) -> dict[str, Any]:
        """Tasks, the newest first."""
        with self.lock:
            found = [dict(task) for task in reversed(self._tasks.values()) if _is_meant(task, query)]
        limit, start = int(query.get("limit", 20)), query.get("from")
        after = [task for task in found if start is None or task["uid"] <= int(start)]
        page, rest = after[:limit], after[limit : limit + 1]
        first = page[0]["uid"] if page else None
        following = rest[0]["uid"] if rest else None
        return {"results": page, "total": len(found), "limit": limit, "from": first, "next": following}

    def cancel(self, query: dict[str, str]) -> Task:
        """Cancel tasks that wait."""
        return self._about_tasks("taskCancelation", "canceledTasks", query, self._cancel)

    def delete(self, query: dict[str, str]) -> Task:
        """Forget tasks that are done."""
        return self._about_tasks("taskDeletion", "deletedTasks", query, self._delete)

    def _about_tasks(self, kind: str, counted: str, query: dict[str, str], act: Callable[[Task], bool]) -> Task:
        if not query:
            raise Refusal("missing_task_filters", "Query parameters to filter the tasks are missing.")
        written = "?" + "&".join(f"{name}={value}" for name, value in query.items())
        with self.lock:
            meant = [task for task in self._tasks.values() if _is_meant(task, query)]
        details = {"matchedTasks": len(meant), counted: None, "originalFilter": written}
        return self.add(kind, None, details, lambda: {counted: sum([act(task) for task in meant])})

    def _cancel(self, task: Task) -> bool:
        if task["status"] in _DONE:
            return False
        task |= {"status": "canceled", "finishedAt": now()}
        return True

    def _delete(self, task: Task) -> bool:
        return task["status"] in _DONE and self._tasks.pop(task["uid"], None) is not None

    def end(self) -> None:
        """Stop the thread."""
        with self._wake:
            self._is_ended = True
            self._wake.notify_all()
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._is_ended or (not self.is_stuck and bool(self._waiting())), 0.05)
                if self._is_ended:
                    return
                batch = [] if self.is_stuck else self._batch()
                for task in batch:
                    task |= {"status": "processing", "startedAt": now(), "batchUid": self._batches}
            if batch:
                time.sleep(self.pause)
                with self.lock:
                    self._batches += 1
                    for task in batch:
                        self._do(task)

    def _waiting(self) -> list[Task]:
        return [task for task in self._tasks.values() if task["status"] == "enqueued"]

    def _batch(self) -> list[Task]:
        waiting = self._waiting()
        urgent = next((task for task in waiting if task["type"].startswith("task")), None)
        if urgent or not waiting:
            return [urgent] if urgent else []
        first = waiting[0]
        batch = [first]
        for task in waiting[1:]:
            if task["indexUid"] == first["indexUid"] or task["indexUid"] is None:
                if not _TOGETHER.get(first["type"]) or _TOGETHER.get(task["type"]) != _TOGETHER[first["type"]]:
                    break
                batch.append(task)
        return batch

    def _do(self, task: Task) -> None:
        started = time.monotonic()
        try:
            if self.next_failures:
                raise self.next_failures.pop(0)
            task["details"] = task["details"] | self._acts.pop(task["uid"])()
            task["status"] = "succeeded"
        except Refusal as refusal:
            task |= {"status": "failed", "error": refusal.body()}
            task["details"] = {name: 0 if value is None else value for name, value in task["details"].items()}
            task["details"] |= {"originalFilter": None} if "originalFilter" in task["details"] else {}
        task |= {"finishedAt": now(), "duration": f"PT{time.monotonic() - started:.6f}S"}


def _is_meant(task: Task, query: dict[str, str]) -> bool:
    asked = {"uids": "uid", "indexUids": "indexUid", "statuses": "status", "types": "type"}
    return all(str(task[field]) in query[name].split(",") for name, field in asked.items() if name in query)
