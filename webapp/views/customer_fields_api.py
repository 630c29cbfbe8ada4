"""REST for the merchant's own systems: fields of their own on customers."""

from flask import Blueprint, g

from commerce.rules.people import own_fields
from commerce.rules.people.own_fields import UnableToReadField
from commerce.rules.segments.fields import Declared
from commerce.tables import segments
from commerce.tables.people import fields, turns
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.parts import parts
from webapp.people import finding
from webapp.people.segment_models import CustomerField, CustomerFieldList, NewField

blueprint = Blueprint("customer_fields_api", __name__, url_prefix="/api/v1/customer-fields")


@blueprint.get("")
@endpoint("customers:read", gives=CustomerFieldList)
def list_fields() -> CustomerFieldList:
    """The shop's own fields on customers."""
    with parts().database.read() as db:
        there = fields.all_of(db, shop_id=g.shop.id)
    return CustomerFieldList(data=[_shape(name, field) for name, field in there.items()])


@blueprint.put("/<key>")
@endpoint(
    "customers:write",
    takes=NewField,
    gives=CustomerField,
    changes=True,
    refuses={409: "The name cannot be, or the field is there with another type, or there are too many."},
)
def declare_field(key: str, *, body: NewField, change: Change) -> CustomerField:
    """Declare a field by its name, or change its label and choices. Its type stays as long as it is declared."""
    there = fields.all_of(change.db, shop_id=g.shop.id)
    before = there.get(key)
    if before is not None and before.type != body.type:
        raise finding.refused("type", "cannot change while the field is declared")
    try:
        if before is None:
            field = own_fields.declared(
                name=key, label=body.label, kind=body.type, choices=body.choices, taken=there.keys()
            )
        else:
            field = own_fields.changed(before, label=body.label, choices=body.choices)
    except UnableToReadField as error:
        raise finding.refused(error.field, error.text) from None
    fields.save(change.db, shop_id=g.shop.id, name=key, field=field, now=change.now)
    return _shape(key, field)


@blueprint.delete("/<key>")
@endpoint("customers:write", changes=True, refuses={409: "A segment asks this field."})
def remove_field(key: str, *, change: Change) -> None:
    """Declare a field no more, where no segment asks it. What customers have of it stays stored."""
    turns.take(change.db, g.shop.id)
    if asking := segments.asking(change.db, shop_id=g.shop.id, field=key):
        raise finding.refused("id", f"is asked by the rules of {', '.join(asking)}: change those first")
    if not finding.is_id(key) or not fields.remove(change.db, shop_id=g.shop.id, name=key):
        raise finding.missing()


def _shape(name: str, field: Declared) -> CustomerField:
    return CustomerField(name=name, type=field.type, label=field.label, choices=list(field.choices))
