"""The doors for webhooks of platforms and carriers."""

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from integrations import registry
from integrations.carriers.pushes import PUSHERS
from webapp import guards
from webapp.doors.carrier_door import accept_push
from webapp.doors.door import SHOPIFY, Door, ShopBook, Verdict, accept, app_secrets, turn_away_large
from webapp.doors.group_commit import GroupCommit
from webapp.parts import Parts, parts

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")

_DRAINED = 8  # times the cap: what is read of a body that is too large, so that its sender can read the answer
_CHUNK = 1 << 16


@blueprint.post("/shopify")
@guards.public
def shopify() -> Response:
    """Shopify names the shop in a header."""
    return _take_in(SHOPIFY, None)


@blueprint.post("/<platform>/<shop_key>")
@guards.public
def own_address(platform: str, shop_key: str) -> Response:
    """On the other platforms (`woocommerce`, `custom`) each shop has an address of its own."""
    door = current_app.extensions["backroom_doors"].get(platform)
    if door is None or door.platform.names_shop:
        abort(404)
    return _take_in(platform, shop_key)


@blueprint.post("/carriers/<carrier>/<shop_key>")
@guards.public
def carrier_push(carrier: str, shop_key: str) -> Response:
    """What a carrier tells of a shop's parcels by itself."""
    if carrier not in PUSHERS:
        abort(404)
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = _body(parts().settings.max_body_bytes)
    commits: GroupCommit = current_app.extensions["backroom_commits"]
    return _answer(accept_push(parts(), commits, carrier, shop_key, headers, body))


def _take_in(platform: str, shop_key: str | None) -> Response:
    door = current_app.extensions["backroom_doors"][platform]
    headers = {name.lower(): value for name, value in request.headers.items()}
    cap = parts().settings.max_body_bytes
    body = _body(cap)
    verdict = turn_away_large(door, shop_key, headers) if body is None else accept(door, shop_key, headers, body)
    return _answer(verdict)


def _body(cap: int) -> bytes | None:
    """The raw body; None where it is larger than the cap."""
    request.max_content_length = cap * _DRAINED
    if (request.content_length or 0) <= cap:
        body = request.stream.read(cap + 1)
        if len(body) <= cap:
            return body
    try:
        while request.stream.read(_CHUNK):
            pass
    except RequestEntityTooLarge:
        pass
    return None


def _answer(verdict: Verdict) -> Response:
    if verdict.status == 200:
        return Response("ok\n", mimetype="text/plain")
    response = jsonify(
        {"type": "about:blank", "title": verdict.reason, "status": verdict.status, "detail": verdict.advice}
    )
    response.mimetype = "application/problem+json"
    response.status_code = verdict.status
    return response


@blueprint.record
def _open(state: BlueprintSetupState) -> None:
    """One set of doors per process, made before the first delivery can come."""
    here: Parts = state.app.extensions["backroom"]
    commits = GroupCommit(here.database, here.queues)
    state.app.extensions["backroom_commits"] = commits
    state.app.extensions["backroom_doors"] = open_doors(here, commits)


def open_doors(here: Parts, commits: GroupCommit) -> dict[str, Door]:
    """One door per platform; all of them, and that of the carriers, share one group commit."""
    book = ShopBook(here.database, here.vault)
    secrets = {SHOPIFY: app_secrets(here.settings)}
    return {
        name: Door(platform=registry.platform(name), book=book, commits=commits, app_secrets=secrets.get(name, ()))
        for name in registry.PLATFORMS
    }
