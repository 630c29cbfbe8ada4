"""The stand-in for carriers: a process of its own, quick enough for ten thousand parcels, and as strict as they are."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.conftest import free_port
from tests.peers.carriers.parcels import OTHERS, STAGES
from tests.peers.carriers.peer import Peer

ROOT = Path(__file__).resolve().parents[3]
DHL = "/track/shipments?trackingNumber="


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


class TestTheProcess:
    def test_answers_until_it_is_ended(self) -> None:
        port = free_port()
        command = [sys.executable, "-m", "tests.peers.carriers", "--port", str(port), "--stage", "delivered"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Carriers http://127.0.0.1:{port}\n"
            answer = requests.get(f"http://127.0.0.1:{port}{DHL}12345", headers={"DHL-API-Key": "k"}, timeout=60)
            process.terminate()
        assert answer.json()["shipments"][0]["status"]["statusCode"] == "delivered"


class TestThePeer:
    def test_lets_slow_calls_wait_beside_each_other(self, peer: Peer) -> None:
        peer.gather(20)

        def ask(number: int) -> int:
            return requests.get(f"{peer.url}{DHL}{number}", headers={"DHL-API-Key": "k"}, timeout=60).status_code

        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(ask, range(40))) == {200}
        assert peer.paths["/track/shipments"] == len(peer.numbers) == 40

    @pytest.mark.parametrize("stage", [*STAGES, *OTHERS])
    def test_tells_each_stage(self, peer: Peer, stage: str) -> None:
        peer.stage = stage
        parcel = peer.parcel("1Z")
        assert parcel.stage == stage
        assert [event.at for event in parcel.events] == sorted((event.at for event in parcel.events), reverse=True)

    def test_fails_as_often_as_it_is_told(self, peer: Peer) -> None:
        peer.errors = 0.5
        good = 0
        with requests.Session() as session:
            for number in range(200):
                try:
                    good += session.get(f"{peer.url}{DHL}{number}", headers={"DHL-API-Key": "k"}, timeout=60).ok
                except requests.ConnectionError:
                    continue
        assert 60 < good < 140

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nowhere", 404),
            ("GET", "/api/track/v1/details/1Z", 401),
            ("GET", "/tracking/v3/tracking/94", 401),
            ("POST", "/track/v1/trackingnumbers", 401),
            ("GET", f"{DHL}1", 401),
        ],
    )
    def test_lets_nobody_in_without_a_token(self, peer: Peer, method: str, path: str, status: int) -> None:
        assert requests.request(method, peer.url + path, json={"trackingInfo": []}, timeout=60).status_code == status
