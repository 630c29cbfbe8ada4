"""Which of two tellings of one object is the newer one, when deliveries repeat, come late and out of order.

Sources for what platforms tell: Shopify sends no order guarantee but `updated_at` and a trigger time with each
delivery; WooCommerce sends `date_modified` in whole seconds, nothing at all with a deletion, and delivers one at a
time in the order of its queue, so that the order of arrival counts where nothing shows that it was disturbed.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from commerce.rules.events import Deleted

CLOCKS_APART = timedelta(minutes=10)  # how far a store's clock may be from ours
_SETTLES = timedelta(minutes=1)  # within which all of a shop's servers know a change
_LATE = timedelta(seconds=30)  # WooCommerce delivers within a minute, mostly in order; more than this is out of order
_WEIGHT = 0.15  # of the newest delivery in the moving share of those that came out of order
_TRUSTED_SHARE = 0.3
_TRUSTED_AFTER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreClock:
    """How far the store's own time has come, as told by its deliveries, and how often they came out of order."""

    latest: datetime | None = None
    disorder: float = 0.0
    seen: int = 0

    def after(self, told: datetime | None, *, now: datetime) -> "StoreClock":
        """The clock after a delivery that tells the time `told`; times in the future say nothing."""
        if told is None or told > now:
            return self
        late = self.latest is not None and told < self.latest - _LATE
        return StoreClock(
            latest=max(told, self.latest or told),
            disorder=self.disorder + _WEIGHT * ((1.0 if late else 0.0) - self.disorder),
            seen=self.seen + 1,
        )

    @property
    def in_order(self) -> bool:
        """Whether the order of arrival can be taken for the order of events."""
        return self.seen >= _TRUSTED_AFTER and self.disorder <= _TRUSTED_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What is known of an object's age. `digest` is the canonical hash of its facts; empty: read them again.

    `deleted_at` is the latest moment at which it can have been deleted, `deleted_after` the earliest (None: unknown).
    `seen_at`: when something about it was last stored here, by our clock.
    """

    updated_at: datetime | None = None
    triggered_at: datetime | None = None
    tiebreak: tuple[int, ...] = ()
    digest: str = ""
    deleted_at: datetime | None = None
    deleted_after: datetime | None = None
    restored: bool = False
    final: bool = False
    seen_at: datetime | None = field(default=None, compare=False)


class Act(Enum):
    """What to do with a telling."""

    SAVE = "save"
    DELETE = "delete"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The act, the version to keep, why in plain words, and whether the object must be read again to be sure."""

    act: Act
    version: Version
    note: str
    reread: str = ""


def on_saved(known: Version | None, told: Version, *, restored: bool, read_at: datetime | None = None) -> Decision:
    """Decide on facts: `told` is their version, `known` the object's so far.

    `read_at`: the facts were read from the shop's own API, which was asked at that time by our clock.
    """
    if known is None:
        return _save(told, restored=restored)
    if read_at is not None and _knows_all(known, read_at):
        return _on_read(known, told, read_at)
    if known.deleted_at is not None:
        return _after_deletion(known, told, restored=restored, reread=read_at is None)
    order = _order(known, told)
    # A telling without a time does not take away what is known of the object's age.
    told = replace(
        told,
        restored=known.restored or restored,
        updated_at=told.updated_at or known.updated_at,
        triggered_at=told.triggered_at or known.triggered_at,
    )
    if order is not None and order < 0:
        # That it once was restored counts all the same: the deletion before may still be on its way.
        kept = replace(known, restored=told.restored)
        return Decision(act=Act.SKIP, version=kept, note="Older than what is stored.")
    if told.digest == known.digest:
        return Decision(act=Act.SKIP, version=told, note="Nothing changed.")
    if order is None and known.digest:
        reason = "Two different states with the same time: which one is newer cannot be told."
        if read_at is not None:
            return Decision(act=Act.SKIP, version=known, note="Told again while it was being read.", reread=reason)
        return Decision(act=Act.SAVE, version=told, note="Saved.", reread=reason)
    return _save(told, restored=told.restored)


def _knows_all(known: Version, read_at: datetime) -> bool:
    """Whether what was read then is at least as new as everything that is stored of the object."""
    return known.seen_at is None or read_at > known.seen_at


def _on_read(known: Version, told: Version, read_at: datetime) -> Decision:
    """The object as the shop itself has it, read after everything that is known of it came in."""
    if known.deleted_at is not None:
        return _save(told, restored=True, note="Exists again.")
    if told.digest == known.digest:
        same = replace(known, updated_at=told.updated_at or known.updated_at, tiebreak=told.tiebreak)
        return Decision(act=Act.SKIP, version=same, note="Nothing changed.")
    order = _order(replace(known, triggered_at=None), told)
    just_told = known.seen_at is not None and read_at - known.seen_at < _SETTLES
    if order is not None and order < 0 and just_told:
        return Decision(act=Act.SKIP, version=known, note="The shop's API does not know the newest state yet.")
    return _save(told, restored=known.restored)


def on_deleted(
    known: Version | None,
    told: Deleted,
    *,
    received_at: datetime,
    clock: StoreClock | None,
    read_at: datetime | None = None,
) -> Decision:
    """Decide on a deletion. `clock` is the store's, for platforms that do not say when; None where they do.

    A deletion happened before it was received, so one that is applied again later does not undo what came since.
    `read_at`: the shop's own API, asked at that time by our clock, does not have the object.
    """
    if read_at is not None and known is not None and known.deleted_at is None:
        if not _knows_all(known, read_at):
            note = "Told again while it was being looked for."
            return Decision(act=Act.SKIP, version=known, note=note, reread=_LIVED_ON)
        gone = replace(known, deleted_at=received_at, deleted_after=known.updated_at, digest="", final=told.final)
        return Decision(act=Act.DELETE, version=gone, note="The shop does not have it any more.")
    if known is not None and known.deleted_at is None and _older(told.at or received_at + CLOCKS_APART, known):
        return Decision(act=Act.SKIP, version=known, note="Older than what is stored.", reread=_LIVED_ON)
    latest = max(moment for moment in (told.at or received_at, known.updated_at if known else None) if moment)
    after = told.at or (clock.latest if clock is not None and clock.in_order else None)
    version = replace(known or Version(), deleted_at=latest, deleted_after=after, digest="", final=told.final)
    if known is None:
        return Decision(act=Act.SKIP, version=version, note="Not in the mirror; remembered in case it arrives late.")
    if known.deleted_at is not None:
        again = version if told.at is not None and told.at > known.deleted_at else known
        kept = replace(again, final=known.final or told.final)
        return Decision(act=Act.SKIP, version=kept, note="Already deleted.")
    unsure = clock is not None and told.at is None and (known.restored or not clock.in_order)
    reason = "Deleted, and whether it was restored since cannot be told from the deliveries." if unsure else ""
    return Decision(act=Act.DELETE, version=version, note="Deleted.", reread=reason)


_LIVED_ON = "Deleted, and changed later than that: whether it is there cannot be told from the deliveries."


def _older(moment: datetime, known: Version) -> bool:
    """Whether the object is known to have changed after that moment."""
    return known.updated_at is not None and moment < known.updated_at


def _save(version: Version, *, restored: bool, note: str = "Saved.", reread: str = "") -> Decision:
    kept = replace(version, deleted_at=None, deleted_after=None, restored=restored)
    return Decision(act=Act.SAVE, version=kept, note=note, reread=reread)


def _after_deletion(known: Version, told: Version, *, restored: bool, reread: bool) -> Decision:
    """A late update does not resurrect what was deleted; a genuine restore does.

    `reread`: whether an object that may be there after all is to be read again.
    """
    moment = told.updated_at or told.triggered_at
    assert known.deleted_at is not None
    timed = known.deleted_after == known.deleted_at  # the platform said when
    unsure = "Deleted and restored: which came last cannot be told from the deliveries."
    if moment is not None and moment > known.deleted_at:
        # Our clock says when it was deleted and the store's when it changed: they may be apart.
        doubted = not timed and moment <= known.deleted_at + CLOCKS_APART
        if doubted and known.final:
            return Decision(act=Act.SKIP, version=known, note="Deleted before, by our clock.", reread=unsure)
        return _save(told, restored=True, note="Exists again.", reread=unsure if doubted else "")
    if restored:
        return _save(told, restored=True, note="Restored.", reread=unsure)
    if known.final:
        return Decision(act=Act.SKIP, version=known, note="Deleted before; this delivery came late.")
    if moment is not None and known.deleted_after is not None and moment > known.deleted_after:
        return _save(told, restored=True, note="Exists again.", reread=unsure)
    timed = timed and moment is not None
    newer = moment is None or known.updated_at is None or moment > known.updated_at
    note = "Deleted before; this delivery came late."
    return Decision(act=Act.SKIP, version=known, note=note, reread=unsure if reread and newer and not timed else "")


def _order(known: Version, told: Version) -> int | None:
    """-1 told is older, 1 newer, 0 the same age; None where it cannot be known."""
    for before, after in (
        (known.updated_at, told.updated_at),
        (known.tiebreak or None, told.tiebreak or None),
        (known.triggered_at, told.triggered_at),
    ):
        if before is not None and after is not None and before != after:
            return 1 if after > before else -1  # type: ignore[operator]
    return None
