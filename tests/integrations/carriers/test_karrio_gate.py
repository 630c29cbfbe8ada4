"""The fence around karrio: what it does to a process is undone, and nothing leaves but by our way out."""

import contextlib
import ssl
import subprocess
import sys
import types
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from integrations.carriers.karrio import gate, transport
from integrations.carriers.karrio.transport import NoAnswer, Talk
from integrations.carriers.karrio.wire import Wire
from tests.integrations.carriers.opened import patience
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

ROOT = Path(__file__).resolve().parents[3]
SHIP = "/ship/v1/shipments"


@pytest.fixture
def karrio() -> gate.Karrio:
    return gate.karrio()


@pytest.fixture
def theirs(karrio: gate.Karrio) -> Any:
    return import_module("karrio.core.utils.helpers")


@pytest.fixture
def talk(peer: Peer) -> Talk:
    return Talk(Wire("The carrier", origin=peer.url, allow_private_hosts=True, answer_seconds=patience(faults.HANG)))


class TestAfterKarrioIsLoaded:
    def test_certificates_are_verified_by_the_whole_process(self, karrio: gate.Karrio) -> None:
        assert ssl._create_default_https_context is ssl.create_default_context
        with Peer(tls=True) as peer, pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{peer.url}/oauth/token")

    def test_nothing_is_written_and_no_thread_runs(self) -> None:
        code = (
            "import threading; from integrations.carriers.karrio.gate import karrio; k = karrio();"
            "c = k.connection('ups', {'carrier_id': 'ups', 'client_id': 'a', 'client_secret': 'b', 'x': 1}, object());"
            "c.mapper.create_tracking_request(k.models.TrackingRequest(tracking_numbers=['1Z'])).serialize();"
            "c.proxy.trace_as('json')({'url': 'https://carrier/?key=secret'}, 'request');"
            "print(len(threading.enumerate()))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("1\n", "")

    def test_what_lies_in_the_folder_is_not_run(self, tmp_path: Path) -> None:
        """karrio loads whatever is in ./plugins."""
        plugin = tmp_path / "plugins" / "odd" / "karrio" / "plugins" / "odd"
        plugin.mkdir(parents=True)
        (plugin / "__init__.py").write_text("print('I ran')")
        code = "from integrations.carriers.karrio.gate import karrio; print(karrio().has('odd'))"
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == "False\n"

    def test_it_is_loaded_once(self, karrio: gate.Karrio) -> None:
        assert gate.karrio() is karrio


class TestTheWayOut:
    def test_is_ours(self, theirs: Any) -> None:
        assert theirs._urlopen_with_span is transport.send
        gate.check(theirs)

    def test_is_closed_outside_of_a_talk(self, theirs: Any, peer: Peer) -> None:
        with pytest.raises(NoAnswer, match="own account"):
            theirs.request(url=f"{peer.url}/track/shipments", method="GET")
        assert not peer.asked

    @pytest.mark.parametrize("name", ["urlopen", "build_opener", "install_opener"])
    def test_is_the_only_one(self, theirs: Any, name: str) -> None:
        with pytest.raises(NoAnswer, match="of its own"):
            getattr(theirs, name)("https://example.com")

    def test_does_not_lead_to_labelary(self, theirs: Any, karrio: gate.Karrio, peer: Peer) -> None:
        """karrio converts ZPL to PDF at http://api.labelary.com: name and address of the receiver, in clear."""
        wire = Wire("The carrier", allow_private_hosts=True)
        with Talk(wire).begun(), pytest.raises(NoAnswer, match="labelary"):
            karrio.lib.zpl_to_pdf("XlhB", 4, 6)
        renderer = import_module("karrio.addons.renderer")
        with Talk(wire).begun(), pytest.raises(NoAnswer, match="only https is"):
            renderer.render_label("^XA^XZ", "PDF", "ZPL", width=4, height=6)

    def test_is_in_the_thread_that_asks(self, karrio: gate.Karrio) -> None:
        import threading  # noqa: PLC0415 - shadowed by nothing, used here only

        here = threading.get_ident()
        assert karrio.lib.run_asynchronously(lambda _: threading.get_ident(), [1, 2]) == [here, here]
        assert karrio.lib.run_concurently(lambda _: threading.get_ident(), [1, 2]) == [here, here]
        assert karrio.lib.run_asynchronously(lambda _: 1, []) == []


class TestASend:
    @pytest.fixture(params=["without sentry", "with sentry"])
    def sentry(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """With sentry_sdk installed karrio sends every request again that fails."""
        if request.param == "with sentry":
            span = types.SimpleNamespace(set_data=print)
            span_of = lambda **_: nullcontext(span)  # noqa: E731 - as sentry_sdk's own
            sentry = types.SimpleNamespace(start_span=span_of, get_isolation_scope=lambda: None)
            monkeypatch.setitem(sys.modules, "sentry_sdk", sentry)

    @pytest.mark.parametrize("fault", [faults.BROKEN, faults.BAD_GATEWAY, faults.DROPPED, faults.HANG, faults.TOO_MANY])
    @pytest.mark.parametrize("repeats", [0, 2])
    @pytest.mark.usefixtures("sentry")
    def test_happens_once(self, theirs: Any, peer: Peer, talk: Talk, fault: str, repeats: int) -> None:
        peer.faults[SHIP] = Fault(fault)
        with talk.begun(), contextlib.suppress(NoAnswer):
            theirs.request(
                url=f"https://apis.fedex.com{SHIP}", method="POST", data="{}", max_retries=repeats, retry_delay=0.01
            )
        assert peer.paths[SHIP] == 1
        assert talk.calls == 1


class TestAKarrioThatIsBuiltOtherwise:
    """The hook is private: a version that moved it must not be used."""

    @pytest.fixture
    def another(self) -> Iterator[types.ModuleType]:
        """karrio's helpers as they come, unfenced, beside those in use; TLS put back."""
        kept = ssl._create_default_https_context
        found = import_module("importlib.util").find_spec("karrio.core.utils.helpers")
        module = import_module("importlib.util").module_from_spec(found)
        found.loader.exec_module(module)
        yield module
        ssl._create_default_https_context = kept

    def test_is_used_as_it_is_now(self, karrio: gate.Karrio, another: types.ModuleType) -> None:
        gate.fence(another, types.SimpleNamespace(exec_async=print, exec_parrallel=print, zpl_to_pdf=print))
        assert another._urlopen_with_span is transport.send

    def test_is_refused_without_the_hook(self, karrio: gate.Karrio, another: types.ModuleType) -> None:
        del another._urlopen_with_span
        with pytest.raises(gate.UnableToGuardKarrio, match=r"requirements\.txt"):
            gate.fence(another, another)

    def test_is_refused_where_requests_take_another_way(self, karrio: gate.Karrio, another: types.ModuleType) -> None:
        another.request = another.urlopen
        with pytest.raises(gate.UnableToGuardKarrio):
            gate.fence(another, another)

    def test_is_refused_where_somebody_else_opens_connections(
        self, karrio: gate.Karrio, another: types.ModuleType
    ) -> None:
        exec("def download(url):\n    return urlopen(url)", another.__dict__)
        with pytest.raises(gate.UnableToGuardKarrio):
            gate.fence(another, another)

    def test_is_refused_without_what_spreads_calls(self, karrio: gate.Karrio, another: types.ModuleType) -> None:
        with pytest.raises(gate.UnableToGuardKarrio, match="exec_async"):
            gate.fence(another, types.SimpleNamespace())

    def test_is_refused_where_it_turns_tls_off_for_good(
        self, karrio: gate.Karrio, another: types.ModuleType, theirs: Any
    ) -> None:
        with pytest.raises(gate.UnableToGuardKarrio, match="TLS"):
            gate.check(theirs)  # `another` has just turned it off
