"""Which members are one person: by the rules of commerce.rules.people.keys, and by what was merged by hand."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection

from commerce.rules.people import keys
from commerce.rules.people.keys import ACCOUNT, EMAIL, FORMER, GUEST, OWN, PHONE, Piece
from commerce.tables import customers
from commerce.tables.people import identities, members, merges


def settle(db: Connection, shop_id: int, touched: Collection[str]) -> set[str]:
    """Join anew the members that are touched and those whom that may concern.

    Gives the roots whose persons have to be worked out: those of before and those of now.
    """
    near = _concerned(db, shop_id, touched)  # also of those who are about to go: a phone may lead to one only then
    gone, left = _drop_empty(db, shop_id, touched)
    touched = (set(touched) | left) - gone.keys()
    concerned = (near | left) - gone.keys()
    rows = members.by_ids(db, shop_id=shop_id, ids=concerned)
    rows |= {row.id: row for row in members.linked_to(db, shop_id=shop_id, ids={row.root for row in rows.values()})}
    wanted = _joined(db, shop_id, [row for id_, row in rows.items() if id_ in concerned])
    rows = _with_targets(db, shop_id, rows, wanted)
    links = {id_: (row.merged_into, wanted.get(id_, row.joined_into)) for id_, row in rows.items()}
    found = keys.roots(links)
    changes = {
        id_: {"joined_into": links[id_][1], "root": found[id_]}
        for id_, row in rows.items()
        if (row.joined_into, row.root) != (links[id_][1], found[id_])
    }
    members.change(db, shop_id=shop_id, changes=changes)
    before = {rows[id_].root for id_ in rows if id_ in changes or id_ in touched}
    return before | set(gone.values()) | {found[id_] for id_ in rows if id_ in changes or id_ in touched}


def _drop_empty(db: Connection, shop_id: int, touched: Collection[str]) -> tuple[dict[str, str], set[str]]:
    """Delete members of whom nothing is left: guests and former accounts without an order or anything else.

    Gives them with their roots, and who stood under them.
    """
    rows = members.by_ids(db, shop_id=shop_id, ids=touched)
    bare = {row.id: row for row in rows.values() if not row.orders_stored and row.kind != OWN}
    accounts = {id_: row.key.partition(":")[2] for id_, row in bare.items() if row.kind == ACCOUNT}
    told = customers.created(db, shop_id=shop_id, ids=set(accounts.values()))
    bare = {id_: row for id_, row in bare.items() if accounts.get(id_) not in told}
    kept = members.with_traces(db, shop_id=shop_id, ids=list(bare)) if bare else set()
    gone = {id_: row.root for id_, row in bare.items() if id_ not in kept}
    left = {row.id for row in members.linked_to(db, shop_id=shop_id, ids=list(gone))} - gone.keys()
    members.remove(db, shop_id=shop_id, ids=list(gone))
    identities.remove(db, shop_id=shop_id, ids=list(gone))
    return gone, left


def _concerned(db: Connection, shop_id: int, touched: Collection[str]) -> set[str]:
    """The touched members, and those who may stand under one of them by an address."""
    known = identities.of_members(db, shop_id=shop_id, ids=touched)
    mails = {row.value for rows in known.values() for row in rows if row.kind == EMAIL}
    phones = {row.value for rows in known.values() for row in rows if row.kind == PHONE}
    guests = {f"email:{mail}" for mail in mails} | {f"phone:{phone}" for phone in phones}
    found = set(touched) | set(members.by_keys(db, shop_id=shop_id, keys=guests).values())
    found.update(identities.having(db, shop_id=shop_id, kind=EMAIL, values=mails, kinds=(OWN, FORMER)))
    found.update(identities.having(db, shop_id=shop_id, kind=PHONE, values=phones, kinds=(OWN,)))
    return found


def _joined(db: Connection, shop_id: int, rows: Collection[Any]) -> dict[str, str]:
    """Under whom each of these stands by rule."""
    below = [row for row in rows if row.kind != ACCOUNT]
    pieces = {piece.id: piece for piece in _pieces(db, shop_id, below)}
    mails = {mail for piece in pieces.values() for mail in piece.mails}
    phones = {phone for piece in pieces.values() if not piece.mails for phone in piece.phones}
    ids = set(identities.having(db, shop_id=shop_id, kind=EMAIL, values=mails, kinds=(ACCOUNT, OWN)))
    ids.update(identities.having(db, shop_id=shop_id, kind=PHONE, values=phones, kinds=(ACCOUNT, OWN)))
    if any(row.kind == FORMER for row in below):
        ids.update(members.by_keys(db, shop_id=shop_id, keys={f"email:{mail}" for mail in mails}).values())
    others = list(members.by_ids(db, shop_id=shop_id, ids=ids).values()) if ids else []
    candidates = _pieces(db, shop_id, others)
    apart = merges.apart_from(db, shop_id=shop_id, ids=pieces) if candidates else {}
    by_address = _by_address(candidates)
    wanted = {row.id: "" for row in rows if row.kind == ACCOUNT}
    for piece in pieces.values():
        near = {one.id: one for address in (*piece.mails, *piece.phones) for one in by_address.get(address, ())}
        wanted[piece.id] = keys.joined(piece, near.values(), apart.get(piece.id, ()))
    return wanted


def _by_address(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        for address in (*piece.mails, *piece.phones):
            found[address].append(piece)
    return found


def _pieces(db: Connection, shop_id: int, rows: Collection[Any]) -> list[Piece]:
    known = identities.of_members(db, shop_id=shop_id, ids=[row.id for row in rows])
    accounts = [row.key.partition(":")[2] for row in rows if row.kind == ACCOUNT]
    made_at = customers.created(db, shop_id=shop_id, ids=accounts)
    return [
        Piece(
            id=row.id,
            key=row.key,
            kind=row.kind,
            created_at=made_at.get(row.key.partition(":")[2]) if row.kind == ACCOUNT else row.created_at,
            mails=_values(row, known[row.id], EMAIL),
            phones=_values(row, known[row.id], PHONE),
        )
        for row in rows
    ]


def _values(row: Any, known: Iterable[Any], kind: str) -> dict[str, bool]:
    """A member's addresses. A guest is known by the one in its key: phones of one mail address' orders are others'."""
    if row.kind == GUEST:
        of_key, _, value = row.key.partition(":")
        return {value: True} if of_key == kind else {}
    return {one.value: one.is_current for one in known if one.kind == kind}


def _with_targets(db: Connection, shop_id: int, rows: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    """The rows with all that they lead to."""
    while True:
        leads = {row.merged_into for row in rows.values()} | {wanted.get(id_, rows[id_].joined_into) for id_ in rows}
        missing = leads - rows.keys() - {""}
        found = members.by_ids(db, shop_id=shop_id, ids=missing) if missing else {}
        if not found:
            return rows
        rows = rows | found
