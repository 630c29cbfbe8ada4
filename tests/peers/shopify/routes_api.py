"""The Admin API over HTTP, and the files of bulk operations."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, abort, current_app, jsonify, request, send_file

from tests.peers.shopify.execution import answer
from tests.peers.shopify.sender import API_VERSION
from tests.peers.shopify.tenancy import Call, Tenancy

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"

pages = Blueprint("api", __name__)


def this_peer() -> Any:
    """The Peer that the request at hand is for."""
    return current_app.extensions["peer"]


def tenancy(domain: str) -> Tenancy:
    """The shop of the path; 404 where there is none."""
    found: Tenancy | None = this_peer().tenancies.get(domain)
    return found if found is not None else abort(404)


@pages.post("/<domain>/admin/api/<version>/graphql.json")
def graphql(domain: str, version: str) -> Response:
    """Execute GraphQL. A version that is gone is served by the one there is, as the answer's header tells."""
    peer, shop = this_peer(), tenancy(domain)
    failed: Response | None = peer.faults.strike("graphql")
    if failed is not None:
        return failed
    if not shop.grants.is_good(request.headers.get("X-Shopify-Access-Token", "")):
        return _told({"errors": BAD_TOKEN}, 401)
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        return _told({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    result = answer(asked, shop.shop, shop.bucket, frozenset(peer.app.hidden))
    peer.calls.append(Call(domain, result.operation, result.requested, result.throttled))
    return _told(result.body, 200)


def _told(body: dict[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["X-Shopify-API-Version"] = API_VERSION
    response.headers["X-Request-Id"] = str(uuid4())
    return response


@pages.get("/bulk/<domain>/<name>.jsonl")
def bulk_file(domain: str, name: str) -> Response:
    """The result of a bulk operation, whole or in ranges."""
    failed: Response | None = this_peer().faults.strike("file")
    if failed is not None:
        return failed
    path = tenancy(domain).exports.files.get(name)
    if path is None:
        abort(404)
    return send_file(path, mimetype="application/jsonl", conditional=True)
