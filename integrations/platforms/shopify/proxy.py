"""Calls that come through a shop's own domain: Shopify's app proxy signs the query.

Source: shopify.dev, "Authenticate app proxies": hex HMAC-SHA256 over the parameters but the signature, sorted, as
`name=value` without anything between them, several values of a name joined by commas. Shop and customer are to be
believed only after this.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integrations.platforms.shopify.scopes import shop_domain

SECONDS = 90  # between the signature's time and ours, either way (@shopify/shopify-api 15.0.0)
_ONCE = ("shop", "timestamp", "signature")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose page asks: the shop's domain, and the number of the customer who is signed in there (or empty)."""

    domain: str
    customer_id: str


def caller(pairs: Iterable[tuple[str, str]], secrets: Sequence[bytes], *, now: float) -> Caller | None:
    """Who calls with these parameters, as they stood decoded in the query; None where nobody has to be believed.

    `secrets`: the app's, any of which may have signed. `now`: seconds since 1970.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    if any(len(given.get(name, ())) != 1 for name in _ONCE):
        return None
    (domain,), (timestamp,), (signature,) = (given[name] for name in _ONCE)
    if not _SECONDS.fullmatch(timestamp) or abs(now - int(timestamp)) > SECONDS:
        return None
    if not shop_domain(domain) or not _is_signed(given, signature, secrets):
        return None
    customers = given.get("logged_in_customer_id", [""])
    return Caller(shop_domain(domain), customers[0] if len(customers) == 1 else "")


def _is_signed(given: dict[str, list[str]], signature: str, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made the signature; the comparison takes as long whatever is wrong with it."""
    if not _DIGEST.fullmatch(signature):
        return False
    told = {name: f"{name}={','.join(values)}" for name, values in given.items() if name != "signature"}
    # Shopify's example sorts the pairs, its Python package sorts the names; they differ where one name begins another.
    texts = {"".join(sorted(told.values())), "".join(told[name] for name in sorted(told))}
    signed = False
    for secret in secrets:
        for text in texts:
            if secret:  # without a secret everyone could sign
                made = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
                signed |= hmac.compare_digest(made, signature)
    return signed
