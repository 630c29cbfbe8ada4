"""A kept page as an HTTP answer: 304 for who has it, compressed for who takes that, and what caches may do with it.

All pages show prices, so caches have to ask each time, unless a CDN that is told of every change stands before them.
"""

import gzip
from dataclasses import dataclass

from commerce.rules.page_keys import carried
from integrations.cache.pages import Entry
from webapp.reading.kept import BYPASS, HIT, STALE, Kept
from webapp.reading.store_pages import Asked
from webapp.reading.storefronts import Storefront

JSON, HTML = "application/json", "text/html; charset=utf-8"
_STALE_AT_CDN = 60  # seconds for which a CDN may serve a page that it is fetching anew
_HOW = {HIT: "hit", STALE: "hit; detail=stale", BYPASS: "fwd=bypass"}

Headers = list[tuple[str, str]]
CORS: Headers = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Cache-Status"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the one who asks has and takes: the ETags it sent, and whether it takes gzip."""

    if_none_match: str = ""
    takes_gzip: bool = False


def answer(front: Storefront, asked: Asked, kept: Kept, caller: Caller) -> tuple[int, Headers, bytes]:
    """Status, headers and body. The page must be there."""
    entry = kept.entry
    etag = f'W/"{entry.etag}"'
    headers = [("ETag", etag), ("Cache-Control", cache_control(front)), ("Vary", "Authorization, Accept-Encoding")]
    headers += [("Cache-Status", f"Backroom; {_HOW.get(kept.how, 'fwd=miss; stored')}")]
    if front.cdn is not None:
        headers += surrogate_keys(front, entry)
    if caller.if_none_match and _has(caller.if_none_match, entry.etag):
        return 304, headers, b""
    headers.append(("Content-Type", HTML if asked.is_html else JSON))
    body = entry.body if caller.takes_gzip else plain(entry)
    if entry.is_gzip and caller.takes_gzip:
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    return 200, headers, body


def plain(entry: Entry) -> bytes:
    """The body of a page, not compressed."""
    return gzip.decompress(entry.body) if entry.is_gzip else entry.body


def _has(sent: str, etag: str) -> bool:
    """Whether one of the ETags of an If-None-Match is this one; weak ones count too (RFC 9110, 13.1.2)."""
    return sent.strip() == "*" or any(each.strip().removeprefix("W/").strip('"') == etag for each in sent.split(","))


def cache_control(front: Storefront) -> str:
    """What caches may do with a page of this shop."""
    if front.cdn is None:
        return "public, no-cache"
    return f"public, max-age=0, must-revalidate, s-maxage={front.cdn.seconds}, stale-while-revalidate={_STALE_AT_CDN}"


def surrogate_keys(front: Storefront, entry: Entry) -> Headers:
    """By which words a CDN purges the page: the shop, its category, its products."""
    words = carried(front.shop.key, entry.about)
    return [("Surrogate-Key", " ".join(words)), ("Cache-Tag", ",".join(words))]
