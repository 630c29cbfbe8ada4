"""A WooCommerce store's REST API (wc/v3): one place for keys, time-outs, back-off and errors.

Single reads, writes and batches go through the `woocommerce` package, lists do not; both are sent by one session of
ours, which has what the package lacks: no redirects, no private networks, a cap on answers, connections that stay open.
Nothing that this module raises or logs holds a query, a Link header or a body's key: over plain http the signature
stands in the query.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
import woocommerce
from woocommerce.oauth import OAuth

from integrations.errors import Permanent, Transient
from integrations.outbound import Outbound
from integrations.platforms.woocommerce import answers
from integrations.shop_api import Access

LARGEST_BATCH = 100  # items of create, update and delete together; 101 are refused with 413
LARGEST_PAGE = 100
# A credential beside the keys, for stores whose web server drops the Authorization header (Apache with CGI): over https
# the keys stand in the query then, as WooCommerce's documentation of its REST API says ("Query string auth").
KEYS_IN_QUERY = "keys_in_query"
READ_SECONDS, WRITE_SECONDS = 30.0, 60.0
PAUSES = (1.0,)  # seconds before each further try of a read
# What the package and the store sign alike: "/", "%", lists and empty values are normalised differently (3.0.0, 10.5).
_PLAIN = re.compile(r"[A-Za-z0-9_.:,@ -]+")

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A part of a list: its objects, how many there are in all, and our time before the store was asked."""

    rows: tuple[dict[str, Any], ...]
    total: int | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one item of a batch: the object as it is now, or the error in the store's words."""

    verb: str
    sent: Any
    told: dict[str, Any]
    error: str = ""


def store_address(domain: str) -> str:
    """The store's address from what is stored: https where no scheme is named, no slash at the end."""
    address = domain.strip().rstrip("/")
    return address if address.startswith(("http://", "https://")) else f"https://{address}"


class Client:
    """Asks one store. For one thread of work. All methods raise Transient, Permanent, Refused and RateLimited.

    Permanent is also raised for an address in a private network.
    """

    def __init__(self, access: Access) -> None:
        self.address = store_address(access.origin or access.domain)
        self.who = urlsplit(self.address).netloc or self.address
        self._access = access
        self._secure = self.address.startswith("https://")
        self._keys = (access.credentials.get("consumer_key", ""), access.credentials.get("consumer_secret", ""))
        self._in_query = bool(access.credentials.get(KEYS_IN_QUERY)) and self._secure
        self._outbound = Outbound(self.who, ca_bundle=access.ca_bundle, allow_private_hosts=access.allow_private_hosts)

    def index(self) -> dict[str, Any]:
        """What WordPress says of itself to everybody, without its list of routes."""
        fields = "name,description,url,home,gmt_offset,timezone_string,namespaces"
        url = f"{self.address}/wp-json/?{urlencode({'_fields': fields})}"
        found = self._read("index", lambda: self._outbound.send("GET", url, answer_seconds=READ_SECONDS))
        return _an_object(found[0], self.who)

    def rows(self, call: str, path: str, params: Params) -> Rows:
        """A part of a list, at most 100 objects."""
        read_at = datetime.now(UTC)
        found, headers = self._read(call, lambda: self._send("GET", path, params))
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Transient(f"{self.who} answered with something that is not a list.")
        return Rows(rows=tuple(found), total=_number(headers.get("X-WP-Total")), read_at=read_at)

    def total(self, call: str, path: str, params: Params) -> int | None:
        """How many objects a list has, without reading them (HEAD)."""
        _, headers = self._read(call, lambda: self._send("HEAD", path, {"per_page": 1, **params}))
        return _number(headers.get("X-WP-Total"))

    def one(self, call: str, path: str, params: Params | None = None) -> dict[str, Any]:
        """One object. Raises NotThere where there is none of that number."""
        told, _ = self._read(call, lambda: self._packaged("get", path, None, params, READ_SECONDS))
        return _an_object(told, self.who)

    def write(
        self, call: str, verb: str, path: str, body: Mapping[str, Any] | None, params: Params | None = None
    ) -> Any:
        """Change something: verb is post, put or delete. Tried once, as not everything may be repeated."""
        return self._once(call, lambda: self._packaged(verb, path, body, params, WRITE_SECONDS))[0]

    def batch(self, call: str, path: str, *, seconds: float = WRITE_SECONDS, **verbs: Sequence[Any]) -> list[Item]:
        """Create, update and delete objects (keywords of these names), 100 a call; one Item for each, in order.

        Raises where a call as a whole fails; what the store refuses of it is told by its Item.
        """
        items = [(verb, sent) for verb in ("create", "update", "delete") for sent in verbs.get(verb, ())]
        done: list[Item] = []
        for start in range(0, len(items), LARGEST_BATCH):
            part = items[start : start + LARGEST_BATCH]
            body = {verb: [sent for name, sent in part if name == verb] for verb in dict(part)}
            told, _ = self._once(call, lambda body=body: self._packaged("post", path, body, None, seconds))  # type: ignore[misc]
            done += _outcomes(part, told if isinstance(told, dict) else {})
        return done

    def _read(self, call: str, ask: Callable[[], requests.Response]) -> tuple[Any, Mapping[str, str]]:
        """Ask, and ask again where the store had a short trouble: reading may be repeated."""
        for pause in PAUSES:
            try:
                return self._once(call, ask)
            except Transient:
                time.sleep(pause)
        return self._once(call, ask)

    def _once(self, call: str, ask: Callable[[], requests.Response]) -> tuple[Any, Mapping[str, str]]:
        self._access.pace.wait(1)
        self._access.counted(call)
        answer = ask()
        if answer.request is not None and answer.request.method == "HEAD" and answer.status_code < 300:
            return None, answer.headers
        return answers.told(answer, self.who), answer.headers

    def _send(self, method: str, path: str, params: Params) -> requests.Response:
        url = f"{self.address}/wp-json/wc/v3/{path}"
        plain = self._plain(params)
        if self._in_query:
            plain |= dict(zip(("consumer_key", "consumer_secret"), self._keys, strict=True))
        query = f"?{urlencode(plain)}" if plain else ""
        if self._secure:
            auth = None if self._in_query else self._keys
            return self._outbound.send(method, url + query, auth=auth, answer_seconds=READ_SECONDS)
        signed = OAuth(url + query, *self._keys, version="wc/v3", method=method).get_oauth_url()
        return self._outbound.send(method, signed, answer_seconds=READ_SECONDS)

    def _packaged(
        self, verb: str, path: str, body: Mapping[str, Any] | None, params: Params | None, seconds: float
    ) -> requests.Response:
        """A call by the package, over our session."""
        api = woocommerce.API(
            self.address,
            *self._keys,
            version="wc/v3",
            timeout=seconds,
            user_agent="Backroom",
            query_string_auth=self._in_query,
        )
        arguments = (path, body) if verb in ("post", "put") else (path,)
        answer: requests.Response = getattr(api, verb)(
            *arguments, params=self._plain(params or {}), outbound=self._outbound
        )
        return answer

    def _plain(self, params: Params) -> dict[str, str]:
        """The parameters as text, which over plain http has to be what package and store sign alike."""
        plain = {name: str(value) for name, value in params.items()}
        odd = [name for name, value in plain.items() if not _PLAIN.fullmatch(value)]
        if odd and not self._secure:
            raise Permanent(f"{self.who}: `{odd[0]}` cannot be asked for over plain http.")
        return plain


def _by_our_session(*, method: str, url: str, outbound: Outbound, timeout: float, **options: Any) -> requests.Response:
    """What the package calls in the place of requests.request, which follows redirects, reads without an end, and
    connects to wherever the store's name leads at that moment, also into private networks."""
    del options["verify"]  # the session has its own
    return outbound.send(method, url, answer_seconds=timeout, **options)


woocommerce.api.request = _by_our_session


def path_of(*parts: object) -> str:
    """A path of an endpoint, of parts that come from outside too."""
    return "/".join(quote(str(part), safe="") for part in parts)


def _outcomes(part: list[tuple[str, Any]], told: Mapping[str, Any]) -> list[Item]:
    """The items of a batch with what the store said of each; it answers in the order of each verb."""
    answers_of = {verb: iter(told.get(verb) or ()) for verb in ("create", "update", "delete")}
    done = []
    for verb, sent in part:
        row = next(answers_of[verb], None)
        row = row if isinstance(row, dict) else {"error": {"message": "The store said nothing of it."}}
        error = row.get("error")
        said = answers.hidden(str(error.get("message") or error.get("code") or "refused")) if error else ""
        done.append(Item(verb=verb, sent=sent, told=row, error=said))
    return done


def _an_object(told: Any, who: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise Transient(f"{who} answered with something that is not an object.")
    return told


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
