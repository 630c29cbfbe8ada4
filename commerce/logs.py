"""Structured logs: one JSON object a line, with the ids that tie lines together, and never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from commerce.settings import Settings

# Names of values that are never written, and shapes that are blotted out wherever they stand.
_SECRET_NAMES = re.compile(
    r"secret|token|password|signature|authorization|cookie|api_?key|credential|hmac", re.IGNORECASE
)
_SECRET_SHAPES = re.compile(
    r"(br_|shpat_|shpss_|shprt_|ck_|cs_|whsec_)[A-Za-z0-9_-]{6,}|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?<=[?&]key=)[^&\s]+"
    r"|(?<=/sign-in/)[A-Za-z0-9_-]{16,}|(?<=/track/)[A-Za-z0-9_-]{16,}"
)
_HIDDEN = "[hidden]"


def configure_logging(settings: Settings, *, process: str) -> None:
    """Set up this process's logs, for structlog and for libraries that use logging."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    for quiet in ("rq", "urllib3", "alembic"):
        logging.getLogger(quiet).setLevel(max(level, logging.WARNING))
    structlog.contextvars.bind_contextvars(process=process)


def without_secrets(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out secrets, by the name of the value and by the shape of the text, however deep they lie."""
    for name, value in line.items():
        line[name] = _without(name, value)
    return line


def _without(name: object, value: Any) -> Any:
    if value and isinstance(name, str) and _SECRET_NAMES.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return _SECRET_SHAPES.sub(_HIDDEN, value)
    if isinstance(value, dict):
        return {key: _without(key, inner) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return [_without("", inner) for inner in value]
    return value
