"""The form of the settings of messages: what was filled in, or what is wrong with each field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from commerce.rules.notifications.choices import Choices
from commerce.rules.notifications.windows import ALWAYS, WEEKDAYS, clock_text, minutes_of
from commerce.tables.notifications.choices import Secrets
from integrations.channels import sms
from integrations.channels.occasions import is_address
from integrations.receivers import wrong_url
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, translated

_MOST_ADDRESSES = 10
_LONGEST = {"sender_name": 80, "sms_sender": 20, "address": 500}
_BRAND = ("logo_url", "colour", "address", "help_url")
PROVIDERS = {
    "": lazy_gettext("None"),
    "postmark": "Postmark",
    "sendgrid": "SendGrid",
    "mailgun": "Mailgun",
    "ses": "Amazon SES",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a form says: choices, secrets, and what is wrong by field."""

    choices: Choices
    secrets: Secrets
    wrong: Mapping[str, str]


def fields_of(chosen: Choices, secrets: Secrets) -> dict[str, str]:
    """What stands in the form's fields; secrets are not shown again."""
    told = {name: str(getattr(chosen, name)) for name in ("sender", "sender_name", "reply_to", "sms_sender")}
    told |= {name: str(getattr(chosen, name)) for name in ("throttle", "throttle_hours", "keeps_days")}
    told |= {"addresses": "\n".join(chosen.addresses), "digest_at": clock_text(chosen.digest_at)}
    told |= {name: str(chosen.brand.get(name, "")) for name in _BRAND}
    for day in range(7):
        first, last = chosen.windows.get(day, (0, 0))
        told |= {f"from_{day}": clock_text(first) if last else "", f"until_{day}": clock_text(last) if last else ""}
    told |= {f"sms_{name}": secrets.sms.get(name, "") for name in ("url", "body", "header", "knows_keys")}
    return told | {"bounces_provider": secrets.bounces.get("provider", "")}


def read(form: Mapping[str, str], before: Choices, known: Secrets, *, allow_private_hosts: bool) -> Read:
    """Read the form. Looks addresses up, so no transaction may be open."""
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {name: _line(form, name) for name in ("sender", "sender_name", "reply_to", "sms_sender")}
    for name, longest in _LONGEST.items():
        if len(form.get(name, "")) > longest:
            wrong[name] = _("This has at most %(most)s characters.", most=longest)
    for name in ("sender", "reply_to"):
        if told[name] and not is_address(told[name]):
            wrong[name] = _("This is no mail address such as hello@example.com.")
    chosen = replace(
        before,
        **told,
        addresses=_addresses(form, wrong),
        windows=_windows(form, wrong),
        throttle=_whole(form, "throttle", 0, 1000, wrong),
        throttle_hours=_whole(form, "throttle_hours", 1, 24 * 7, wrong),
        keeps_days=_whole(form, "keeps_days", 1, 400, wrong),
        digest_at=_clock(form, "digest_at", wrong),
        brand=_brand(form, wrong),
    )
    secrets = Secrets(
        sms=_sms(form, known, wrong, allow_private_hosts),
        slack=_slack(form, known, wrong, allow_private_hosts),
        bounces=_bounces(form, known, wrong),
    )
    return Read(choices=chosen, secrets=secrets, wrong=wrong)


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").replace("\x00", "").split())


def _addresses(form: Mapping[str, str], wrong: dict[str, str]) -> tuple[str, ...]:
    told = tuple(dict.fromkeys(form.get("addresses", "").replace(",", " ").lower().split()))
    if len(told) > _MOST_ADDRESSES or not all(is_address(one) for one in told):
        wrong["addresses"] = _("Write at most %(most)s mail addresses, one a line.", most=_MOST_ADDRESSES)
        return ()
    return told


def _windows(form: Mapping[str, str], wrong: dict[str, str]) -> dict[int, tuple[int, int]]:
    """Weekdays with times; one without is closed."""
    found: dict[int, tuple[int, int]] = {}
    for day, name in enumerate(WEEKDAYS):
        first, last = form.get(f"from_{day}", "").strip(), form.get(f"until_{day}", "").strip()
        if not first and not last:
            continue
        try:
            span = minutes_of(first), minutes_of(last)
        except ValueError as error:
            wrong[f"from_{day}"] = _("%(day)s: write %(what)s.", day=translated(name), what=translated(str(error)))
            continue
        if span[0] >= span[1]:
            wrong[f"from_{day}"] = _(
                "%(day)s: the end is after the beginning; 24:00 is midnight.", day=translated(name)
            )
        found[day] = span
    if not found and not wrong:
        wrong["from_0"] = _("At least one weekday has to be open, or nothing is ever sent.")
    return found or dict(ALWAYS)


def _whole(form: Mapping[str, str], name: str, low: int, high: int, wrong: dict[str, str]) -> int:
    told = form.get(name, "").strip()
    if told.isascii() and told.isdecimal() and len(told) < 8 and low <= int(told) <= high:
        return int(told)
    wrong[name] = _("This is a whole number from %(low)s to %(high)s.", low=low, high=high)
    return low


def _clock(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> int:
    try:
        minutes = minutes_of(form.get(name, ""))
    except ValueError as error:
        wrong[name] = _("Write %(what)s.", what=translated(str(error)))
        return 0
    return min(minutes, 24 * 60 - 1)


def _brand(form: Mapping[str, str], wrong: dict[str, str]) -> dict[str, str]:
    told = {name: form.get(name, "").replace("\x00", "").strip()[:500] for name in _BRAND}
    if told["colour"] and not (len(told["colour"]) == 7 and told["colour"].startswith("#")):
        wrong["colour"] = _("Write it as #24508c.")
    for name in ("logo_url", "help_url"):
        starts = ("https://",) if name == "logo_url" else ("https://", "http://", "mailto:", "tel:")
        if told[name] and not told[name].lower().startswith(starts):
            wrong[name] = _("The address has to begin with https://.")
    return {name: value for name, value in told.items() if value}


def _sms(form: Mapping[str, str], known: Secrets, wrong: dict[str, str], allow_private: bool) -> dict[str, str]:
    url = form.get("sms_url", "").strip()
    if not url:
        return {}
    if said := wrong_url(url, allow_private_hosts=allow_private):
        wrong["sms_url"] = translated(said)
    body, header = form.get("sms_body", "").strip(), form.get("sms_header", "").strip()
    complaints = sms.complaints(body or sms.USUAL_BODY, header or sms.USUAL_HEADER)
    if complaints:
        wrong["sms_body"] = " ".join(translated(said) for said in complaints)
    told: dict[str, Any] = {"url": url, "key": _sms_key(form, known, wrong, url)}
    told |= {"body": body, "header": header, "knows_keys": "1" if form.get("sms_knows_keys") else ""}
    return {name: value for name, value in told.items() if value}


def _sms_key(form: Mapping[str, str], known: Secrets, wrong: dict[str, str], url: str) -> str:
    """The key as it was filled in, or the one that is known, which goes to nobody else than whom it was entered for."""
    key, before = form.get("sms_key", "").strip(), known.sms.get("key", "")
    if key and not (key.isascii() and key.isprintable()):
        wrong["sms_key"] = _("The key has plain letters, digits and signs only, without line ends.")
    if key or not before:
        return key
    if "sms_url" not in wrong and _origin(url) != _origin(known.sms.get("url", "")):
        wrong["sms_key"] = _("The gateway is another one: enter its key (a dash, if it wants none).")
    return before


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _slack(form: Mapping[str, str], known: Secrets, wrong: dict[str, str], allow_private: bool) -> str:
    """A new address replaces the one before; a ticked box takes it away."""
    url = form.get("slack", "").strip()
    if form.get("slack_off"):
        return ""
    if url and (said := wrong_url(url, allow_private_hosts=allow_private)):
        wrong["slack"] = translated(said)
    return url or known.slack


def _bounces(form: Mapping[str, str], known: Secrets, wrong: dict[str, str]) -> dict[str, str]:
    provider = form.get("bounces_provider", "")
    if provider not in PROVIDERS:
        wrong["bounces_provider"] = _("Choose one of the list.")
    if not provider:
        return {}
    same = known.bounces.get("provider") == provider
    key = form.get("bounces_key", "").strip()[:1000] or (known.bounces.get("key", "") if same else "")
    if not key:
        wrong["bounces_key"] = _("Enter what this provider signs with, as said below.")
    return {"provider": provider, "key": key}
