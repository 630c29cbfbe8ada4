"""The way out for one account of a carrier: over TLS that is checked, or to a stand-in."""

import threading
from urllib.parse import urlsplit, urlunsplit

from integrations.errors import Permanent
from integrations.outbound import Outbound

ANSWER_SECONDS = 20.0


class Wire:
    """The way out for one account of a carrier; every thread keeps connections of its own open.

    `origin` replaces the scheme and host of every address, for stand-ins; without it nothing but https leaves.
    """

    def __init__(
        self,
        who: str,
        *,
        origin: str = "",
        ca_bundle: str = "",
        allow_private_hosts: bool = False,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.who, self.answer_seconds = who, answer_seconds
        self._origin, self._ca_bundle, self._allow_private_hosts = origin, ca_bundle, allow_private_hosts
        self._kept = threading.local()

    def line(self) -> Outbound:
        """This thread's connections."""
        line: Outbound | None = getattr(self._kept, "line", None)
        if line is None:
            line = self._kept.line = Outbound(
                self.who, ca_bundle=self._ca_bundle, allow_private_hosts=self._allow_private_hosts
            )
        return line

    def address(self, url: str) -> str:
        """Where a request goes that karrio wants to send there. Raises Permanent for plain http."""
        parts = urlsplit(url)
        if self._origin:
            there = urlsplit(self._origin)
            return urlunsplit((there.scheme, there.netloc, there.path.rstrip("/") + parts.path, parts.query, ""))
        if parts.scheme != "https":
            raise Permanent(f"{self.who}: {parts.scheme}://{parts.hostname} is not called, only https is.")
        return url
