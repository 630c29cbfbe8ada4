"""Messages that are posted to a URL, and what each way in which that ends says about them."""

from collections.abc import Callable, Mapping

import requests

from commerce.settings import Settings
from integrations.channel_api import Unsure
from integrations.deadlines import within
from integrations.errors import Permanent, Transient, Unanswered
from integrations.outbound import Outbound, checked

POST_SECONDS = 15.0
_LARGEST_ANSWER = 256 * 1024
_IN_THE_DARK = frozenset({408, 500, 502, 504})  # the server failed with the message in its hands


def outbound(who: str, settings: Settings) -> Outbound:
    """A session under the rules of this installation; `who` is whom errors name."""
    return Outbound(who, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)


def post(
    session: Outbound,
    url: str,
    body: bytes,
    *,
    who: str,
    headers: Mapping[str, str],
    about_to: Callable[[], None],
    repeats_harm: bool = True,
) -> requests.Response:
    """Post a message and give the answer, which is a success.

    `repeats_harm` False: the other side knows a message by its key, so that what is in doubt is tried again
    (Transient); otherwise it is Unsure. Raises Transient, RateLimited, Permanent.
    """
    about_to()
    try:
        with within(POST_SECONDS):  # all in all: a byte now and then keeps nobody waiting
            answer = session.send(
                "POST",
                url,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                answer_seconds=POST_SECONDS,
                largest=_LARGEST_ANSWER,
            )
    except Unanswered as error:
        if repeats_harm:
            raise Unsure(f"{error} It may have taken the message.") from None
        raise
    if 300 <= answer.status_code < 400:
        raise Permanent(f"{who} sends on to another address ({answer.status_code}), which is not followed.")
    try:
        return checked(answer, who)
    except Transient:
        if repeats_harm and answer.status_code in _IN_THE_DARK:
            raise Unsure(f"{who} failed with the message in its hands ({answer.status_code}).") from None
        raise
