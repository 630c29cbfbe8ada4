"""Addresses from outside that become links: only such as lead to a page."""

from collections.abc import Collection
from urllib.parse import quote, urlsplit

_SCHEMES = ("https", "http")
# What stays as it is: RFC 3986's own characters, and escapes that are there already.
_KEPT = ":/?#[]@!$&'()*+,;=%-._~"
_LONGEST = 2000


def web_link(url: str, *, also: Collection[str] = ()) -> str:
    """The URL with what is not ASCII escaped, where it may stand in a link: of http or https, or `also` of these
    schemes. Otherwise nothing."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_link = parts.scheme in also or (parts.scheme in _SCHEMES and bool(parts.hostname))
    except ValueError:
        return ""
    if not is_link or len(url) > _LONGEST or any(ord(sign) < 33 for sign in url):
        return ""
    return quote(url, safe=_KEPT)
