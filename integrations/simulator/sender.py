"""Makes the deliveries of the outbox over HTTP, one at a time over a connection that is kept open."""

import logging
import time

import requests

from integrations.simulator.delivery import Delivery
from integrations.simulator.shop import Shop
from integrations.simulator.state import State, Waiting

log = logging.getLogger(__name__)
_TIMEOUT = (1, 5)  # seconds to connect and to answer, as Shopify has them
_LONGEST_WAIT = 30.0  # for one delivery that is refused again and again
_LONGEST_PAUSE = 5.0  # for all of them, while nobody answers


class Sender:
    """Sends one shop's deliveries to one address. What cannot be delivered is tried again, as Shopify does.

    WooCommerce itself tries only once; the demo shop's tries again too, so that a restart of the receiver loses
    nothing. A delivery that is refused for good (4xx) is counted and dropped.
    """

    def __init__(self, shop: Shop, url: str, state: State) -> None:
        self.shop, self.url, self._state = shop, url, state
        self._session = requests.Session()
        self._session.trust_env = False  # the receiver is never behind the proxy of this machine
        self._pause, self._paused_until = 0.0, 0.0
        self.sent = self.refused = self.postponed = 0

    @property
    def is_paused(self) -> bool:
        """Whether nobody answered a moment ago, so that there is no point in trying."""
        return time.time() < self._paused_until

    def send_next(self, *, before: int) -> bool:
        """Send what stands first below the place `before`; False when nothing is due or nobody answers."""
        if self.is_paused:
            return False
        waiting = self._state.next(self.shop.platform, time.time(), before=before)
        if waiting is None:
            return False
        status = self._post(waiting.delivery)
        self._pause = 0.0 if status is not None else min(max(0.5, 2 * self._pause), _LONGEST_PAUSE)
        self._paused_until = time.time() + self._pause
        if status is None or status >= 500 or status == 429:
            self._postpone(waiting)
        else:
            self._state.delivered(waiting)
            self._count(waiting.delivery, status)
        return True

    def _post(self, delivery: Delivery) -> int | None:
        try:
            answer = self._session.post(
                self.url,
                data=delivery.body,
                headers=self.shop.headers(delivery),
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return answer.status_code

    def _postpone(self, waiting: Waiting) -> None:
        self.postponed += 1
        self._state.postpone(waiting, time.time() + min(2.0**waiting.tries, _LONGEST_WAIT))

    def _count(self, delivery: Delivery, status: int) -> None:
        if status < 300:
            self.sent += 1
            return
        self.refused += 1
        if self.refused == 1:
            log.warning("%s: %s was refused with %d; more are only counted", self.shop.platform, delivery.topic, status)

    def tally(self) -> str:
        """What was sent, in words."""
        tries = f"{self.postponed} tried again, {self.refused} refused"
        return f"{self.shop.platform}: {self.sent} delivered, {tries}"
