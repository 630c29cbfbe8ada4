"""Any JSON gives a reading or a complaint that names the field, and the page's examples are read to the last field."""

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.events import Deleted, Reading, UnableToRead
from integrations.platforms.custom.registered import CUSTOM
from integrations.platforms.custom.topics import TOPICS
from integrations.protocols import Delivered
from tests.examples import examples
from tests.integrations.platforms.custom.conftest import EVENTS, NOW, read_event


def names(value: Any) -> set[str]:
    """All names of fields, however deep."""
    if isinstance(value, list):
        return {name for entry in value for name in names(entry)}
    if isinstance(value, dict):
        return set(value) | {name for entry in value.values() for name in names(entry)}
    return set()


fields = sorted(names(list(EVENTS.values())))
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["19.99", "2026-11-22T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "active"]
    )
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields) | st.text(), inner, max_size=4),
    max_leaves=10,
)
topics = st.sampled_from(sorted(TOPICS))


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """One of the page's events with some fields, however deep, replaced by anything or left out."""
    event = deepcopy(EVENTS[draw(st.sampled_from(sorted(EVENTS)))])
    for _ in range(draw(st.integers(1, 3))):
        place: Any = event
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
                place = place[key]
                continue
            if draw(st.booleans()):
                place[key] = draw(anything)
            else:
                del place[key]
            break
    return event


class Watched(dict[str, Any]):
    """An object that notes which of its fields somebody looks at."""

    def __init__(self, told: dict[str, Any], seen: set[str]) -> None:
        super().__init__({name: watched(value, seen) for name, value in told.items()})
        self._seen = seen

    def get(self, name: str, *default: Any) -> Any:
        self._seen.add(name)
        return super().get(name, *default)


def watched(value: Any, seen: set[str]) -> Any:
    if isinstance(value, list):
        return [watched(entry, seen) for entry in value]
    return Watched(value, seen) if isinstance(value, dict) else value


class TestRead:
    @settings(max_examples=examples(300), deadline=None)
    @given(topics | st.text(max_size=20), anything)
    def test_gives_a_reading_or_a_complaint_for_anything(self, topic: str, payload: Any) -> None:
        self.check(Delivered(topic=topic, payload=payload, received_at=NOW))

    @settings(max_examples=examples(300), deadline=None)
    @given(topics, anything)
    def test_gives_a_reading_or_a_complaint_for_any_data(self, topic: str, data: Any) -> None:
        event = {"type": topic, "timestamp": "2026-11-22T10:00:00Z", "data": data}
        self.check(Delivered(topic=topic, payload=event, received_at=NOW, currency="EUR"))

    @settings(max_examples=examples(500), deadline=None)
    @given(damaged())
    def test_gives_a_reading_or_a_complaint_for_damaged_events(self, event: Any) -> None:
        topic = CUSTOM.opened(CUSTOM.envelope({}), event).topic
        self.check(Delivered(topic=topic, payload=event, received_at=NOW, currency="EUR"))

    def check(self, delivered: Delivered) -> None:
        reading = None
        with suppress(UnableToRead):
            reading = CUSTOM.read(delivered)
        assert reading is None or isinstance(reading, Reading)

    @pytest.mark.parametrize("kind", ["product", "category", "order", "customer"])
    def test_takes_a_deletion_with_the_time_of_its_event(self, kind: str) -> None:
        event = {"type": f"{kind}.deleted", "timestamp": "2026-11-22T11:00:00+01:00", "data": {"id": 58}}
        gone = Deleted(kind=kind, id="58", at=datetime(2026, 11, 22, 10, tzinfo=UTC))
        assert read_event(event).changes == (gone,)

    def test_needs_nothing_of_other_topics_and_says_which_there_are(self) -> None:
        reading = read_event({"type": "coupon.saved", "timestamp": "2026-11-22T10:00:00Z", "data": {}})
        assert reading.changes == ()
        assert "coupon.saved" in reading.note
        assert "product.saved" in reading.note

    @pytest.mark.parametrize(
        ("event", "field"),
        [
            ({}, "`type`"),
            ([], "`type`"),
            ({"type": "product.saved"}, "`timestamp` is missing"),
            ({"type": "product.saved", "timestamp": "2026-11-22T10:00:00"}, "`timestamp` is no time with a zone"),
            ({"type": "product.saved", "timestamp": 1763805600}, "`timestamp` is no time with a zone"),
            ({"type": "product.saved", "timestamp": "2026-11-22T10:00:00Z"}, "`data` is missing"),
            ({"type": "product.saved", "timestamp": "2026-11-22T10:00:00Z", "data": []}, "`data` is not an object"),
            ({"type": "product.saved", "timestamp": "2026-11-22T10:00:00Z", "data": {}}, "`data.id` is missing"),
        ],
    )
    def test_complains_of_an_event_that_is_none(self, event: Any, field: str) -> None:
        with pytest.raises(UnableToRead) as complaint:
            read_event(event)
        assert field in str(complaint.value)


class TestThePagesExamples:
    def test_show_every_topic_that_tells_an_object(self) -> None:
        assert set(EVENTS) == {topic for topic in TOPICS if not topic.endswith(".deleted")}

    @pytest.mark.parametrize("topic", EVENTS)
    def test_are_read_to_the_last_field(self, topic: str) -> None:
        seen: set[str] = {"Material", "Finish"}  # names that the shop chooses
        event = watched(EVENTS[topic], seen)
        assert CUSTOM.read(Delivered(topic=topic, payload=event, received_at=NOW)).changes
        assert names(EVENTS[topic]) - seen - {"type"} == set()
