"""REST for the merchant's own systems: labels, asked for, read, printed and taken back."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, url_for

from commerce.tables import labels
from integrations.labels import composed, written
from integrations.labels.written import Fields
from jobs.queues import LABEL
from webapp import guards, inputs
from webapp.api.changing import Change, changes
from webapp.errors import Problem
from webapp.labels import asking, shapes, words
from webapp.parts import parts

blueprint = Blueprint("labels_api", __name__, url_prefix="/api/v1/labels")

Answer = dict[str, Any]


@blueprint.post("")
@guards.api_key("labels:write")
@changes
def add_label(*, change: Change) -> Response:
    """Ask for a label; one that was asked for under the same key is answered as it is."""
    here, told, db, shop = parts(), inputs.json_object(), change.db, g.shop
    wrong: dict[str, str] = {}
    fields = Fields(told, wrong)
    order_id, key = fields.text("order_id"), fields.text("key")
    _refuse(wrong)
    ground = asking.ground(db, here, shop, order_id)
    there = labels.by_key(db, shop_id=shop.id, key=key) if key else None
    if there is not None:
        return _answer(there, 200)
    if ground is None:
        raise _wrong("order_id", "is no order of this shop")
    if not order_id and not key:
        raise _wrong("key", "is needed where there is no order")
    wanted, wrong = written.read(told, ground.usual)
    _refuse(wrong)
    name = key or composed.usual_key(order_id, len(wanted.sending.boxes))
    row, is_new = asking.claim(
        db, shop_id=shop.id, key=name, wanted=wanted, ground=ground, now=change.now, only=not key
    )
    if is_new:
        change.then(lambda: here.queues.wake(LABEL, [shop.id], again=True))
    return _answer(row, 202 if is_new else 200)


@blueprint.get("/<key>")
@guards.api_key("labels:read")
def one_label(key: str) -> Answer:
    """One label."""
    return _shown(_found(key))


@blueprint.get("/<key>/file")
@guards.api_key("labels:read")
def file(key: str) -> Response:
    """What is to be printed."""
    row = _found(key)
    if row.file is None:
        raise Problem(409, "There is no file", words.explained(row) or "It was erased.")
    return printed(row)


@blueprint.post("/<key>/void")
@guards.api_key("labels:write")
@changes
def void(key: str, *, change: Change) -> Answer:
    """Take a label back; done twice it is done once."""
    here, shop_id = parts(), g.shop.id
    row = _one(change.db, key)
    asked = labels.take_back(change.db, shop_id=shop_id, label_id=row.id, now=change.now)
    row = _one(change.db, key)
    if asked:
        change.then(lambda: here.queues.wake(LABEL, [shop_id], again=True))
    elif row.state not in (labels.VOIDING, labels.VOIDED):
        raise Problem(409, "It cannot be taken back", "Only a label that was bought can be taken back.")
    return _shown(row)


def printed(row: Any) -> Response:
    """A label's file, for nobody else to keep."""
    response = Response(row.file, mimetype=words.content_type(row.format))
    response.headers["Content-Disposition"] = f'attachment; filename="{words.file_name(row)}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _found(key: str) -> Any:
    with parts().database.read() as db:
        return _one(db, key)


def _one(db: Any, key: str) -> Any:
    number = inputs.row_id(key)
    row = None if number is None else labels.by_id(db, shop_id=g.shop.id, label_id=number)
    if row is None:
        raise Problem(404, "No such label", "The shop has no label of this id.")
    return row


def _shown(row: Any) -> Answer:
    return shapes.label(row, base_url=parts().settings.base_url)


def _answer(row: Any, status: int) -> Response:
    response = jsonify(_shown(row))
    response.status_code = status
    response.headers["Location"] = url_for("labels_api.one_label", key=row.id)
    return response


def _refuse(wrong: dict[str, str]) -> None:
    for name, text in wrong.items():
        raise _wrong(name, text)


def _wrong(name: str, text: str) -> Problem:
    return Problem(400, f"Wrong value for {name}", f"`{name}` {text}.", field=name)
