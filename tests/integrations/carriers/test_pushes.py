"""What carriers push: every pusher knows who is genuine and reads its own shapes, and raises nothing else."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.pushes import PUSHERS, pusher
from tests.integrations.carriers import shapes
from tests.integrations.carriers.shapes import NOW, states

SECRET, OLDER = b"a secret of the shop", b"the one before"
SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers/responses"

UPS_EVENT = {
    "trackingNumber": " 1ZABCXYZ0112346789",
    "localActivityDate": "20261120",
    "localActivityTime": "091519",
    "activityLocation": {"city": "Charlotte", "stateProvince": "NC", "postalCode": "", "country": "US"},
    "activityStatus": {"type": "I", "code": "OT", "description": "Out for Delivery", "descriptionCode": "021"},
    "scheduledDeliveryDate": "20261120",
    "actualDeliveryDate": "",
    "actualDeliveryTime": "",
    "gmtActivityDate": "20261120",
    "gmtActivityTime": "141519",
    "deliveryStartTime": "",
    "deliveryEndTime": "",
    "deliveryTimeDescription": "end of day",
}
AFTERSHIP_EVENT = {
    "event": "tracking_update",
    "event_id": "b5a7c1d2",
    "msg": {
        "id": "t1",
        "tracking_number": "1Z5R89390357567127",
        "slug": "ups",
        "tag": "OutForDelivery",
        "subtag": "OutForDelivery_001",
        "latest_estimated_delivery": {"type": "specific", "datetime": "2026-11-24"},
        "checkpoints": [
            {
                "checkpoint_time": "2026-11-20T10:15:00-05:00",
                "city": "Louisville",
                "state": "KY",
                "zip": "40202",
                "country_iso3": "USA",
                "tag": "InTransit",
                "subtag": "InTransit_002",
                "message": "Origin Scan",
            },
            {
                "checkpoint_time": "2026-11-24T07:10:00",
                "city": "Portland",
                "state": "OR",
                "country_iso3": "USA",
                "tag": "OutForDelivery",
                "subtag": "OutForDelivery_001",
                "message": "Out for delivery",
            },
        ],
    },
}
SEVENTEENTRACK_EVENT = {
    "event": "TRACKING_UPDATED",
    "data": {
        "number": "RR123456789CN",
        "carrier": 3011,
        "track_info": {
            "latest_status": {"status": "Delivered", "sub_status": "Delivered_Other"},
            "time_metrics": {"estimated_delivery_date": {"from": "2026-11-23T00:00:00+01:00", "to": None}},
            "tracking": {
                "providers": [
                    {
                        "provider": {"key": 3011, "name": "China Post"},
                        "service_type": "Small packet",
                        "events": [
                            {
                                "time_iso": "2026-11-24T12:00:00+01:00",
                                "time_utc": "2026-11-24T11:00:00Z",
                                "description": "Delivered",
                                "stage": "Delivered",
                                "sub_status": "Delivered_Other",
                                "address": {"country": "DE", "city": "Berlin"},
                            },
                            {
                                "time_iso": None,
                                "time_raw": {"date": "2026-11-20", "time": "10:15:00", "timezone": None},
                                "description": "In customs",
                                "stage": None,
                                "sub_status": "InTransit_CustomsProcessing",
                                "address": {"country": "DE"},
                            },
                        ],
                    }
                ]
            },
        },
    },
}
BODIES: dict[str, Any] = {
    "ups": UPS_EVENT,
    "fedex": {"transactionId": "1", "output": {"completeTrackResults": [shapes.fedex(shapes.fedex_event("PU", "PU"))]}},
    "usps": {"subscriptionId": "s1", "payload": shapes.usps(shapes.usps_event("01", "Delivered"))},
    "dhl": shapes.dhl(shapes.dhl_event("transit", "Shipment picked up")),
    "easypost": {
        "object": "Event",
        "description": "tracker.updated",
        "result": shapes.easypost(shapes.easypost_detail("out_for_delivery"), status="out_for_delivery"),
    },
    "aftership": AFTERSHIP_EVENT,
    "seventeentrack": SEVENTEENTRACK_EVENT,
}


def _hmac(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, body, hashlib.sha256)


def _easypost_2(body: bytes, secret: bytes) -> dict[str, str]:
    at, path = "Fri, 20 Nov 2026 10:15:00 GMT", "/webhooks/carriers/easypost/k"
    signed = _hmac(f"{at}POST{path}".encode() + body, secret).hex()
    return {"x-hmac-signature-v2": f"hmac-sha256-hex={signed}", "x-timestamp": at, "x-path": path}


SIGNED: list[tuple[str, Callable[[bytes, bytes], dict[str, str]]]] = [
    ("ups", lambda _, secret: {"credential": secret.decode()}),
    ("dhl", lambda _, secret: {"x-backroom-token": secret.decode()}),
    ("fedex", lambda body, secret: {"fdx-signature": base64.b64encode(_hmac(body, secret)).decode()}),
    ("fedex", lambda body, secret: {"fdx-signature": _hmac(body, secret).hex()}),
    ("usps", lambda body, secret: {"x-hmac": _hmac(body, secret).hex()}),
    ("usps", lambda body, secret: {"x-hmac": base64.b64encode(_hmac(body, secret)).decode()}),
    ("easypost", lambda body, secret: {"x-hmac-signature": "hmac-sha256-hex=" + _hmac(body, secret).hex()}),
    ("easypost", _easypost_2),
    ("aftership", lambda body, secret: {"aftership-hmac-sha256": base64.b64encode(_hmac(body, secret)).decode()}),
    ("seventeentrack", lambda body, secret: {"sign": hashlib.sha256(body + b"/" + secret).hexdigest()}),
]
UNSIGNED_BODIES = ("ups", "dhl")  # they prove who they are by a word, whatever the body is


def told(carrier: str, body: Any = None) -> list[Told]:
    return pusher(carrier).read(json.dumps(BODIES[carrier] if body is None else body).encode(), now=NOW)


class TestVerify:
    @pytest.mark.parametrize(("carrier", "signed"), SIGNED)
    def test_the_genuine_and_nobody_else(self, carrier: str, signed: Callable[[bytes, bytes], dict[str, str]]) -> None:
        verify, body = pusher(carrier).verify, b'{"a": 1}'
        headers = signed(body, SECRET)
        assert verify(headers, body, [SECRET])
        assert verify(headers, body, [OLDER, SECRET])
        assert not verify(headers, body, [OLDER])
        assert not verify(headers, body, [])
        assert not verify(headers, body, [b""])
        assert not verify({}, body, [SECRET])
        if carrier not in UNSIGNED_BODIES:
            assert not verify(headers, body + b" ", [SECRET])

    @pytest.mark.parametrize(("carrier", "signed"), SIGNED)
    @pytest.mark.parametrize("odd", ["", "x", "ü", "\ud800", "0" * 64, "g" * 64, "hmac-sha256-hex="])
    def test_odd_headers_are_just_false(
        self, carrier: str, signed: Callable[[bytes, bytes], dict[str, str]], odd: str
    ) -> None:
        headers = dict.fromkeys(signed(b"", SECRET), odd)
        assert not pusher(carrier).verify(headers, b"{}", [SECRET])

    def test_an_empty_secret_proves_nothing(self) -> None:
        for carrier, signed in SIGNED:
            assert not pusher(carrier).verify(signed(b"{}", b""), b"{}", [b""])

    def test_the_newer_signature_alone_counts_where_it_is_there(self) -> None:
        headers = {"x-hmac-signature": "hmac-sha256-hex=" + _hmac(b"{}", SECRET).hex(), "x-hmac-signature-v2": "no"}
        assert not pusher("easypost").verify(headers, b"{}", [SECRET])

    def test_secrets_of_easypost_are_taken_apart(self) -> None:
        composed, apart = "sécret".encode(), "se\u0301cret".encode()
        headers = {"x-hmac-signature": "hmac-sha256-hex=" + _hmac(b"{}", apart).hex()}
        assert pusher("easypost").verify(headers, b"{}", [composed])


class TestRead:
    @pytest.mark.parametrize(
        ("carrier", "number", "lines"),
        [
            ("ups", "1ZABCXYZ0112346789", ["out_for_delivery"]),
            ("fedex", shapes.FEDEX_NUMBER, ["picked_up"]),
            ("usps", shapes.USPS_NUMBER, ["delivered"]),
            ("dhl", shapes.DHL_NUMBER, ["picked_up"]),
            ("easypost", shapes.EASYPOST_NUMBER, ["out_for_delivery"]),
            ("aftership", "1Z5R89390357567127", ["picked_up", "out_for_delivery"]),
            ("seventeentrack", "RR123456789CN", ["customs", "delivered"]),
        ],
    )
    def test_what_is_told(self, carrier: str, number: str, lines: list[str]) -> None:
        (one,) = told(carrier)
        assert (one.number, one.carrier, states(one), one.unknown) == (number, carrier, lines, ())

    def test_ups_times_and_days(self) -> None:
        (one,) = told("ups")
        (scan,) = one.scans
        assert scan.at == datetime(2026, 11, 20, 14, 15, 19, tzinfo=UTC)
        assert (scan.local, scan.zone) == ("2026-11-20T09:15:19", "America/New_York")
        assert one.expected_first == date(2026, 11, 20)

    def test_aftership_times_and_days(self) -> None:
        (one,) = told("aftership")
        assert one.scans[1].at == datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
        assert (one.status, one.expected_first) == ("out_for_delivery", date(2026, 11, 24))

    def test_17track_times_and_days(self) -> None:
        (one,) = told("seventeentrack")
        assert [scan.at.hour for scan in one.scans] == [9, 11]
        assert (one.status, one.service, one.expected_last) == ("delivered", "Small packet", date(2026, 11, 23))

    def test_single_events_of_the_usps(self) -> None:
        event = shapes.usps_event("OF", "Out for Delivery") | {"trackingNumber": "9400"}
        (one,) = told("usps", [event])
        assert (one.number, states(one)) == ("9400", ["out_for_delivery"])

    def test_one_shipment_of_dhl_alone(self) -> None:
        (one,) = told("dhl", BODIES["dhl"]["shipments"][0])
        assert states(one) == ["picked_up"]

    def test_events_about_something_else(self) -> None:
        assert told("easypost", {"object": "Event", "description": "batch.created", "result": {"id": "b"}}) == []
        assert told("seventeentrack", {"event": "TRACKING_STOPPED", "data": {"number": "RR123456789CN"}}) == []
        assert told("aftership", {"event": "edd_revise", "msg": {"id": "x"}}) == []

    @pytest.mark.parametrize("carrier", PUSHERS)
    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"{}", b'"x"', b"\xff", b"[" * 100_000])
    def test_what_tells_nothing_is_refused(self, carrier: str, body: bytes) -> None:
        with suppress(UnableToRead):
            assert pusher(carrier).read(body, now=NOW) == []

    @pytest.mark.parametrize("carrier", PUSHERS)
    @settings(max_examples=80, deadline=None)
    @given(data=st.data())
    def test_any_node_may_be_odd(self, carrier: str, data: st.DataObject) -> None:
        raw = json.loads(json.dumps(BODIES[carrier]))
        place = data.draw(st.sampled_from(_places(raw)))
        odd = data.draw(st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=5), st.just([]), st.just({})))
        if place:
            node = raw
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = odd
        with suppress(UnableToRead):
            assert isinstance(told(carrier, raw if place else odd), list)

    def test_an_unknown_carrier_does_not_push(self) -> None:
        with pytest.raises(KeyError):
            pusher("pigeon")


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] + [place for key, value in inner for place in _places(value, (*path, key))]


def _events(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for entry in node for found in _events(entry)]
    if not isinstance(node, dict):
        return []
    tracker = {"object": "Event", "description": "tracker.updated", "result": node}
    here = [tracker] if node.get("object") == "Tracker" else []
    return here + [found for entry in node.values() for found in _events(entry)]


class TestRecorded:
    @pytest.mark.skipif(not SHARED.exists(), reason="recorded pushes are not here")
    def test_of_easypost_are_read(self) -> None:
        found = 0
        for file in SHARED.glob("easypost_recorded/*.json"):
            for body in _events(json.loads(file.read_text())):
                found += len(told("easypost", body))
        assert found
