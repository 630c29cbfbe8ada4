"""What storefronts tell for their shoppers: that somebody wants to know once a product can be bought again."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from commerce.mirror import erasing
from commerce.rules.documents import Product
from commerce.rules.people import keys
from commerce.rules.people.keys import EMAIL
from commerce.tables import products
from commerce.tables.notifications import subscriptions
from commerce.tables.people import identities
from webapp import guards, inputs, limits, pages
from webapp.errors import Problem
from webapp.parts import parts
from webapp.views.storefront import allow_every_site

blueprint = Blueprint("wishes", __name__, url_prefix="/storefront/v1/<shop_key>")

PER_CLIENT = 20  # wishes in a minute
MOST = 50  # that wait for one address: nobody's mailbox is filled by who asks in their name
_LONGEST = 200


@blueprint.after_request
def allow_posts(response: Response) -> Response:
    """CORS as at the other doors of the storefront."""
    response = allow_every_site(response)
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    return response


@blueprint.post("/back-in-stock")
@guards.publishable_key
def add() -> Response:
    """Tell somebody once: {"product_id": "…", "variant_id": "…" (may be missing), "email": "…", "locale": "de"}.

    202: they are told. 200 with "available": it can be bought now. Whether they waited before is not said.
    """
    limits.attempt("back-in-stock", each=PER_CLIENT)
    told, shop, here = inputs.json_object(), g.shop, parts()
    email = keys.mail(_text(told, "email"))
    if not email:
        raise _wrong(422, "email", "must be a mail address")
    product_id, variant_id = _text(told, "product_id"), _text(told, "variant_id")
    with here.database.read() as db:
        known = products.by_ids(db, shop_id=shop.id, ids=[product_id], currency=shop.currency).get(product_id)
        roots = identities.roots_of(db, shop_id=shop.id, kind=EMAIL, value=email)
    if _is_there(known, variant_id):
        return jsonify({"state": "available"})
    row = {"product_id": product_id, "variant_id": variant_id, "recipient": email}
    row |= {"member_id": min(roots, default=""), "language": _text(told, "locale")[:20]}
    try:
        with here.database.write() as db:
            erasing.refuse(db, shop, email=email, phone="")
            if subscriptions.number_of(db, shop_id=shop.id, recipient=email) < MOST:
                subscriptions.add(db, shop_id=shop.id, told=row, now=pages.now())
    except erasing.KeptOut:  # whoever was erased stays so, and nobody is told who was
        pass
    response = jsonify({"state": "waiting"})
    response.status_code = 202
    return response


def _is_there(product: Product | None, variant_id: str) -> bool:
    """Whether it can be bought now. Raises Problem for what the shop does not have."""
    if product is None:
        raise _wrong(404, "product_id", "is no product of this shop")
    if not variant_id:
        return product.available
    variant = next((one for one in product.variants if one.id == variant_id), None)
    if variant is None:
        raise _wrong(404, "variant_id", "is no variant of this product")
    return variant.available


def _text(told: Any, name: str) -> str:
    value = told.get(name, "")
    return value.replace("\x00", "").strip()[:_LONGEST] if isinstance(value, str) else ""


def _wrong(status: int, name: str, text: str) -> Problem:
    return Problem(status, f"Wrong value for {name}", f"`{name}` {text}.", field=name)
