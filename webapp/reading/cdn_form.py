"""The form of a shop's CDN: what was filled in, or what is wrong with each field."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from commerce.settings import Settings
from commerce.tables.page_templates import Cdn
from integrations.cdns.purges import KINDS
from integrations.outbound import is_public
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext

LONGEST_SECONDS = 86_400
OTHERS = (lazy_gettext("Another one"),)  # as integrations.cdns.purges calls what is none of those that it knows
_LONGEST = 500


def read(form: Mapping[str, str], before: Cdn | None, settings: Settings) -> tuple[Cdn | None, dict[str, str]]:
    """(the CDN, {}), or (None, what is wrong by field). `before`: the CDN that there was, whose token may stay.

    A token stays only where it was given for: whoever else signs in must not have it sent to a place of their own.
    """
    wrong: dict[str, str] = {}
    kind, address = form.get("kind", ""), form.get("address", "").strip()
    seconds, token = form.get("seconds", "").strip(), form.get("token", "").strip()
    if kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if told := _wrong_address(address, settings):
        wrong["address"] = told
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 6 and 1 <= int(seconds) <= LONGEST_SECONDS):
        wrong["seconds"] = _("Seconds are a whole number from 1 to %(most)s.", most=LONGEST_SECONDS)
    if not token and before and _host(before.address) == _host(address):
        token = before.token
    elif not token:
        wrong["token"] = (
            _("Enter the token that this CDN wants to see.") if before else _("Without it nobody may purge.")
        )
    elif not (token.isascii() and token.isprintable()) or len(token) > _LONGEST:
        wrong["token"] = _("A token is at most %(most)s letters, numbers and signs.", most=_LONGEST)
    return (None, wrong) if wrong else (Cdn(kind=kind, address=address, token=token, seconds=int(seconds)), {})


def _wrong_address(address: str, settings: Settings) -> str:
    """What is wrong with where the CDN is purged; it is looked at again with each call."""
    if not address.startswith("https://") or len(address) > _LONGEST or not address.isprintable() or " " in address:
        return _("The address has to begin with https://.")
    if not _host(address):
        return _("There is no host in this address.")
    if not settings.allow_private_hosts and not is_public(address):
        return _("There is no such host on the internet, or it is in a private network.")
    return ""


def _host(address: str) -> str:
    """The host and its port, in lower case; "" where there is none, or where somebody's name stands before it."""
    try:
        found = urlsplit(address)
        return "" if "@" in found.netloc or not found.hostname else f"{found.hostname}:{found.port or 443}"
    except ValueError:
        return ""
