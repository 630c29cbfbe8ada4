"""By what the pieces of a person are told apart, and which of them stand under which."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# Kinds of members. FORMER: an account that the platform deleted.
ACCOUNT, OWN, GUEST, FORMER = "account", "own", "guest", "former"
# Kinds of identities; another system's name is one as well.
EMAIL, PHONE = "email", "phone"

LONGEST_MAIL = 320  # RFC 5321: 64 for the local part, 255 for the domain, and the sign between them
_RANKS = {ACCOUNT: 0, OWN: 1, GUEST: 2, FORMER: 3}
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


def mail(text: str) -> str:
    """A mail address as it is compared: without space around it, in lower case; "" for what is none.

    Local parts may differ by case by RFC 5321; no shop's customers mean that.
    """
    told = text.strip().lower()
    local, at, domain = told.rpartition("@")
    plain = at and local and domain and not any(sign.isspace() or sign == "\x00" for sign in told)
    return told if plain and len(told) <= LONGEST_MAIL else ""


def of_account(account_id: str) -> str:
    """The key of a platform's account."""
    return f"account:{account_id}"


def of_guest(*, email: str, phone: str) -> str:
    """The key of a guest: by the mail address, or without one by the phone (E.164); "" where neither is told."""
    known = mail(email)
    if known:
        return f"email:{known}"
    return f"phone:{phone}" if phone else ""


def of_order(*, customer_id: str, email: str, phone: str, deleted: Collection[str] = ()) -> str:
    """The key of the member whom an order belongs to. `deleted`: accounts that the platform deleted."""
    if customer_id and customer_id not in deleted:
        return of_account(customer_id)
    return of_guest(email=email, phone=phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A member as far as joining it goes. `mails` and `phones`: identities, each with whether it is the present one."""

    id: str
    key: str
    kind: str
    created_at: datetime | None = None
    mails: Mapping[str, bool]
    phones: Mapping[str, bool]

    @property
    def order(self) -> tuple[int, datetime, int, str]:
        """Who comes first: accounts, then customers put in here, then guests; the oldest; the lowest id."""
        return _RANKS[self.kind], self.created_at or _OLDEST, len(self.id), self.id


def joined(piece: Piece, others: Iterable[Piece], apart: Collection[str] = ()) -> str:
    """The id of the member under which a piece stands by rule, "" where it stands alone.

    By a mail address that both have or had; a piece without any goes by the phone, where that leads to one only.
    `apart`: members that somebody said are somebody else.
    """
    if piece.kind == ACCOUNT:
        return ""
    rank = _RANKS[piece.kind]
    above = [one for one in others if _RANKS[one.kind] < rank and one.id not in apart and one.id != piece.id]
    if piece.mails:
        found = [one for one in above if one.mails.keys() & piece.mails.keys()]
        holders = sorted(found, key=lambda one: (_RANKS[one.kind], not _holds(one, piece), *one.order))
        return holders[0].id if holders else ""
    found = [one for one in above if one.phones.keys() & piece.phones.keys()]
    best = [one for one in found if one.kind == min(found, key=lambda each: each.order).kind]
    return best[0].id if len(best) == 1 else ""


def _holds(one: Piece, piece: Piece) -> bool:
    """Whether one of the mail addresses that both have is that one's present one."""
    return any(one.mails[each] for each in one.mails.keys() & piece.mails.keys())


def roots(links: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The root of each member. `links`: member to (merged into by hand, joined into by rule), "" for neither.

    Hands come before rules. A link to somebody who is not there counts as none, and so do the rules of whoever would
    stand under itself in the end.
    """
    found: dict[str, str] = {}
    for each in links:
        seen: list[str] = []
        here = each
        while here not in seen:
            seen.append(here)
            by_hand, by_rule = links[here]
            here = next((link for link in (by_hand, by_rule) if link in links), here)
        circle = seen[seen.index(here) :]
        found[each] = here if len(circle) == 1 else min(_heads(circle, links))
    return found


def _heads(circle: list[str], links: Mapping[str, tuple[str, str]]) -> list[str]:
    """Those of a circle that stand under others by rule only; hands alone never make a circle."""
    return [one for one in circle if links[one][0] not in links] or circle
