"""Carriers through karrio, asked over a real connection: what is read, what each failure is called, what goes out."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from commerce.rules.tracking import STATUSES
from commerce.settings import Settings
from integrations import registry
from integrations.carrier_api import AWAY, GARBLED, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN
from tests.integrations.carriers.opened import (
    CARRIERS,
    NOW,
    NUMBERS,
    OwnTokens,
    account,
    ask,
    kinds,
    opened,
    patience,
)
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

ONE_BY_ONE = ("ups", "usps", "dhl")
WITH_TOKENS = ("ups", "fedex", "usps")
TRACKING = {
    "ups": "/api/track/v1/details/",
    "fedex": "/track/v1/trackingnumbers",
    "usps": "/tracking/v3/tracking/",
    "dhl": "/track/shipments",
}
STAGES = {
    "label_created": "label_created",
    "picked_up": "picked_up",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "attempt_failed": "attempt_failed",
    "ready_for_pickup": "ready_for_pickup",
}


class TestAParcel:
    @pytest.mark.parametrize("carrier", CARRIERS)
    @pytest.mark.parametrize("stage", STAGES)
    def test_is_read_as_far_as_it_is(self, peer: Peer, carrier: str, stage: str) -> None:
        number = NUMBERS[carrier][0]
        peer.stages[number] = stage
        answers = ask(opened(carrier, peer), number)
        told = answers.answers[0].told
        wanted = "exception" if (carrier, stage) == ("fedex", "attempt_failed") else STAGES[stage]
        assert kinds(answers) == [wanted] or (carrier, stage) == ("fedex", "attempt_failed")
        assert told is not None
        assert told.trusted
        assert told.number == number
        assert {scan.status for scan in told.scans} <= {*STATUSES, ""}
        assert max(scan.at for scan in told.scans) <= NOW

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_that_is_not_known_says_so(self, peer: Peer, carrier: str) -> None:
        number = NUMBERS[carrier][0]
        peer.stages[number] = "unknown"
        assert kinds(ask(opened(carrier, peer), number)) == [NOT_FOUND]

    def test_that_ups_does_not_know_may_come_with_404_as_well(self, peer: Peer) -> None:
        peer.stages["1Z5R89390357567404"] = "unknown"
        assert kinds(ask(opened("ups", peer), "1Z5R89390357567404")) == [NOT_FOUND]

    @pytest.mark.parametrize("carrier", CARRIERS)
    @pytest.mark.parametrize("number", ["", "1Z", "../../oauth", "1Z12345?a=b", "1Z12345/..", "x" * 60, "Ünicode1"])
    def test_of_no_number_is_not_asked_for(self, peer: Peer, carrier: str, number: str) -> None:
        assert kinds(ask(opened(carrier, peer), number)) == [INVALID]
        assert not peer.asked

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_is_found_however_its_number_is_spaced(self, peer: Peer, carrier: str) -> None:
        number = NUMBERS[carrier][0]
        spaced = f" {number[:4].lower()} {number[4:]} "
        answers = ask(opened(carrier, peer), spaced)
        assert answers.answers[0].number == spaced
        assert answers.answers[0].told is not None

    def test_of_dhl_is_asked_for_with_the_receivers_postcode(self, peer: Peer) -> None:
        ask(opened("dhl", peer), NUMBERS["dhl"][0])
        assert peer.asked[-1].query == {
            "trackingNumber": NUMBERS["dhl"][0],
            "language": "en",
            "recipientPostalCode": "97201",
        }


class TestManyParcels:
    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_are_counted_by_calls(self, peer: Peer, carrier: str) -> None:
        answers = ask(opened(carrier, peer), *NUMBERS[carrier])
        assert answers.calls == peer.paths[TRACKING[carrier]] == (1 if carrier == "fedex" else 3)
        assert answers.token_calls == peer.token_calls == (0 if carrier == "dhl" else 1)

    @pytest.mark.parametrize("carrier", ONE_BY_ONE)
    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (faults.BAD_GATEWAY, AWAY),
            (faults.BROKEN, AWAY),
            (faults.DROPPED, AWAY),
            (faults.HANG, AWAY),
            (faults.TOO_MANY, TOO_OFTEN),
            (faults.NOT_JSON, GARBLED),
            (faults.OTHER_JSON, GARBLED),
            (faults.NOT_LET_IN, REFUSED),
        ],
    )
    def test_do_not_suffer_from_one(self, peer: Peer, carrier: str, fault: str, kind: str) -> None:
        first, bad, last = NUMBERS[carrier]
        peer.faults[bad] = Fault(fault)
        answers = ask(opened(carrier, peer, answer_seconds=patience(fault)), first, bad, last)
        assert kinds(answers) == ["in_transit", kind, "in_transit"]
        assert peer.numbers[bad] == 1

    def test_of_fedex_do_not_suffer_from_one(self, peer: Peer) -> None:
        known, unknown, left_out = NUMBERS["fedex"]
        peer.stages[unknown] = "unknown"
        peer.left_out.add(left_out)
        answers = ask(opened("fedex", peer), known, unknown, left_out, "../x")
        assert kinds(answers) == ["in_transit", NOT_FOUND, GARBLED, INVALID]

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [(faults.BAD_GATEWAY, AWAY), (faults.DROPPED, AWAY), (faults.HANG, AWAY), (faults.OTHER_JSON, GARBLED)],
    )
    def test_of_fedex_share_its_failure(self, peer: Peer, fault: str, kind: str) -> None:
        peer.faults[TRACKING["fedex"]] = Fault(fault)
        answers = ask(opened("fedex", peer, answer_seconds=patience(fault)), *NUMBERS["fedex"])
        assert kinds(answers) == [kind] * 3
        assert (answers.calls, peer.paths[TRACKING["fedex"]]) == (1, 1)


class TestACarrierThatIsAskedTooOften:
    @pytest.mark.parametrize("carrier", CARRIERS)
    @pytest.mark.parametrize(("told", "seconds"), [("120", 120.0), ("", None)])
    def test_says_for_how_long(self, peer: Peer, carrier: str, told: str, seconds: float | None) -> None:
        peer.faults[TRACKING[carrier]] = Fault(faults.TOO_MANY, retry_after=told)
        problem = ask(opened(carrier, peer), NUMBERS[carrier][0]).answers[0].problem
        assert problem is not None
        assert (problem.kind, problem.retry_after) == (TOO_OFTEN, seconds)

    @pytest.mark.parametrize(
        ("carrier", "path"),
        [("ups", "/security/v1/oauth/token"), ("fedex", "/oauth/token"), ("usps", "/oauth2/v3/token")],
    )
    def test_for_tokens_says_so_too(self, peer: Peer, carrier: str, path: str) -> None:
        peer.faults[path] = Fault(faults.TOO_MANY, retry_after="77")
        answers = ask(opened(carrier, peer), NUMBERS[carrier][0])
        problem = answers.answers[0].problem
        assert problem is not None
        assert (problem.kind, problem.retry_after) == (TOO_OFTEN, 77)
        assert (answers.calls, answers.token_calls, peer.token_calls) == (0, 1, 1)


class TestAToken:
    @pytest.mark.parametrize("carrier", WITH_TOKENS)
    def test_serves_many_calls(self, peer: Peer, carrier: str) -> None:
        tracker = opened(carrier, peer)
        for _ in range(3):
            ask(tracker, *NUMBERS[carrier])
        assert peer.token_calls == 1

    @pytest.mark.parametrize("carrier", WITH_TOKENS)
    def test_that_was_taken_back_is_asked_for_once_more(self, peer: Peer, carrier: str) -> None:
        tokens = OwnTokens()
        tracker = opened(carrier, peer, tokens)
        ask(tracker, NUMBERS[carrier][0])
        peer.take_tokens_back()
        answers = ask(tracker, NUMBERS[carrier][0])
        assert kinds(answers) == ["in_transit"]
        assert (answers.calls, answers.token_calls, len(tokens.dropped)) == (2, 1, 1)

    @pytest.mark.parametrize("carrier", WITH_TOKENS)
    def test_that_is_new_and_refused_is_refused(self, peer: Peer, carrier: str) -> None:
        peer.is_let_in = lambda call: False  # type: ignore[method-assign]
        answers = ask(opened(carrier, peer), NUMBERS[carrier][0])
        assert kinds(answers) == [REFUSED]
        assert (answers.calls, answers.token_calls) == (1, 1)

    @pytest.mark.parametrize("carrier", WITH_TOKENS)
    @pytest.mark.parametrize("fault", [faults.BAD_GATEWAY, faults.DROPPED, faults.BROKEN, faults.NOT_JSON])
    def test_that_does_not_come_is_asked_for_once(
        self, peer: Peer, carrier: str, fault: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """karrio would ask USPS three times, with pauses."""
        paths = {"ups": "/security/v1/oauth/token", "fedex": "/oauth/token", "usps": "/oauth2/v3/token"}
        peer.faults[paths[carrier]] = Fault(fault)
        naps = list[float]()
        monkeypatch.setattr(time, "sleep", naps.append)
        answers = ask(opened(carrier, peer), NUMBERS[carrier][0])
        assert kinds(answers) == [AWAY]
        assert (peer.token_calls, answers.token_calls, answers.calls, naps) == (1, 1, 0, [])

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_is_refused_to_wrong_credentials(self, peer: Peer, carrier: str) -> None:
        wrong = dict.fromkeys(("client_secret", "track_secret_key", "consumer_key"), "wrong")
        problem = ask(opened(carrier, peer, **wrong), NUMBERS[carrier][0]).answers[0].problem
        assert problem is not None
        assert problem.kind == REFUSED
        assert "wrong" not in problem.message

    def test_is_not_asked_for_without_credentials(self, peer: Peer) -> None:
        problem = ask(opened("fedex", peer, track_api_key=""), NUMBERS["fedex"][0]).answers[0].problem
        assert problem is not None
        assert problem.kind == REFUSED
        assert "track_api_key" in problem.message
        assert not peer.asked

    @pytest.mark.parametrize("carrier", WITH_TOKENS)
    def test_is_asked_for_once_by_ten_threads(self, peer: Peer, carrier: str) -> None:
        peer.delay = 0.05
        tracker = opened(carrier, peer)
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(lambda _: kinds(ask(tracker, NUMBERS[carrier][0])), range(10)))
        assert found == [["in_transit"]] * 10
        assert peer.token_calls == 1


class TestAConnection:
    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_is_kept_open_by_each_thread(self, peer: Peer, carrier: str) -> None:
        tracker = opened(carrier, peer)
        for _ in range(5):
            ask(tracker, *NUMBERS[carrier])
        assert peer.connections == 1

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_is_refused_where_the_certificate_is_nobodys(self, carrier: str) -> None:
        with Peer(tls=True) as peer:
            trusted = peer.ca_bundle
            peer.ca_bundle = ""
            answers = ask(opened(carrier, peer), NUMBERS[carrier][0])
            assert kinds(answers) == [AWAY]
            assert "certificate" in (answers.answers[0].problem.message if answers.answers[0].problem else "")
            assert not peer.asked
            peer.ca_bundle = trusted
            assert kinds(ask(opened(carrier, peer), NUMBERS[carrier][0])) == ["in_transit"]

    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_that_hangs_ends(self, peer: Peer, carrier: str) -> None:
        peer.faults[TRACKING[carrier]] = Fault(faults.HANG)
        began = time.monotonic()
        assert kinds(ask(opened(carrier, peer, answer_seconds=patience(faults.HANG)), NUMBERS[carrier][0])) == [AWAY]
        assert time.monotonic() - began < 30

    def test_that_nobody_takes_is_away(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            closed = f"http://127.0.0.1:{server.getsockname()[1]}"
        peer = type("Gone", (), {"url": closed, "ca_bundle": ""})()
        assert kinds(ask(opened("dhl", peer), NUMBERS["dhl"][0])) == [AWAY]

    def test_into_a_private_network_is_not_made(self, peer: Peer) -> None:
        from integrations.carriers.karrio.trackers import open_dhl  # noqa: PLC0415 - beside the one guarded use

        known = account("dhl", peer.url)
        answers = ask(open_dhl(known, OwnTokens()), NUMBERS["dhl"][0])
        assert "private network" in (answers.answers[0].problem.message if answers.answers[0].problem else "")
        assert not peer.asked


class TestThreads:
    def test_ask_beside_each_other(self, peer: Peer) -> None:
        """karrio asks UPS for two numbers at a time, and opens connections anew for each call."""
        tracker = opened("ups", peer)
        ask(tracker, NUMBERS["ups"][0])
        peer.gather(20)
        names = [f"1Z5R8939035756{index:04d}" for index in range(40)]
        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(lambda number: kinds(ask(tracker, number)), names))
        assert found == [["in_transit"]] * 40
        assert peer.connections <= 21
        assert not [thread for thread in threading.enumerate() if "karrio" in thread.name]


class TestATracker:
    def test_is_kept_for_its_account(self, peer: Peer) -> None:
        settings, tokens = Settings(allow_private_hosts=True), OwnTokens()
        one = registry.tracker(account("ups", peer.url), settings, tokens)
        assert registry.tracker(account("ups", peer.url), settings, tokens) is one
        assert registry.tracker(account("ups", peer.url, client_secret="another"), settings, tokens) is not one
        assert kinds(ask(one, NUMBERS["ups"][0])) == ["in_transit"]

    @pytest.mark.parametrize("carrier", ["house", "nowhere"])
    def test_is_not_there_for_who_tells_nothing(self, peer: Peer, carrier: str) -> None:
        with pytest.raises(KeyError):
            registry.tracker(account(carrier, peer.url), Settings(), OwnTokens())
