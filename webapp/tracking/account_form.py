"""The form of a carrier's account: what was filled in, or what is wrong with each field."""

import secrets
from collections.abc import Mapping

from commerce.tables.carriers import Account, account_key
from integrations.carrier_api import About, Field
from integrations.carriers.pushes import PUSHERS
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, thousands

WINDOWS = {
    1: lazy_gettext("a second"),
    60: lazy_gettext("a minute"),
    3600: lazy_gettext("an hour"),
    86_400: lazy_gettext("a day"),
}
QUOTAS = 2  # rows of the form
_LONGEST, _MOST_CALLS = 4000, 10_000_000
_SECRET = Field(
    name="webhook_secret",
    title=lazy_gettext("Secret of its calls"),
    hint=lazy_gettext("the same words as at the carrier"),
)


def push_fields(about: About) -> tuple[Field, ...]:
    """What proves that the carrier calls us; none where it does not."""
    if about.push_fields:
        return about.push_fields
    return (_SECRET,) if about.name in PUSHERS else ()


def read(form: Mapping[str, str], about: About, before: Account | None) -> tuple[Account | None, dict[str, str]]:
    """(the account, {}), or (None, what is wrong by field). Secrets that were left empty stay as they were."""
    wrong: dict[str, str] = {}
    credentials = _read(form, about.fields, before.credentials if before else {}, wrong)
    push = _read(form, push_fields(about), before.push if before else {}, wrong, is_optional=True)
    quotas = _quotas(form, wrong)
    if wrong:
        return None, wrong
    is_test = bool(form.get("is_test"))
    account = Account(
        carrier=about.name,
        key=account_key(about.name, credentials, is_test=is_test),
        credentials=credentials,
        push=push,
        is_test=is_test,
        is_on=bool(form.get("is_on")),
        stands_in=bool(form.get("stands_in")) and about.can_stand_in,
        quotas=quotas,
    )
    return account, {}


def _read(
    form: Mapping[str, str],
    fields: tuple[Field, ...],
    before: Mapping[str, str],
    wrong: dict[str, str],
    *,
    is_optional: bool = False,
) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields:
        told = form.get(f"of_{field.name}", "").replace("\r\n", "\n").replace("\x00", "").strip()
        if form.get(f"new_{field.name}"):
            told = secrets.token_urlsafe(24)
        if not told and field.secret and not form.get(f"drop_{field.name}"):
            told = before.get(field.name, "")
        if len(told) > _LONGEST:
            wrong[field.name] = _("This is longer than %(most)s characters.", most=thousands(_LONGEST))
        elif not told and field.required and not is_optional:
            wrong[field.name] = _("This is needed.")
        if told:
            found[field.name] = told
    return found


def _quotas(form: Mapping[str, str], wrong: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found: dict[int, int] = {}
    for place in range(QUOTAS):
        calls, seconds = form.get(f"calls_{place}", "").replace(",", "").strip(), form.get(f"window_{place}", "")
        if not calls:
            continue
        if not (calls.isascii() and calls.isdecimal() and 1 <= int(calls[:9]) <= _MOST_CALLS and len(calls) <= 8):
            wrong["quotas"] = _("Calls are a whole number from 1 to %(most)s.", most=thousands(_MOST_CALLS))
        elif seconds not in map(str, WINDOWS):
            wrong["quotas"] = _("Choose in which time.")
        else:
            found[int(seconds)] = int(calls)
    return tuple((calls, seconds) for seconds, calls in sorted(found.items()))
