"""Which telling is newer, whatever the order in which deliveries come, repeat and get lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.events import Deleted
from commerce.rules.freshness import Act, StoreClock, Version, on_deleted, on_saved

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRUSTED = StoreClock(latest=NOON, disorder=0.0, seen=100)
DOUBTED = StoreClock(latest=NOON, disorder=0.9, seen=100)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Update:
    """A delivery with the object's state at that second."""

    second: int
    restored: bool = False

    def version(self) -> Version:
        return Version(updated_at=at(self.second), digest=f"state {self.second}")


@dataclass(frozen=True)
class Deletion:
    """A delivery of a deletion; with the second where the platform says it."""

    second: int | None
    final: bool = False


@dataclass
class Mirror:
    """What is stored of one object, as the batch of deliveries changes it."""

    clock: StoreClock | None = None
    known: Version | None = None
    state: str = ""
    rereads: int = 0

    def take(self, deliveries: Sequence[Update | Deletion], *, received: int = 10_000) -> "Mirror":
        for place, delivery in enumerate(deliveries):
            if isinstance(delivery, Update):
                decision = on_saved(self.known, delivery.version(), restored=delivery.restored)
                if decision.act is Act.SAVE:
                    self.state = f"state {delivery.second}"
            else:
                told = Deleted(
                    kind="product",
                    id="1",
                    at=None if delivery.second is None else at(delivery.second),
                    final=delivery.final,
                )
                decision = on_deleted(self.known, told, received_at=at(received + place), clock=self.clock)
                if decision.act is Act.DELETE:
                    self.state = ""
            self.known = decision.version
            self.rereads += bool(decision.reread)
        return self


def disordered(deliveries: Sequence[Update | Deletion]) -> st.SearchStrategy[list[Update | Deletion]]:
    """The deliveries in any order, each at least once."""
    repeats = st.lists(st.sampled_from(list(deliveries)), max_size=6)
    return repeats.flatmap(lambda again: st.permutations([*deliveries, *again]))


seconds = st.lists(st.integers(0, 5000), min_size=1, max_size=6, unique=True)


class TestOnSaved:
    @given(seconds.flatmap(lambda told: disordered([Update(second) for second in told])))
    def test_the_newest_state_wins_in_any_order(self, deliveries: list[Update]) -> None:
        newest = max(delivery.second for delivery in deliveries)
        mirror = Mirror().take(deliveries)
        assert mirror.state == f"state {newest}"
        assert mirror.rereads == 0

    @given(st.permutations([0, 1, 2, 3]))
    def test_a_tiebreak_orders_changes_of_one_second(self, order: list[int]) -> None:
        known = None
        for refunds in order:
            told = Version(updated_at=NOON, tiebreak=(refunds, 0), digest=f"{refunds} refunds")
            known = on_saved(known, told, restored=False).version
        assert known is not None
        assert known.digest == "3 refunds"

    def test_the_trigger_time_decides_where_the_platform_gives_no_other(self) -> None:
        newer = Version(triggered_at=at(2), digest="new")
        decision = on_saved(newer, Version(triggered_at=at(1), digest="old"), restored=False)
        assert decision.act is Act.SKIP
        assert decision.version == newer

    def test_unchanged_content_is_no_work_but_its_time_is_remembered(self) -> None:
        known = Version(updated_at=at(1), digest="same")
        decision = on_saved(known, Version(updated_at=at(2), digest="same"), restored=False)
        assert (decision.act, decision.version.updated_at) == (Act.SKIP, at(2))

    def test_two_states_of_one_time_ask_for_a_reread(self) -> None:
        decision = on_saved(Update(1).version(), replace(Update(1).version(), digest="other"), restored=False)
        assert decision.act is Act.SAVE
        assert "which one is newer cannot be told" in decision.reread


class TestOnDeleted:
    @given(
        told=seconds,
        clock=st.sampled_from([None, TRUSTED, DOUBTED]),
        final=st.booleans(),
        data=st.data(),
    )
    def test_late_updates_never_resurrect(
        self, told: list[int], clock: StoreClock | None, final: bool, data: st.DataObject
    ) -> None:
        # A platform that says when: the deletion is the last thing that happened.
        deletion = Deletion(second=max(told) + 1, final=final)
        deliveries = data.draw(disordered([*(Update(second) for second in told), deletion]))
        assert Mirror(clock=clock).take(deliveries).state == ""

    @given(
        told=st.lists(
            st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]
        ),
        clock=st.sampled_from([None, TRUSTED, DOUBTED]),
        data=st.data(),
    )
    def test_the_last_thing_that_happened_wins_in_any_order(
        self, told: list[tuple[int, bool]], clock: StoreClock | None, data: st.DataObject
    ) -> None:
        happened = [Deletion(second) if gone else Update(second) for second, gone in told]
        last_second, gone = max(told)
        mirror = Mirror(clock=clock).take(data.draw(disordered(happened)))
        assert mirror.state == ("" if gone else f"state {last_second}")

    def test_a_deletion_with_a_time_leaves_no_doubt_about_what_came_late(self) -> None:
        assert Mirror().take([Update(1), Deletion(5), Update(3)]).rereads == 0

    def test_a_deletion_older_than_the_stored_state_asks_for_a_reread(self) -> None:
        mirror = Mirror().take([Update(7), Deletion(5)])
        assert (mirror.state, mirror.rereads) == ("state 7", 1)

    @given(told=seconds, data=st.data())
    def test_what_arrives_after_a_deletion_without_a_time_stays_out(self, told: list[int], data: st.DataObject) -> None:
        late = data.draw(disordered([Update(second) for second in told]))
        mirror = Mirror(clock=DOUBTED).take([Deletion(second=None), *late])
        assert mirror.state == ""
        assert mirror.rereads > 0, "nobody can tell whether it came back to life since"

    @given(told=seconds, gone=st.integers(0, 5000), data=st.data())
    def test_a_provably_later_update_exists_again(self, told: list[int], gone: int, data: st.DataObject) -> None:
        later = Update(max(*told, gone) + 1)
        deliveries = data.draw(disordered([*(Update(second) for second in told), Deletion(second=gone), later]))
        assert Mirror().take(deliveries).state == f"state {later.second}"

    def test_a_second_deletion_changes_nothing(self) -> None:
        once = Mirror().take([Update(1), Deletion(second=2)])
        assert Mirror().take([Update(1), Deletion(second=2), Deletion(second=2)]).known == once.known

    def test_a_deletion_of_the_unknown_is_remembered(self) -> None:
        mirror = Mirror().take([Deletion(second=5)])
        assert mirror.known is not None
        assert mirror.known.deleted_at == at(5)

    def test_a_final_deletion_doubts_no_late_update(self) -> None:
        mirror = Mirror(clock=TRUSTED).take([Deletion(second=None, final=True), Update(20), Update(30)])
        assert (mirror.state, mirror.rereads) == ("", 0)

    def test_a_store_whose_clock_is_ahead_resurrects_nothing_unseen(self) -> None:
        """What was deleted for good came in at 10,000 by our clock; the store's is four minutes ahead."""
        mirror = Mirror(clock=TRUSTED).take([Update(9_000), Deletion(second=None, final=True), Update(10_200)])
        assert (mirror.state, mirror.rereads) == ("", 1)
        mirror = Mirror(clock=TRUSTED).take([Update(9_000), Deletion(second=None), Update(10_200)])
        assert (mirror.state, mirror.rereads) == ("state 10200", 1)
        mirror = Mirror(clock=TRUSTED).take([Update(9_000), Deletion(second=None), Update(12_000)])
        assert (mirror.state, mirror.rereads) == ("state 12000", 0)

    def test_a_store_in_order_needs_no_reread(self) -> None:
        mirror = Mirror(clock=TRUSTED).take([Update(-20), Deletion(second=None)])
        assert (mirror.state, mirror.rereads) == ("", 0)


class TestDeletedAndRestored:
    @pytest.mark.parametrize("clock", [TRUSTED, DOUBTED, StoreClock()], ids=["trusted", "doubted", "new"])
    @given(data=st.data())
    def test_asks_for_a_reread_in_any_order(self, clock: StoreClock, data: st.DataObject) -> None:
        # WooCommerce: a deletion without a time, a restore, and an update of each side.
        happened = [Update(-60), Deletion(second=None), Update(-40, restored=True), Update(-20)]
        deliveries = data.draw(disordered(happened))
        assert Mirror(clock=clock).take(deliveries).rereads > 0

    def test_a_restore_in_order_is_there_again(self) -> None:
        mirror = Mirror(clock=TRUSTED).take([Update(-60), Deletion(second=None), Update(-40, restored=True)])
        assert mirror.state == "state -40"


class TestStoreClock:
    def test_trusts_a_store_after_some_deliveries_in_order(self) -> None:
        clock = StoreClock()
        for second in range(5):
            assert not clock.in_order
            clock = clock.after(at(second), now=at(100))
        assert clock.in_order
        assert clock.latest == at(4)

    def test_forgives_half_a_minute(self) -> None:
        clock = TRUSTED
        for late in (-29, -30, -5):
            clock = clock.after(at(late), now=at(100))
        assert clock.in_order
        assert clock.latest == NOON

    def test_loses_its_trust_in_a_shuffled_store(self) -> None:
        clock = TRUSTED
        for late in (-300, -200, -400):
            clock = clock.after(at(late), now=at(100))
        assert not clock.in_order

    def test_wins_it_back(self) -> None:
        clock = DOUBTED
        for second in range(20):
            clock = clock.after(at(second), now=at(100))
        assert clock.in_order

    @given(st.lists(st.integers(-3600, 3600), max_size=20))
    def test_never_runs_ahead_of_the_present(self, told: list[int]) -> None:
        clock = StoreClock()
        for second in told:
            clock = clock.after(at(second), now=NOON)
        assert clock.latest is None or clock.latest <= NOON
        assert clock.after(None, now=NOON) == clock
