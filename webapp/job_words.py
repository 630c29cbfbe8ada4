"""What jobs and queues are called on the operator's pages."""

from webapp.languages import gettext
from webapp.languages import lazy_gettext as _

JOBS = {
    "jobs.alarms.watch_indexes": _("Look whether search indexes are whole"),
    "jobs.call_outs.call_out": _("Ask other systems about orders"),
    "jobs.calls.carry_out_calls": _("Change something at the store"),
    "jobs.cdns.purge_cdn": _("Tell the CDN what changed"),
    "jobs.connections.keep_alive": _("Keep access to stores alive"),
    "jobs.digests.write_digests": _("Write daily digests"),
    "jobs.dispatches.send_dispatches": _("Send outgoing webhooks"),
    "jobs.drift.check_index": _("Compare the search index with the products"),
    "jobs.events.apply_deliveries": _("Apply deliveries"),
    "jobs.figures.count_figures": _("Count figures"),
    "jobs.labels.make_labels": _("Buy shipping labels"),
    "jobs.letters.send_letters": _("Send letters to users"),
    "jobs.loyalty.keep_points": _("Book and expire points"),
    "jobs.loyalty.wake_points": _("Wake the points programmes"),
    "jobs.notifications.send_notifications": _("Send messages"),
    "jobs.order_steps.engine.run_steps": _("Take orders' steps"),
    "jobs.order_steps.runs.decide_many": _("Decide about many steps"),
    "jobs.pages.drop_pages": _("Drop cached pages"),
    "jobs.people.build_people": _("Work out who is who"),
    "jobs.privacy.erase": _("Erase under privacy law"),
    "jobs.products.index_products": _("Index products"),
    "jobs.products.reindex_products": _("Build the search index anew"),
    "jobs.recommendations.count_companions": _("Count what is bought together"),
    "jobs.replays.replay_dispatches": _("Send outgoing webhooks again"),
    "jobs.rereads.reread_objects": _("Read objects again from the store"),
    "jobs.retention.end_retention": _("Forget people after their time"),
    "jobs.search_settings.configure_index": _("Bring search settings to the index"),
    "jobs.searches.forget_searches": _("Forget old searches"),
    "jobs.segments.build_segments": _("Build segments"),
    "jobs.segments.rank_customers": _("Rank customers"),
    "jobs.segments.wake_ranking": _("Wake the ranking of customers"),
    "jobs.shipments.check_parcels": _("Ask carriers about parcels"),
    "jobs.shipments.wake_parcels": _("Wake the checks of parcels"),
    "jobs.stock.settle_stock": _("Bring stock to the store"),
    "jobs.sweep.forget": _("Clear up"),
    "jobs.sweep.sweep": _("Sweep: find what lies about"),
    "jobs.syncs.sync_shop": _("Walk through the store"),
    "jobs.walks.begin_walks": _("Begin walks through stores"),
}
QUEUES = {
    "events": _("deliveries, and most of what happens by the clock"),
    "effects": _("search index, pages, orders' steps, stock"),
    "bulk": _("long work: rebuilds, figures, segments, erasing"),
    "outside": _("what waits for others' servers: stores, carriers, mail"),
}


def title(job: str) -> str:
    """What a job is called; its own name where it has no other."""
    return str(JOBS.get(job) or job or gettext("A job that cannot be read"))
