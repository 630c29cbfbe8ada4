"""How an app gets its tokens: the page where a merchant agrees, and the token address."""

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tests.peers.shopify import signing
from tests.peers.shopify.grants import Refused
from tests.peers.shopify.routes_api import tenancy, this_peer
from tests.peers.shopify.tenancy import Tenancy

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OLD_TOKEN = "urn:shopify:params:oauth:token-type:offline-access-token"

pages = Blueprint("oauth", __name__)


@pages.get("/<domain>/admin/oauth/authorize")
def authorize(domain: str) -> tuple[str, int]:
    """Ask the merchant."""
    shop, app = tenancy(domain).shop, this_peer().app
    if request.args.get("client_id") != app.client_id:
        return render_template("message.html", title="Unauthorized", text="Could not find the application."), 400
    if not request.args.get("redirect_uri", "").startswith(app.url):
        return render_template("message.html", title="Oauth error", text="The redirect_uri is not whitelisted."), 400
    return render_template("authorize.html", shop=shop, scopes=request.args.get("scope", "").split(",")), 200


@pages.post("/<domain>/admin/oauth/authorize")
def agree(domain: str) -> AnyResponse:
    """The merchant agreed: send the browser back to the app with a code."""
    shop, app = tenancy(domain), this_peer().app
    shop.install([scope for scope in request.args.get("scope", "").split(",") if scope])
    told = {"code": shop.grants.code(), "host": signing.host(domain), "shop": domain}
    query = signing.signed_query(app.client_secret, **told, state=request.args.get("state", ""))
    return redirect(f"{request.args['redirect_uri']}?{urlencode(query)}")


@pages.post("/<domain>/admin/oauth/access_token")
def access_token(domain: str) -> Response:
    """Give tokens for a code, a session token, a refresh token, or an old token that does not end."""
    failed: Response | None = this_peer().faults.strike("token")
    if failed is not None:
        return failed
    given, app = request.get_json(silent=True) or request.form.to_dict(), this_peer().app
    if (given.get("client_id"), given.get("client_secret")) != (app.client_id, app.client_secret):
        return _refusal("invalid_client", "The client id or secret is wrong", 401)
    try:
        return jsonify(_granted(tenancy(domain), domain, given))
    except Refused as refusal:
        return _refusal(refusal.args[0], refusal.args[1], 400)


def _granted(shop: Tenancy, domain: str, given: dict[str, str]) -> dict[str, object]:
    grants, app = shop.grants, this_peer().app
    kind, expiring = given.get("grant_type", ""), str(given.get("expiring", "0")) in {"1", "true", "True"}
    if kind in {"", "authorization_code"}:
        return grants.by_code(given.get("code", ""), expiring=expiring)
    if kind == "refresh_token":
        return grants.by_refresh(given.get("refresh_token", ""))
    if kind != EXCHANGE:
        raise Refused("unsupported_grant_type", "The grant type is not supported")
    token = given.get("subject_token", "")
    if given.get("subject_token_type") == OLD_TOKEN:
        return grants.by_old_token(token)
    if not grants.installed or not signing.is_session_of(token, domain, app.client_id, app.client_secret):
        raise Refused("invalid_subject_token", "The subject token is not valid")
    return grants.issue(expiring=expiring)


def _refusal(error: str, description: str, status: int) -> Response:
    response = jsonify({"error": error, "error_description": description})
    response.status_code = status
    return response
