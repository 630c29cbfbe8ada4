"""Calls that change something: one transaction each, and with an `Idempotency-Key` at most once.

The answer is stored in the transaction of the change, so there is never one without the other, whatever breaks. The
same call again gets that answer; a call that was refused changed nothing, so it is answered anew.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request

from commerce.database import Connection
from commerce.tables import idempotency
from commerce.tables.idempotency import Answer, UnderWay
from commerce.vault import digest
from webapp import pages
from webapp.errors import Problem
from webapp.parts import parts

View = TypeVar("View", bound=Callable[..., Any])

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
LONGEST = 255
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_SEALED = "sealed"  # beside the headers of an answer that is kept encrypted
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a view changes things with: its transaction, the time, and what is to be done once that is committed."""

    db: Connection
    now: datetime
    acts: list[Callable[[], object]] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)

    def hide(self) -> None:
        """The answer holds a secret: where it is kept for a repeat of the call, it is encrypted."""
        self.hidden.append(True)

    def then(self, act: Callable[[], object]) -> None:
        """Do this after the commit: wake-ups, which may be lost, and nothing else."""
        self.acts.append(act)


class _Refused(Exception):
    """The view answered with an error: nothing is to be stored."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def changes(view: View) -> View:
    """The view gets `change`; what it does with it is committed if it answers with a success, else rolled back."""

    @wraps(view)
    def changing(*args: Any, **kwargs: Any) -> Response:
        key, acts = _key(), []
        try:
            with parts().database.write() as db:
                change = Change(db=db, now=pages.now())
                kept = _claimed(change, key) if key else None
                if kept is not None:
                    return kept
                response = current_app.make_response(view(*args, change=change, **kwargs))
                if response.status_code >= 400:
                    raise _Refused(response)
                if key:
                    answer = _answer(response, is_hidden=bool(change.hidden))
                    idempotency.keep(db, shop_id=g.shop.id, key=key, answer=answer)
                acts = change.acts
        except _Refused as refused:
            return refused.response
        for act in acts:
            act()
        return response

    changing.changes = True  # type: ignore[attr-defined]
    return cast(View, changing)


def _key() -> str:
    """What the call is known by: the key that was sent and who sent it; "" where none was. Raises Problem."""
    sent = request.headers.get(HEADER)
    if sent is None:
        return ""
    if not _KEY.fullmatch(sent):
        text = f"`{HEADER}` must be 1 to {LONGEST} visible ASCII characters, such as a UUID."
        raise Problem(400, f"Wrong value for {HEADER}", text, field=HEADER)
    return digest(f"{g.key.id}:{sent}")


def _fingerprint() -> str:
    return digest(f"{request.method} {request.full_path} {digest(request.get_data().decode('latin-1'))}")


def _answer(response: Response, *, is_hidden: bool) -> Answer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = response.get_data()
    if is_hidden:
        headers, body = headers | {_SEALED: "1"}, parts().vault.seal(body.decode()).encode()
    return Answer(fingerprint=_fingerprint(), status=response.status_code, headers=headers, body=body)


def _claimed(change: Change, key: str) -> Response | None:
    """The answer that this call got before. Raises Problem."""
    fingerprint = _fingerprint()
    try:
        kept = idempotency.claim(change.db, shop_id=g.shop.id, key=key, fingerprint=fingerprint, now=change.now)
    except UnderWay:
        text = f"A call with this `{HEADER}` is being answered just now. Repeat this one in a moment."
        raise Problem(409, "The same call is under way", text, retry_after=1) from None
    if kept is None:
        return None
    if kept.fingerprint != fingerprint:
        text = f"This `{HEADER}` came with another address or body before. Send a new key with a new call."
        raise Problem(422, f"The {HEADER} was used for something else", text, field=HEADER)
    headers = dict(kept.headers)
    body = parts().vault.open(kept.body.decode()).encode() if headers.pop(_SEALED, "") else kept.body
    response = Response(body, status=kept.status, headers=headers)
    response.headers[REPLAYED] = "true"
    return response
