"""Prometheus metrics, from counters that all processes on all hosts keep in the database."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from redis.exceptions import RedisError

from commerce.tables import drift, effect_lists, inbox, tallies, tracking_lists
from webapp.parts import Parts

_COUNTED = ("received", "rejected", "applied", "repeated", "changed", "api_calls", "pages", "pages_made")
_OF_PARCELS = ("parcel_checks", "parcel_errors", "parcel_news", "parcel_news_seconds")


def exposition(here: Parts) -> bytes:
    """The metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(here))
    return generate_latest(registry)


class _Figures:
    """Collects when it is scraped."""

    def __init__(self, here: Parts) -> None:
        self._here = here

    def collect(self) -> Iterable[Metric]:
        """What came in, what was turned away, how long it took, what waits."""
        with self._here.database.read() as db:
            counted = {name: tallies.totals(db, name) for name in _COUNTED}
            lag, lag_sum = tallies.totals(db, "lag"), tallies.totals(db, "lag_ms").get("sum", 0)
            oldest, planned = inbox.oldest_unfinished(db), effect_lists.counts(db)
            drifted, empty = drift.totals(db), len(drift.alarms(db))
        yield _counter("backroom_ingest", "Deliveries stored.", "platform", counted["received"])
        yield _counter("backroom_ingest_rejected", "Deliveries turned away.", "reason", counted["rejected"])
        yield _counter("backroom_ingest_repeated", "Deliveries that came again.", "", counted["repeated"])
        yield _counter("backroom_applied", "Deliveries worked on, by what became of them.", "state", counted["applied"])
        yield _counter("backroom_changed", "Live deliveries that changed something.", "kind", counted["changed"])
        yield _counter("backroom_api_calls", "Calls to shops' own APIs.", "purpose", counted["api_calls"])
        yield _counter(
            "backroom_page_reads", "Reads of cached pages, by kind and how answered.", "read", counted["pages"]
        )
        yield _counter("backroom_pages_made", "Pages made from the tables.", "kind", counted["pages_made"])
        yield _histogram(lag, lag_sum)
        age = max(0.0, (datetime.now(UTC) - oldest).total_seconds()) if oldest else 0.0
        yield GaugeMetricFamily("backroom_oldest_unfinished_seconds", "Age of the oldest unfinished delivery.", age)
        gauge = GaugeMetricFamily("backroom_effects", "Effects by kind and state.", labels=["kind", "state"])
        for (kind, state), number in sorted(planned.items()):
            gauge.add_metric([kind, state], number)
        yield gauge
        differences = GaugeMetricFamily(
            "backroom_search_drift", "What the last checks of all indexes found, and healed.", labels=["kind"]
        )
        for kind, number in sorted(drifted.items()):
            differences.add_metric([kind], number)
        yield differences
        yield GaugeMetricFamily("backroom_search_empty", "Shops whose index is empty though they have products.", empty)
        yield from self._parcels()
        yield from self._queues()

    def _parcels(self) -> Iterable[Metric]:
        with self._here.database.read() as db:
            states, due, broken = tracking_lists.totals(db, now=datetime.now(UTC))
            checks, errors, news, late = (tallies.totals(db, name) for name in _OF_PARCELS)
        yield _gauge("backroom_parcels", "Parcels by status.", "status", states)
        yield GaugeMetricFamily("backroom_parcels_due", "Parcels whose carrier is to be asked by now.", due)
        yield _counter("backroom_parcel_checks", "Parcels asked for, by carrier.", "carrier", checks)
        failed = CounterMetricFamily(
            "backroom_parcel_errors", "Parcels of which nothing could be learned.", labels=["carrier", "problem"]
        )
        for label, number in sorted(errors.items()):
            failed.add_metric(list(label.rpartition(":")[::2]), number)
        yield failed
        yield _counter("backroom_parcel_news", "Milestones learned of, by carrier.", "carrier", news)
        yield _counter("backroom_parcel_news_seconds", "From milestones to when we knew, summed.", "carrier", late)
        yield _gauge("backroom_carrier_paused", "Shops for which a carrier is left alone now.", "carrier", broken)

    def _queues(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("backroom_queue_depth", "Jobs that wait.", labels=["queue"])
        broken = GaugeMetricFamily("backroom_queue_failed", "Jobs that broke.", labels=["queue"])
        try:
            for queue, depth in self._here.queues.depths().items():
                waiting.add_metric([queue], depth)
            for queue, number in self._here.queues.failed().items():
                broken.add_metric([queue], number)
            workers, up = self._here.queues.workers(), 1
        except (RedisError, OSError):
            workers, up = 0, 0
        yield waiting
        yield broken
        yield GaugeMetricFamily("backroom_workers", "Workers that are alive.", workers)
        yield GaugeMetricFamily("backroom_redis_up", "Whether Redis answers.", up)


def _gauge(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family


def _counter(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label] if label else [])
    for value, number in sorted(values.items()):
        family.add_metric([value] if label else [], number)
    return family


def _histogram(buckets: dict[str, int], milliseconds: int) -> Metric:
    family = HistogramMetricFamily("backroom_lag_seconds", "From a live delivery's arrival to its application.")
    cumulated, rows = 0, []
    for bound in (*map(str, tallies.LAG_BUCKETS), "+Inf"):
        cumulated += buckets.get(bound, 0)
        rows.append((bound, cumulated))
    family.add_metric([], rows, milliseconds / 1000)
    return family
