"""Calls to the server: connections kept open, time-outs, our three errors, and tasks awaited."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)
from meilisearch.index import Index
from meilisearch.models.task import Task, TaskInfo

from integrations.errors import Permanent, RateLimited, Transient

SEARCH_SECONDS = 5
WRITE_SECONDS = 30
TASK_SECONDS = 300.0
_SLOWEST_POLL_SECONDS = 0.25
_BUSY_SECONDS = 10.0  # what the server itself asks for when its search queue is full


# Types of errors that say nothing about what was asked.
_ITS_OWN_FAULT = ("system", "internal")
_RIGHTS = "; it needs a key with all rights on the indexes shop-* (see docs/how-to/meilisearch.md)"
_ADVICE = {
    "invalid_api_key": f". SEARCH_KEY is wrong, has expired or lacks a right{_RIGHTS}",
    "missing_authorization_header": f". Set SEARCH_KEY{_RIGHTS}",
    "no_space_left_on_device": ". Its disk is full: make room, what was sent is sent again",
    "invalid_settings_ranking_rules": ". Backroom was made for Meilisearch 1.50; an older one has to be upgraded",
}


class NoIndex(Permanent):
    """The server has no such index."""


class NotSearchable(Permanent):
    """The index does not search one of the attributes, or not yet."""


class TooLarge(Permanent):
    """More bytes in one call than the server takes."""


class _KeptOpen(HttpRequests):
    """The client's own requests over one session: it would open a connection for each."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.config)
        if not client.config.api_key:
            del self.headers["Authorization"]  # or it would be "Bearer None", which no server takes for none
        self._session = requests.Session()
        # A compressed answer is written piece by piece, and each waits for a delayed acknowledgement: 46 ms, not 5.
        self._session.headers["Accept-Encoding"] = "identity"

    def send_request(self, http_method: Callable[..., Any], path: str, *args: Any, **kwargs: Any) -> Any:
        return super().send_request(getattr(self._session, http_method.__name__), path, *args, **kwargs)


class Server:
    """One server as this process sees it. A client per thread and time-out: it changes its headers per call."""

    def __init__(self, url: str, key: str, *, search_seconds: int = SEARCH_SECONDS, task_seconds: float = TASK_SECONDS):
        self.url, self.has_key = url.rstrip("/"), bool(key)
        self._key = key
        self._search_seconds, self._task_seconds = search_seconds, task_seconds
        self._local = threading.local()

    def _client(self, seconds: int) -> Client:
        clients: dict[int, Client] = self._local.__dict__.setdefault("clients", {})
        if seconds not in clients:
            client = Client(self.url, self._key or None, timeout=seconds)
            client.http = client.task_handler.http = _KeptOpen(client)
            clients[seconds] = client
        return clients[seconds]

    @property
    def client(self) -> Client:
        """This thread's client for everything but searching."""
        return self._client(WRITE_SECONDS)

    @property
    def searching(self) -> Client:
        """This thread's client for searches: a shopper waits."""
        return self._client(self._search_seconds)

    def index(self, uid: str) -> Index:
        """An index, without asking whether it is there."""
        index = self.client.index(uid)
        index.http = index.task_handler.http = self.client.http
        return index

    def post(self, what: str, path: str, body: Any) -> Any:
        """Call an address that the client has no function for, or one that warns."""
        return self.ask(what, self.client.http.post, path, body)

    def add(self, what: str, index: str, body: bytes) -> TaskInfo:
        """Have documents added or replaced: a JSON list, written already."""
        path = f"indexes/{index}/documents?primaryKey=id"
        return TaskInfo(**self.ask(what, self.client.http.post, path, body))

    def settings(self, what: str, uid: str) -> dict[str, Any]:
        """The settings of an index. Raises NoIndex."""
        return dict(self.ask(what, self.index(uid).get_settings))

    def several(self, what: str, index: str, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answers to several searches in one index. Raises NoIndex, and Transient for an answer without results.

        Attributes that the index does not search, because its settings are just being changed, are left out.
        """
        try:
            return self._several(what, index, queries)
        except NotSearchable:
            known = self.settings(what, index)["searchableAttributes"]
            return self._several(what, index, [_among(known, query) for query in queries])

    def _several(self, what: str, index: str, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        body = {"queries": [{"indexUid": index} | query for query in queries]}
        answer = self.ask(what, self.searching.http.post, "multi-search", body)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list) or len(results) != len(queries):
            raise Transient(f"{what}: the search server at {self.url} gave no usable answer")
        return results

    def ask(self, what: str, call: Callable[..., Any], *args: Any) -> Any:
        """Call. Raises Transient, Permanent, RateLimited, and NoIndex where the index is missing."""
        try:
            return call(*args)
        except MeilisearchApiError as error:
            raise _refusal(what, error) from error
        except (MeilisearchTimeoutError, MeilisearchCommunicationError) as error:
            raise Transient(f"{what}: the search server at {self.url} does not answer: {error.message}") from error
        except MeilisearchError as error:
            raise Permanent(f"{what}: {error.message}") from error
        except (requests.RequestException, ValueError) as error:
            raise Transient(f"{what}: the search server at {self.url} gave no usable answer: {error}") from error

    def finish(self, what: str, tasks: Iterable[TaskInfo], *, fine: tuple[str, ...] = ()) -> None:
        """Wait until tasks are done; the error codes in `fine` count as done.

        Raises Permanent when one failed, Transient when the server itself is at fault (its disk is full) or it takes
        too long: it stays in the server's queue, and what is sent again is done after it.
        """
        for task in tasks:
            done = self._done(what, task.task_uid)
            error = done.error or {}
            if done.status != "succeeded" and error.get("code") not in fine:
                text = f"{what}: the search server's task {done.uid} {done.status}: {error.get('message')}"
                raise (Transient if error.get("type") in _ITS_OWN_FAULT else Permanent)(text)

    def _done(self, what: str, uid: int) -> Task:
        deadline = time.monotonic() + self._task_seconds
        pause = 0.002
        while True:
            task: Task = self.ask(what, self.client.get_task, uid)
            if task.status not in ("enqueued", "processing"):
                return task
            if time.monotonic() > deadline:
                raise Transient(f"{what}: the search server's task {uid} is still {task.status}")
            time.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_POLL_SECONDS)


def _among(known: list[str], query: dict[str, Any]) -> dict[str, Any]:
    asked = query.get("attributesToSearchOn")
    return query if asked is None else query | {"attributesToSearchOn": [name for name in asked if name in known]}


def _refusal(what: str, error: MeilisearchApiError) -> Exception:
    if error.code == "index_not_found":
        return NoIndex(error.message)
    if error.code == "invalid_search_attributes_to_search_on":
        return NotSearchable(f"{what}: {error.message}")
    if error.code == "payload_too_large" or error.status_code == 413:
        return TooLarge(f"{what}: the search server takes no call as large as this: {error.message}")
    advice = _ADVICE.get(error.code or "", "")
    message = (
        f"{what}: the search server answers {error.status_code} {error.code or ''}: {error.message.rstrip('.')}{advice}"
    )
    if error.status_code in (429, 503):
        return RateLimited(message, retry_after=_retry_after(error))
    if error.status_code >= 500 or error.status_code == 408 or error.code == "no_space_left_on_device":
        return Transient(message)
    return Permanent(message)


def _retry_after(error: MeilisearchApiError) -> float:
    """Seconds to wait, from the answer that the client keeps only as the error's cause."""
    response = getattr(error.__cause__, "response", None)
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return float(asked) if asked.isdigit() else _BUSY_SECONDS
