"""What follows from what happened."""

import pytest

from commerce.mirror.outcomes import Happened
from commerce.tables import effects
from jobs import queues, reactions
from jobs.reactions import wanted


def happened(name: str) -> Happened:
    return Happened(name=name, kind="product", object_id="7", inbox_id=3, origin="live", reason="why")


class TestWanted:
    @pytest.mark.parametrize(("name", "kinds"), reactions.REACTIONS.items())
    def test_writes_an_effect_for_each_reaction(self, name: str, kinds: tuple[str, ...]) -> None:
        effects_ = wanted([happened(name)])
        assert [effect.kind for effect in effects_] == list(kinds)
        assert {(one.object_kind, one.object_id, one.inbox_id, one.origin, one.reason) for one in effects_} == {
            ("product", "7", 3, "live", "why")
        }

    def test_asks_for_nothing_where_nothing_follows(self) -> None:
        assert wanted([happened("order.created"), happened("no.such_event")]) == []


class TestReactions:
    def test_know_only_kinds_that_exist(self) -> None:
        assert {kind for kinds in reactions.REACTIONS.values() for kind in kinds} <= set(effects.KINDS)

    def test_wake_only_jobs_that_exist(self) -> None:
        assert set(reactions.WAKES) <= set(effects.KINDS)
        assert set(reactions.WAKES.values()) <= set(queues.WAKES)
