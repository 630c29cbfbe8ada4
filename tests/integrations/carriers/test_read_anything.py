"""Whatever a carrier answers, its reader gives an answer or a problem and never raises."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.tracking import STATUSES, Told
from integrations.carrier_api import Asked, Problem
from integrations.carriers.dhl.read import read as dhl_read
from integrations.carriers.easypost.read import read as easypost_read
from integrations.carriers.fedex.read import read as fedex_read
from integrations.carriers.ups.read import read as ups_read
from integrations.carriers.usps.read import read as usps_read
from tests.examples import examples
from tests.integrations.carriers import shapes

Read = Callable[..., Told | Problem]
CASES: dict[str, tuple[Read, Any]] = {
    "ups": (
        ups_read,
        shapes.ups(shapes.ups_activity("D", "FS", gmt="20261120T15:15:00"), shapes.ups_activity("X", "DL")),
    ),
    "fedex": (fedex_read, shapes.fedex(shapes.fedex_event("DE", reason="08"), shapes.fedex_event("OC"))),
    "usps": (usps_read, shapes.usps(shapes.usps_event("01", "Delivered", gmt="2026-11-20T15:15:00Z"))),
    "dhl": (dhl_read, shapes.dhl(shapes.dhl_event("transit", "Processed"), estimatedTimeOfDelivery="2026-11-24")),
    "easypost": (easypost_read, shapes.easypost(shapes.easypost_detail("in_transit"))),
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59+00:00",
            "20269999",
            "2026-11-20T10:15:00+99:99",
            "\x00",
            "\ud800",
        ]
    ),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=2),
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] + [place for key, value in inner for place in _places(value, (*path, key))]


def _put(root: Any, path: tuple[Any, ...], value: Any, *, drop: bool) -> Any:
    if not path:
        return value
    node = root
    for key in path[:-1]:
        node = node[key]
    if drop and isinstance(node, dict):
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return root


def _is_sound(answer: Told | Problem) -> None:
    if isinstance(answer, Problem):
        return
    assert answer.status in {*STATUSES, ""}
    for scan in answer.scans:
        assert scan.status in {*STATUSES, ""}
        assert scan.at.utcoffset() == timedelta(0)
        assert scan.key


class TestAnswers:
    @pytest.mark.parametrize("carrier", CASES)
    @settings(max_examples=examples(150), deadline=None)
    @given(data=st.data())
    def test_may_be_odd_at_any_node(self, carrier: str, data: st.DataObject) -> None:
        read, whole = CASES[carrier]
        raw = copy.deepcopy(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.sampled_from(_places(raw)))
            raw = _put(raw, place, data.draw(ODD), drop=data.draw(st.booleans()))
        _is_sound(read(raw, Asked(number="1Z5R89390357567127", zone="Mars/Olympus"), now=shapes.NOW))

    @pytest.mark.parametrize("carrier", CASES)
    @settings(max_examples=60, deadline=None)
    @given(
        raw=st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
    )
    def test_may_be_any_json(self, carrier: str, raw: Any) -> None:
        _is_sound(CASES[carrier][0](raw, shapes.asked("1"), now=shapes.NOW))
