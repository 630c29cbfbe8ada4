"""The only place that loads karrio, when a worker first needs it; the web never does.

karrio is loaded behind a fence. It turns the verification of TLS certificates off for the whole process
(karrio/core/utils/helpers.py, `ssl._create_default_https_context = …`): put back. It opens connections in one private
function: ours stands in its place, and every other way out is closed. It spreads questions over threads that know
nothing of whom they work for: they are asked in the thread that asks. It writes addresses and messages to stderr:
silent. It runs whatever lies in ./plugins: it does not.
"""

import inspect
import ssl
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

from integrations.carriers.karrio import transport

_HOOK = "_urlopen_with_span"
_ASKERS = ("request", "request_with_response")
_lock = threading.Lock()
_loaded: "list[Karrio]" = []


class UnableToGuardKarrio(RuntimeError):
    """This karrio is built otherwise than the one that the fence was made for: it must not be used."""


@dataclass(frozen=True, slots=True)
class Karrio:
    """karrio's modules that are used."""

    gateway: Any
    models: Any
    lib: Any
    tracer: Any

    def connection(self, connector: str, settings: Mapping[str, Any], cache: Any) -> Any:
        """A gateway of karrio's to one carrier account. `cache` keeps its tokens. Raises KeyError for a connector that
        is not installed, ValueError for settings that are too few; what it does not know is left out."""
        known = {told.name for told in self.gateway.providers[connector].Settings.__attrs_attrs__}
        settings = {name: value for name, value in settings.items() if name in known}
        try:
            return self.gateway[connector].create(settings, tracer=self.tracer(), cache=cache)
        except Exception as error:  # noqa: BLE001 - karrio's own error, which hides why
            raise ValueError(str(error.__cause__ or error)) from None

    def has(self, connector: str) -> bool:
        """Whether that connector is installed."""
        return connector in self.gateway.providers


def karrio() -> Karrio:
    """karrio behind the fence; loading it takes most of a second. Raises UnableToGuardKarrio."""
    if not _loaded:
        with _lock:
            if not _loaded:
                _loaded.append(_load())
    return _loaded[0]


def _load() -> Karrio:
    checked_tls = ssl._create_default_https_context  # noqa: SLF001 - what karrio overwrites
    import_module("loguru").logger.disable("karrio")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries that karrio should have left behind
            helpers = import_module("karrio.core.utils.helpers")
            fence(helpers, import_module("karrio.core.utils"))
            import_module("karrio.core.plugins").DEFAULT_PLUGINS.clear()
            sdk = import_module("karrio.sdk")
            found = Karrio(
                gateway=sdk.gateway,
                models=import_module("karrio.core.models"),
                lib=import_module("karrio.lib"),
                tracer=_silent(import_module("karrio.core.utils.tracing").Tracer),
            )
            found.has("")  # loads the connectors
    finally:
        ssl._create_default_https_context = checked_tls  # noqa: SLF001
        import_module("loguru").logger.remove()
    check(helpers)
    return found


def fence(helpers: Any, utils: Any) -> None:
    """Put our way out in the place of karrio's, and close the others. Raises UnableToGuardKarrio."""
    _check_hook(helpers)
    setattr(helpers, _HOOK, transport.send)
    for name in ("urlopen", "build_opener", "install_opener"):
        setattr(helpers, name, _closed)
    for module in (helpers, utils):
        for name, ours in (("exec_async", _in_turn), ("exec_parrallel", _in_turn), ("zpl_to_pdf", _no_labelary)):
            if not callable(getattr(module, name, None)):
                raise UnableToGuardKarrio(
                    f"karrio has no {name} any more: look at integrations/carriers/karrio/gate.py."
                )
            setattr(module, name, ours)


def _check_hook(helpers: Any) -> None:
    """Every request of karrio's goes through the hook, and nothing beside it opens a connection."""
    hook = getattr(helpers, _HOOK, None)
    wanted = inspect.isfunction(hook) and list(inspect.signature(hook).parameters)[:2] == ["req", "timeout"]
    through = all(_HOOK in _names(getattr(helpers, asker, None)) for asker in _ASKERS)
    others = [
        name
        for name, found in vars(helpers).items()
        if inspect.isfunction(found) and found is not hook and "urlopen" in _names(found)
    ]
    if not wanted or not through or others:
        raise UnableToGuardKarrio(
            f"This karrio does not send through {_HOOK} any more; only the version in requirements.txt may be used."
        )


def check(helpers: Any) -> None:
    """The fence stands. Raises UnableToGuardKarrio."""
    if getattr(helpers, _HOOK) is not transport.send:
        raise UnableToGuardKarrio("karrio put its own way out back.")
    context = ssl._create_default_https_context()  # noqa: SLF001
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise UnableToGuardKarrio("karrio left the verification of TLS certificates off.")


def _names(function: Any) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    return tuple(code.co_names) if code else ()


def _in_turn(function: Callable[[Any], Any], sequence: Sequence[Any], **_: Any) -> list[Any]:
    """One after the other, here: karrio's threads would not know for whom they ask."""
    return [function(item) for item in sequence or ()]


def _closed(*_: Any, **__: Any) -> NoReturn:
    raise transport.NoAnswer("karrio wanted to open a connection of its own.")


def _no_labelary(*_: Any, **__: Any) -> NoReturn:
    raise transport.NoAnswer("karrio would send the label to api.labelary.com to convert it: ask for PDF instead.")


def _silent(tracer: type[Any]) -> type[Any]:
    """karrio's tracer keeps every request and answer for as long as it lives, in threads; this one keeps none."""

    def trace(_: Any, data: Any, *__: Any, **___: Any) -> Any:
        return data

    return type("SilentTracer", (tracer,), {"trace": trace})
