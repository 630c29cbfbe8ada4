"""What was found a moment ago is found again without asking, until something is written to the index.

Most searches of a shop are few: the same words, first pages, letter by letter. Only which products are found is
remembered; what they cost and whether they are to be had is read each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from commerce.rules.merchandising import NOTHING
from webapp.search.composed import Search

MOST = 1_000  # searches of all shops, some kilobytes each
Result = TypeVar("Result")

_lock = Lock()
_known: OrderedDict[Hashable, object] = OrderedDict()


def remembered(search: Search, version: int | None, make: Callable[[], Result]) -> Result:
    """What `make` gives, or gave for the same search of the same state of the index by the same settings.

    Searches that rules have a part in are made each time: rules begin and end by the clock.
    """
    state = search.engine.state(search.index) if version is not None and search.outcome is NOTHING else ""
    if not state:
        return make()
    key = (id(search.engine), search.index, state, version, _key(search))
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]  # type: ignore[return-value]
    made = make()
    with _lock:
        _known[key] = made
        while len(_known) > MOST:
            _known.popitem(last=False)
    return made


def _key(search: Search) -> Hashable:
    query = search.query
    filters = tuple(sorted((name, tuple(values)) for name, values in query.filters.items()))
    asked = (query.text, query.offset, query.limit, query.sort, query.facets, filters, query.price, query.available)
    return (*asked, query.only, query.without, query.boosts, query.is_prefix)
