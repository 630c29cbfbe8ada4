"""Labels as JSON for other programs."""

from typing import Any

from commerce.rules.shapes import Shape, moment
from commerce.tables import labels


def label(row: Any, *, base_url: str) -> Shape:
    """A row of labels, without its file, which has an address of its own once it is there."""
    asked = row.asked or {}
    has_file = row.state in (labels.BOUGHT, labels.VOIDING, labels.VOIDED)
    return {
        "id": str(row.id),
        "key": row.key,
        "order_id": row.order_id or None,
        "carrier": row.carrier,
        "service": row.service or None,
        "state": row.state,
        "number": row.number or None,
        "price": None if row.amount is None else {"amount": row.amount, "currency": row.currency or None},
        "format": row.format or asked.get("format", ""),
        "boxes": [
            {name: box[name] for name in ("grams", "length", "width", "height")} for box in asked.get("boxes", ())
        ],
        "from": _address(asked, "sender"),
        "to": _address(asked, "receiver"),
        "reference": asked.get("reference", ""),
        "error": row.error or None,
        "file": f"{base_url}/api/v1/labels/{row.id}/file" if has_file else None,
        "created_at": moment(row.created_at),
        "finished_at": moment(row.finished_at),
    }


def _address(asked: Shape, who: str) -> Shape | None:
    """An address with the mail address beside it; None where it was erased."""
    told = asked.get(who)
    return {**told, "email": asked.get(f"{who}_email", "")} if told else None
