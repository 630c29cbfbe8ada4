"""REST for the merchant's own systems: labels, asked for, read, printed and taken back."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for

from commerce.tables import labels
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.labels import asking, shapes, words, written
from webapp.labels.written import Fields
from webapp.parts import parts

blueprint = Blueprint("labels_api", __name__, url_prefix="/api/v1/labels")

Answer = dict[str, Any]


@blueprint.post("")
@guards.api_key
def add_label() -> Response:
    """Ask for a label; one that was asked for under the same key is answered as it is."""
    here, told = parts(), request.get_json(force=True, silent=True)
    if not isinstance(told, dict):
        raise Problem(400, "Not a JSON object", "Send a JSON object as the request's body.")
    wrong: dict[str, str] = {}
    fields = Fields(told, wrong)
    order_id, key = fields.text("order_id"), fields.text("key")
    _refuse(wrong)
    with here.database.read() as db:
        ground = asking.ground(db, here, g.shop, order_id)
        there = labels.by_key(db, shop_id=g.shop.id, key=key) if key else None
    if there is not None:
        return _answer(there, 200)
    if ground is None:
        raise _wrong("order_id", "is no order of this shop")
    if not order_id and not key:
        raise _wrong("key", "is needed where there is no order")
    wanted, wrong = written.read(told, ground.usual)
    _refuse(wrong)
    key = key or asking.usual_key(order_id, len(wanted.sending.boxes))
    row, is_new = asking.want(here, shop_id=g.shop.id, key=key, wanted=wanted, ground=ground, now=pages.now())
    return _answer(row, 202 if is_new else 200)


@blueprint.get("/<key>")
@guards.api_key
def one_label(key: str) -> Answer:
    """One label."""
    return _shown(_found(key))


@blueprint.get("/<key>/file")
@guards.api_key
def file(key: str) -> Response:
    """What is to be printed."""
    row = _found(key)
    if row.file is None:
        raise Problem(409, "There is no file", words.explained(row) or "It was erased.")
    return printed(row)


@blueprint.post("/<key>/void")
@guards.api_key
def void(key: str) -> Answer:
    """Take a label back; done twice it is done once."""
    row = _found(key)
    asked = asking.take_back(parts(), shop_id=g.shop.id, label_id=row.id, now=pages.now())
    row = _found(key)
    if not asked and row.state not in (labels.VOIDING, labels.VOIDED):
        raise Problem(409, "It cannot be taken back", "Only a label that was bought can be taken back.")
    return _shown(row)


def printed(row: Any) -> Response:
    """A label's file, for nobody else to keep."""
    response = Response(row.file, mimetype=words.content_type(row.format))
    response.headers["Content-Disposition"] = f'attachment; filename="{words.file_name(row)}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _found(key: str) -> Any:
    number = inputs.row_id(key)
    if number is not None:
        with parts().database.read() as db:
            row = labels.by_id(db, shop_id=g.shop.id, label_id=number)
        if row is not None:
            return row
    raise Problem(404, "No such label", "The shop has no label of this id.")


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
