"""Any topic with any body gives a reading or a complaint, and captured deliveries all verify and read."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.events import Deleted, Reading, Saved, UnableToRead, Unclear
from integrations.payload import parse
from integrations.platforms.woocommerce.registered import WOOCOMMERCE
from integrations.platforms.woocommerce.topics import TOPICS
from integrations.protocols import Delivered
from tests.examples import examples
from tests.integrations.platforms.woocommerce.conftest import FIXTURES, Read

SHARED = Path(__file__).resolve().parents[5] / "shared/data/woocommerce"
NOW = datetime(2026, 6, 1, tzinfo=UTC)

fields = sorted({key for file in FIXTURES.glob("*.json") for key in json.loads(file.read_bytes())})
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["1.00", "trash"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields) | st.text(), inner, max_size=4),
    max_leaves=10,
)
topics = st.sampled_from(sorted(TOPICS)) | st.text(max_size=20)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A real payload with some fields replaced by anything or left out."""
    told = json.loads(draw(st.sampled_from(sorted(FIXTURES.glob("*.json")))).read_bytes())
    for name in draw(st.lists(st.sampled_from(sorted(told)), max_size=3)):
        told[name] = draw(anything)
    for name in draw(st.lists(st.sampled_from(sorted(told)), max_size=2, unique=True)):
        del told[name]
    return dict(told)


class TestRead:
    @settings(max_examples=examples(400))
    @given(topics, anything | damaged())
    def test_gives_a_reading_or_a_complaint_for_anything(self, topic: str, payload: Any) -> None:
        reading = None
        with suppress(UnableToRead):
            reading = WOOCOMMERCE.read(Delivered(topic=topic, payload=payload, received_at=NOW))
        assert reading is None or isinstance(reading, Reading)

    @pytest.mark.parametrize("kind", ["product", "order", "customer"])
    @pytest.mark.parametrize("happened", ["created", "updated"])
    def test_takes_an_error_for_what_it_is(self, read: Read, kind: str, happened: str) -> None:
        error = {
            "code": f"woocommerce_rest_{kind}_invalid_id",
            "message": "Invalid ID.",
            "data": {"status": 404},
        }
        reading = read(f"{kind}.{happened}", error)
        assert reading.changes == ()
        assert "Invalid ID." in reading.note

    @pytest.mark.parametrize("kind", ["product", "order", "customer"])
    def test_takes_a_deletion_as_an_id(self, read: Read, kind: str) -> None:
        reading = read(f"{kind}.deleted", {"id": 58})
        assert reading.changes == (Deleted(kind=kind, id="58"),)

    @pytest.mark.parametrize(
        ("hook", "kind"), [("product", "product"), ("product_variation", "product"), ("order", "order")]
    )
    def test_takes_a_hooks_argument_as_an_id_that_never_comes_again(self, read: Read, hook: str, kind: str) -> None:
        reading = read(f"action.woocommerce_delete_{hook}", {"action": f"woocommerce_delete_{hook}", "arg": 157})
        assert reading.changes == (Deleted(kind=kind, id="157", final=True),)

    def test_takes_a_category_from_its_hook(self, read: Read) -> None:
        told = {"term_id": 15, "name": "Scarves &amp; Hats", "slug": "scarves", "description": "Warm"}
        reading = read("action.woocommerce_rest_insert_product_cat", {"action": "x", "arg": told})
        (saved,) = reading.changes
        assert isinstance(saved, Saved)
        assert (saved.kind, saved.facts.id, getattr(saved.facts, "title", "")) == ("category", "15", "Scarves & Hats")

    @pytest.mark.parametrize("topic", ["coupon.created", "coupon.deleted", "action.woocommerce_new_customer_note", ""])
    def test_needs_nothing_of_other_topics(self, read: Read, topic: str) -> None:
        reading = read(topic, {"id": 1})
        assert reading.changes == ()
        assert reading.note

    @pytest.mark.parametrize("kind", ["product", "order", "customer"])
    def test_asks_for_a_reread_where_a_body_is_only_an_id(self, read: Read, kind: str) -> None:
        (unclear,) = read(f"{kind}.updated", {"id": 5}).changes
        assert isinstance(unclear, Unclear)
        assert (unclear.kind, unclear.id) == (kind, "5")

    @pytest.mark.parametrize("payload", [None, [], 1, {}, {"id": None}, {"id": {}}])
    def test_complains_of_a_body_without_an_object(self, read: Read, payload: Any) -> None:
        with pytest.raises(UnableToRead, match=r"product\.updated"):
            read("product.updated", payload)


def captures() -> list[Path]:
    return sorted((SHARED / "samples").glob("*.headers.json")) if (SHARED / "samples").is_dir() else []


@pytest.mark.skipif(not captures(), reason="the captured deliveries are not part of the repository")
class TestCapturedDeliveries:
    @pytest.mark.parametrize("file", captures(), ids=lambda file: file.name.removesuffix(".headers.json"))
    def test_verify_and_read(self, file: Path) -> None:
        told = json.loads(file.read_bytes())
        headers = {name.lower(): value for name, value in told["headers"]}
        body = file.with_name(file.name.replace(".headers.json", ".body")).read_bytes()
        secret = json.loads((SHARED / "SECRET.json").read_bytes())["secret"]
        envelope = WOOCOMMERCE.envelope(headers)
        if not envelope.signature:
            assert WOOCOMMERCE.is_ping(headers, body) or file.name.startswith("WC-AUTH")
            return
        other_secret = str(told["scenario"]).startswith("owner-demoted")
        assert WOOCOMMERCE.is_genuine(envelope, body, [secret.encode()]) is not other_secret
        reading = WOOCOMMERCE.read(
            Delivered(topic=envelope.topic, payload=parse(body), received_at=NOW, currency="EUR")
        )
        assert reading.changes or reading.note
