"""The whole description, tried by a machine that reads it (Schemathesis): nothing breaks, nothing is undescribed."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.webapp.api.peopled import people

FEW, SOME, MANY = 1, 10, 150  # examples of each call
# Each limit of each field in turn makes thousands of calls, however few examples there are.
_EXAMPLES_ONLY = {"coverage": {"enabled": False}}
# Whether these can be done depends on more than a schema says: on orders, accounts and each other's fields. What they
# refuse is told field by field; their own tests hold that. Figures: which day comes before which, and a year at most.
_CHOOSY = (
    "GET /figures",
    "POST /inventory/{id}/adjust",
    "POST /labels",
    "POST /shipments",
    "POST /search/rules",
    "PUT /search/rules/{id}",
    "PUT /search/settings",
)


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application at an address of its own, as programs meet it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def complaints(app: Any, key: str, *, examples: int, **phases: Any) -> str:
    """What the machine finds wrong, a line for each call and reason."""
    settings = {
        "headers": {"Authorization": f"Bearer {key}"},
        "seed": 1,
        "generation": {"max-examples": examples, "database": "none"},
        "phases": {"stateful": {"enabled": False}, **phases},
        "operations": [
            {"include-name": name, "checks": {"positive_data_acceptance": {"enabled": False}}} for name in _CHOOSY
        ],
    }
    import schemathesis  # noqa: PLC0415 - takes seconds, which every process would take to collect the tests
    from schemathesis.config import SchemathesisConfig  # noqa: PLC0415

    with served(app) as address:
        schema = schemathesis.openapi.from_url(
            f"{address}/api/v1/openapi.json", config=SchemathesisConfig.from_dict(settings)
        )
        schema.config.update(base_url=f"{address}/api/v1")
        return "\n".join(_found(schema))


def _found(schema: Any) -> list[str]:
    from schemathesis import engine  # noqa: PLC0415 - see above

    found: dict[str, None] = {}
    tried: set[str] = set()
    for event in engine.from_schema(schema).execute():
        if type(event).__name__ in ("NonFatalError", "FatalError"):
            found[f"{event}"] = None
        recorder = getattr(event, "recorder", None)
        if recorder is None:
            continue
        tried.add(recorder.label)
        for case_id, checks in recorder.checks.items():
            case = recorder.cases[case_id].value
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    found[f"{case.operation.label}: {failure.title}: {failure.message[:300]}"] = None
    assert tried >= {operation.ok().label for operation in schema.get_all_operations()}
    return list(found)


class TestDescription:
    def test_is_kept_by_what_is_served(self, app: Any, shop: Any) -> None:
        shop.everything()
        people(shop)
        assert complaints(app, shop.api_key, examples=FEW, **_EXAMPLES_ONLY) == ""

    @pytest.mark.slow
    @pytest.mark.parametrize("examples", [SOME, MANY])
    def test_is_kept_by_what_is_served_however_odd_the_call(self, app: Any, shop: Any, examples: int) -> None:
        shop.everything()
        people(shop)
        assert complaints(app, shop.api_key, examples=examples) == ""
