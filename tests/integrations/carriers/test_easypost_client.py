"""EasyPost: known numbers in one call, the others told to it, and what each failure is called."""

import json
from base64 import b64decode

import pytest

from integrations.carrier_api import AWAY, GARBLED, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Asked
from tests.integrations.carriers.opened import NOW, ask, kinds, opened, patience
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

BATCH, CREATE = "/v2/trackers/batch", "/v2/trackers"
NUMBERS = ["EZ1000000001", "EZ2000000002", "EZ4000000004"]


class TestEasyPost:
    def test_is_told_of_numbers_once(self, peer: Peer) -> None:
        tracker = opened("easypost", peer, api_key="EZTK1")
        first, second = ask(tracker, *NUMBERS), ask(tracker, *NUMBERS)
        assert kinds(first) == kinds(second) == ["in_transit"] * 3
        assert (first.calls, second.calls) == (4, 1)
        assert peer.paths == {BATCH: 2, CREATE: 3}
        assert peer.connections == 1

    def test_is_asked_with_the_key_as_user(self, peer: Peer) -> None:
        ask(opened("easypost", peer, api_key="EZTK1"), NUMBERS[0])
        assert b64decode(peer.asked[0].headers["authorization"].removeprefix("Basic ")) == b"EZTK1:"

    def test_is_told_whose_parcel_it_is(self, peer: Peer) -> None:
        tracker = opened("easypost", peer, api_key="EZTK1")
        tracker.track(
            [Asked(number="1Z5R89390357567127", carrier="ups"), Asked(number="LX1234", carrier="dhl")], now=NOW
        )
        told = [json.loads(call.body)["tracker"] for call in peer.asked if call.path == CREATE]
        assert told == [{"tracking_code": "1Z5R89390357567127", "carrier": "UPS"}, {"tracking_code": "LX1234"}]

    @pytest.mark.parametrize("stage", ["label_created", "out_for_delivery", "delivered", "ready_for_pickup"])
    def test_is_read_as_far_as_the_parcel_is(self, peer: Peer, stage: str) -> None:
        peer.stages[NUMBERS[0]] = stage
        assert kinds(ask(opened("easypost", peer, api_key="EZTK1"), NUMBERS[0])) == [stage]

    def test_that_does_not_know_one_number_answers_the_others(self, peer: Peer) -> None:
        peer.stages[NUMBERS[1]] = "unknown"
        found = kinds(ask(opened("easypost", peer, api_key="EZTK1"), *NUMBERS))
        assert found[0] == found[2] == "in_transit"
        assert found[1] in (INVALID, NOT_FOUND)

    def test_whose_answers_break_off_loses_only_the_number(self, peer: Peer) -> None:
        peer.faults[CREATE] = Fault(faults.DROPPED, times=1)
        assert kinds(ask(opened("easypost", peer, api_key="EZTK1"), *NUMBERS)) == [AWAY, "in_transit", "in_transit"]

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (faults.BAD_GATEWAY, AWAY),
            (faults.DROPPED, AWAY),
            (faults.HANG, AWAY),
            (faults.NOT_JSON, GARBLED),
            (faults.OTHER_JSON, GARBLED),
            (faults.TOO_MANY, TOO_OFTEN),
        ],
    )
    def test_that_fails_is_the_problem_of_each(self, peer: Peer, fault: str, kind: str) -> None:
        peer.faults[BATCH] = Fault(fault, retry_after="12")
        answers = ask(opened("easypost", peer, api_key="EZTK1", answer_seconds=patience(fault)), *NUMBERS)
        assert kinds(answers) == [kind] * 3
        assert answers.calls == peer.paths[BATCH] == 1

    def test_refuses_a_wrong_key(self, peer: Peer) -> None:
        problem = ask(opened("easypost", peer, api_key="wrong"), NUMBERS[0]).answers[0].problem
        assert problem is not None
        assert problem.kind == REFUSED
