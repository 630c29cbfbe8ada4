"""Events, effects, jobs, the schedule and all states, from the tables that declare them."""

import importlib

from commerce.rules import events, orders, products
from commerce.tables import connections, drift, effects, inbox, reindexes, shops, syncs
from docs.sources.markdown import code, sentence, table
from jobs import queues, reactions
from jobs.job import JOBS
from jobs.schedule import SCHEDULE

_EFFECTS = {
    effects.INDEX: "The product's document in the search index is written or removed. At least once.",
    effects.CONFIGURE: "The search index is brought in line with the merchant's settings. At least once.",
    effects.PAGES: "Pages of the read cache that show what changed are dropped. At least once.",
    effects.PURGE: "A CDN in front of the storefront is told to drop what changed. At least once.",
    effects.REREAD: "The object has to be read again from the store, because deliveries cannot tell how it is. "
    "Visible until then. At least once.",
    effects.CALL: "Something is changed at the store. Calls that may be made twice are at least once, the others at "
    "most once: one that was interrupted is shown, never silently repeated.",
    effects.ERASE: "A customer or the whole shop is erased, as privacy law demands. At least once.",
}
_STATES = {
    "delivery": {
        inbox.WAITING: "stored, not worked on yet, or to be tried again",
        inbox.APPLIED: "changed something, or marked an object to be read again",
        inbox.SKIPPED: "changed nothing; the note says why",
        inbox.FAILED: "tried often enough; kept with its traceback, can be replayed",
        inbox.REJECTED: "genuine, but not JSON; kept, never applied",
        inbox.ERASED: "its body and headers were erased under privacy law; cannot be replayed",
    },
    "effect": {
        effects.WAITING: "written, not carried out yet",
        effects.STARTED: "under way; where its worker died, nobody knows whether it happened",
        effects.DONE: "carried out",
        effects.FAILED: "refused; not tried again by itself",
    },
    "rebuild of an index": {
        reindexes.RUNNING: "goes on, also after a restart",
        reindexes.DONE: "the new index is in place",
        reindexes.CANCELLED: "given up; the old index is in place",
        reindexes.FAILED: "the engine refused; the old index is in place",
    },
    "check of an index": {
        drift.WAITING: "asked for, or under way; for an empty index, the alarm is on",
        drift.DONE: "came to its end; what differed is put right",
        drift.FAILED: "could not be finished; the error says why",
    },
    "run through a store's own API": {
        syncs.RUNNING: "goes on, also after a restart; while the store does not answer, it waits",
        syncs.DONE: "came to its end",
        syncs.CANCELLED: "a merchant stopped it",
        syncs.FAILED: "the store refused, or did not answer for too long; the error says why",
    },
    "connection to a store's own API": {
        connections.CONNECTED: "as far as is known, the store lets us in",
        connections.LOST: "the store refused our access; the merchant has to connect it again",
        connections.REMOVED: "the app was removed from the store",
    },
    "shop": {
        shops.ACTIVE: "connected",
        shops.UNINSTALLED: "the app was removed from the shop",
        shops.ERASED: "all that was known of it was erased",
    },
    "order": {orders.OPEN: "to be worked on", orders.COMPLETED: "done", orders.CANCELLED: "cancelled"},
    "product": {
        products.ACTIVE: "for sale; found by search if it is also published",
        products.DRAFT: "not shown",
        products.ARCHIVED: "not for sale any more",
    },
}
_ORIGINS = {
    events.LIVE: "it just happened",
    events.IMPORT: "read when the shop was connected",
    events.RECONCILE: "read again to be sure",
    events.REPLAY: "a merchant replayed it",
}


def page() -> str:
    """The whole flow."""
    parts = (_events(), _effects(), _jobs(), _schedule(), _states(), _origins())
    return "# Events, effects, jobs and states\n\n" + "\n".join(parts)


def _events() -> str:
    rows = [(code(event), ", ".join(code(kind) for kind in kinds)) for event, kinds in reactions.REACTIONS.items()]
    return "## Events that have effects\n\n" + table(("event", "effects"), rows)


def _effects() -> str:
    rows = [(code(kind), _EFFECTS[kind], code(reactions.WAKES.get(kind, ""))) for kind in effects.KINDS]
    return "## Effects\n\n" + table(("kind", "what", "wakes"), rows)


def _jobs() -> str:
    woken = {name: kind for kind, (_, name, _) in queues.WAKES.items()}
    rows = [
        (code(spec.name), code(spec.queue), spec.timeout, code(woken.get(spec.name, "")), _about(spec.name))
        for spec in sorted(JOBS.values(), key=lambda spec: spec.name)
    ]
    return "## Jobs\n\n" + table(("job", "queue", "seconds it may take", "woken by", "what"), rows)


def _about(name: str) -> str:
    module, _, function = name.rpartition(".")
    return sentence(getattr(importlib.import_module(module), function))


def _schedule() -> str:
    rows = [(code(f"{entry.run.__module__}.{entry.run.__name__}"), entry.seconds, entry.ttl) for entry in SCHEDULE]
    return "## Schedule\n\n" + table(("job", "every … seconds", "dropped after waiting … seconds"), rows)


def _states() -> str:
    rows = [(thing, code(state), text) for thing, states in _STATES.items() for state, text in states.items()]
    return "## States\n\n" + table(("of", "state", "meaning"), rows)


def _origins() -> str:
    return "## Origins of events\n\n" + table(
        ("origin", "meaning"), [(code(name), text) for name, text in _ORIGINS.items()]
    )
