"""REST for the merchant's own systems: many customers put in or changed at once."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, g

from commerce.mirror import bulk_changes
from commerce.mirror.bulk_changes import Wanted, Written
from commerce.rules.people.keys import EMAIL
from commerce.tables.people import identities, turns
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.people import finding, refusals, saying
from webapp.people.bulk_models import Bulk, BulkResult, BulkResults, BulkRow, RowProblem
from webapp.people.saying import UnableToSay

blueprint = Blueprint("customers_bulk_api", __name__, url_prefix="/api/v1/customers")

_CHUNK = 100  # rows of which is worked out together what follows from them


@blueprint.post("/bulk")
@endpoint("customers:write", takes=Bulk, gives=BulkResults, changes=True)
def write_customers(*, body: Bulk, change: Change) -> BulkResults:
    """Put in or change up to 500 customers, each row for itself.

    A row is whoever has its `id`, else one of its `platform_ids`, else its mail address; where nobody does, they are
    put in. The answer says of each what came of it, in their order: created, updated, unchanged, or refused and why.
    """
    turns.take(change.db, g.shop.id)
    results: list[BulkResult] = []
    for start in range(0, len(body.rows), _CHUNK):
        results += _chunk(change, start, body.rows[start : start + _CHUNK])
    counts = Counter(one.status for one in results)
    return BulkResults(data=results, counts=dict(sorted(counts.items())))


def _chunk(change: Change, start: int, rows: Sequence[BulkRow]) -> list[BulkResult]:
    written: dict[int, Written] = {}
    results: dict[int, BulkResult] = {}
    for index, row in enumerate(rows, start):
        try:
            wanted = _wanted(change, row)
            if wanted.root in {one.member for one in written.values()}:  # what each of two rows changed is told apart
                results |= _settled(change, written)
                written, wanted = {}, _wanted(change, row)
            written[index] = bulk_changes.write(change.db, g.shop, wanted, made_by=finding.caller(), now=change.now)
        except refusals.REASONS as error:
            found = refusals.why(error)
            problem = RowProblem(field=found.field, message=found.message, customer_id=found.customer_id or None)
            results[index] = BulkResult(index=index, status="refused", id=None, problem=problem)
    results |= _settled(change, written)
    return [results[index] for index in sorted(results)]


def _settled(change: Change, written: Mapping[int, Written]) -> dict[int, BulkResult]:
    """What came of these rows."""
    told = bulk_changes.settle(change.db, g.shop, written.values(), now=change.now)
    finding.saw_ids([root for root, _ in told], "changed")
    return {
        index: BulkResult.model_construct(index=index, status=status, id=root, problem=None)
        for index, (root, status) in zip(written, told, strict=True)
    }


def _wanted(change: Change, row: BulkRow) -> Wanted:
    """Whose row it is, and what it says. Raises UnableToSay."""
    said = saying.said(change.db, row, now=change.now)
    if row.id is not None:
        known = finding.known(change.db, row.id)
        if known is None:
            raise UnableToSay("id", "is no customer's")
        return Wanted(root=known.id, said=said)
    asked = [(system, value) for system, value in row.platform_ids.items() if value]
    asked += [(EMAIL, mail)] if (mail := said.fields.get("email")) else []
    for kind, value in asked:
        found = identities.roots_of(change.db, shop_id=g.shop.id, kind=kind, value=value)
        if len(found) > 1:
            raise UnableToSay("id", "has to be told: several customers have this address or id")
        if found:
            return Wanted(root=found[0], said=said)
    if saying.is_empty(said):
        raise UnableToSay("email", "or something else has to be told of them")
    return Wanted(root="", said=said)
