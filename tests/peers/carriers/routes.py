"""Which carrier answers what, by the paths that they use: all of them stand behind one address."""

import base64
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.peers.carriers import dhl, easypost, fedex, ups, usps
from tests.peers.carriers.parcels import UNKNOWN
from tests.peers.carriers.wire import Call, Reply

if TYPE_CHECKING:
    from tests.peers.carriers.peer import Peer

WRONG = "wrong"  # a secret or key that no carrier takes
Route = Callable[["Peer", Call, str], Reply]


def reply(told: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(told).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def _ups_token(peer: "Peer", call: Call, _: str) -> Reply:
    pair = base64.b64decode(call.headers.get("authorization", "").removeprefix("Basic ")).decode()
    if call.form.get("grant_type") != "client_credentials" or pair.endswith(f":{WRONG}"):
        return reply(ups.errors("10401", "ClientId is Invalid"), 401)
    return reply(peer.issued(ups.token))


def _ups_track(peer: "Peer", call: Call, number: str) -> Reply:
    if not peer.is_let_in(call) or not call.headers.get("transid") or not call.headers.get("transactionsrc"):
        return reply(ups.errors("250002", "Invalid Authentication Information."), 401)
    if peer.stage_of(number) == UNKNOWN:
        return reply(ups.not_found(), 404 if number.endswith("404") else 200)
    return reply(ups.tracked(peer.parcel(number)))


def _ups_rates(peer: "Peer", call: Call, _: str) -> Reply:
    if not peer.is_let_in(call):
        return reply(ups.errors("250002", "Invalid Authentication Information."), 401)
    return reply(ups.rates())


def _ups_ship(peer: "Peer", call: Call, _: str) -> Reply:
    if not peer.is_let_in(call):
        return reply(ups.errors("250002", "Invalid Authentication Information."), 401)
    asked = json.loads(call.body)["ShipmentRequest"]
    shipment = asked["Shipment"]
    if not shipment["ShipTo"]["Address"].get("PostalCode"):
        return reply(ups.errors("120201", "Missing or invalid ship to postal code"), 400)
    number = peer.sold("1ZXXXXXX03")
    boxes = shipment["Package"]
    zpl = asked["LabelSpecification"]["LabelImageFormat"]["Code"] == "ZPL"
    return reply(ups.shipped(number, len(boxes) if isinstance(boxes, list) else 1, zpl))


def _ups_void(peer: "Peer", call: Call, number: str) -> Reply:
    if number not in peer.labels:
        return reply(ups.errors("190117", "The Pickup Record was not found."), 400)
    peer.labels.remove(number)
    return reply(ups.voided())


def _fedex_token(peer: "Peer", call: Call, _: str) -> Reply:
    if call.form.get("client_secret") == WRONG:
        return reply(fedex.errors("NOT.AUTHORIZED.ERROR", "The given client credentials were not valid."), 401)
    return reply(peer.issued(fedex.token))


def _fedex_track(peer: "Peer", call: Call, _: str) -> Reply:
    if not peer.is_let_in(call):
        return reply(fedex.errors("NOT.AUTHORIZED.ERROR", "Access token expired."), 401)
    numbers = [entry["trackingNumberInfo"]["trackingNumber"] for entry in json.loads(call.body)["trackingInfo"]]
    if len(numbers) > 30:
        return reply(fedex.errors("TRACKING.TRACKINGNUMBERS.MAXEXCEEDED", "Please limit your inquiry to 30."), 400)
    parts = []
    for number in numbers:
        peer.count(number)
        found = peer.stage_of(number) != UNKNOWN
        parts.append(fedex.part(peer.parcel(number)) if found else fedex.not_found(number))
    return reply(fedex.tracked([part for part in parts if part["trackingNumber"] not in peer.left_out]))


def _fedex_rates(peer: "Peer", call: Call, _: str) -> Reply:
    return reply(fedex.rates()) if peer.is_let_in(call) else reply(fedex.errors("NOT.AUTHORIZED.ERROR", "no"), 401)


def _fedex_ship(peer: "Peer", call: Call, _: str) -> Reply:
    if not peer.is_let_in(call):
        return reply(fedex.errors("NOT.AUTHORIZED.ERROR", "Access token expired."), 401)
    asked = json.loads(call.body)
    zpl = asked["requestedShipment"]["labelSpecification"]["imageType"] == "ZPLII"
    return reply(fedex.shipped(peer.sold("79460000"), zpl))


def _fedex_cancel(peer: "Peer", call: Call, _: str) -> Reply:
    number = json.loads(call.body)["trackingNumber"]
    if number not in peer.labels:
        return reply(fedex.errors("SHIPMENT.TRACKINGNUMBER.NOTFOUND", "Shipment not found."), 400)
    peer.labels.remove(number)
    return reply(fedex.cancelled())


def _usps_token(peer: "Peer", call: Call, _: str) -> Reply:
    return reply(usps.refused(), 401) if call.form.get("client_secret") == WRONG else reply(peer.issued(usps.token))


def _usps_track(peer: "Peer", call: Call, number: str) -> Reply:
    if not peer.is_let_in(call):
        return reply(usps.errors(401, "401", "Invalid or expired token"), 401)
    if peer.stage_of(number) == UNKNOWN:
        return reply(usps.errors(404, "-2147219283", "A status update is not yet available on your package."), 404)
    return reply(usps.tracked(peer.parcel(number)))


def _dhl_track(peer: "Peer", call: Call, number: str) -> Reply:
    if call.headers.get("dhl-api-key") in (None, "", WRONG):
        return reply(dhl.problem(401, "Unauthorized", "Unauthorized for given resource."), 401)
    if peer.stage_of(number) == UNKNOWN:
        return reply(dhl.problem(404, "No result found", "No shipment with given tracking number found."), 404)
    return reply(dhl.tracked(peer.parcel(number)))


def _easypost_batch(peer: "Peer", call: Call, _: str) -> Reply:
    if _easypost_key(call) in ("", WRONG):
        return reply(easypost.error("APIKEY.INACTIVE", "This api key is no longer active."), 401)
    codes = json.loads(call.body)["tracking_codes"]
    known = [easypost.tracker(peer.parcel(code), "UPS") for code in codes if code in peer.told]
    return reply({"trackers": known, "has_more": False})


def _easypost_create(peer: "Peer", call: Call, _: str) -> Reply:
    if _easypost_key(call) in ("", WRONG):
        return reply(easypost.error("APIKEY.INACTIVE", "This api key is no longer active."), 401)
    asked = json.loads(call.body)["tracker"]
    number = asked["tracking_code"]
    peer.count(number)
    if peer.stage_of(number) == UNKNOWN:
        return reply(easypost.error("TRACKER.CREATE.ERROR", "The carrier of this number is not known."), 422)
    status = 200 if number in peer.told else 201
    peer.told.add(number)
    return reply(easypost.tracker(peer.parcel(number), asked.get("carrier", "UPS")), status)


def _easypost_key(call: Call) -> str:
    pair = base64.b64decode(call.headers.get("authorization", "").removeprefix("Basic ")).decode()
    return pair.partition(":")[0]


# Method, path (its group is the number), whether it hands out tokens, the answer.
ROUTES: list[tuple[str, re.Pattern[str], bool, Route]] = [
    (method, re.compile(path), is_token, route)
    for method, path, is_token, route in (
        ("POST", "/security/v1/oauth/token", True, _ups_token),
        ("GET", "/api/track/v1/details/([^/]+)", False, _ups_track),
        ("POST", "/api/rating/v2409/Shop", False, _ups_rates),
        ("POST", "/api/shipments/v2409/ship", False, _ups_ship),
        ("DELETE", "/api/shipments/v2409/void/cancel/([^/]+)", False, _ups_void),
        ("POST", "/oauth/token", True, _fedex_token),
        ("POST", "/track/v1/trackingnumbers", False, _fedex_track),
        ("POST", "/rate/v1/rates/quotes", False, _fedex_rates),
        ("POST", "/ship/v1/shipments", False, _fedex_ship),
        ("PUT", "/ship/v1/shipments/cancel", False, _fedex_cancel),
        ("POST", "/oauth2/v3/token", True, _usps_token),
        ("GET", "/tracking/v3/tracking/([^/]+)", False, _usps_track),
        ("GET", "/track/shipments", False, _dhl_track),
        ("POST", "/v2/trackers/batch", False, _easypost_batch),
        ("POST", "/v2/trackers", False, _easypost_create),
    )
]


def found(call: Call) -> tuple[Route, bool, str] | None:
    """What answers a call, whether it hands out tokens, and the number in the path."""
    for method, pattern, is_token, route in ROUTES:
        if call.method == method and (there := pattern.fullmatch(call.path)):
            return route, is_token, there.group(1) if pattern.groups else ""
    return None
