"""What jobs and queues are called on the operator's pages."""

JOBS = {
    "jobs.alarms.watch_indexes": "Look whether search indexes are whole",
    "jobs.call_outs.call_out": "Ask other systems about orders",
    "jobs.calls.carry_out_calls": "Change something at the store",
    "jobs.cdns.purge_cdn": "Tell the CDN what changed",
    "jobs.connections.keep_alive": "Keep access to stores alive",
    "jobs.digests.write_digests": "Write daily digests",
    "jobs.dispatches.send_dispatches": "Send outgoing webhooks",
    "jobs.drift.check_index": "Compare the search index with the products",
    "jobs.events.apply_deliveries": "Apply deliveries",
    "jobs.figures.count_figures": "Count figures",
    "jobs.labels.make_labels": "Buy shipping labels",
    "jobs.letters.send_letters": "Send letters to users",
    "jobs.loyalty.keep_points": "Book and expire points",
    "jobs.loyalty.wake_points": "Wake the points programmes",
    "jobs.notifications.send_notifications": "Send messages",
    "jobs.order_steps.engine.run_steps": "Take orders' steps",
    "jobs.order_steps.runs.decide_many": "Decide about many steps",
    "jobs.pages.drop_pages": "Drop cached pages",
    "jobs.people.build_people": "Work out who is who",
    "jobs.privacy.erase": "Erase under privacy law",
    "jobs.products.index_products": "Index products",
    "jobs.products.reindex_products": "Build the search index anew",
    "jobs.recommendations.count_companions": "Count what is bought together",
    "jobs.replays.replay_dispatches": "Send outgoing webhooks again",
    "jobs.rereads.reread_objects": "Read objects again from the store",
    "jobs.retention.end_retention": "Forget people after their time",
    "jobs.search_settings.configure_index": "Bring search settings to the index",
    "jobs.searches.forget_searches": "Forget old searches",
    "jobs.segments.build_segments": "Build segments",
    "jobs.segments.rank_customers": "Rank customers",
    "jobs.segments.wake_ranking": "Wake the ranking of customers",
    "jobs.shipments.check_parcels": "Ask carriers about parcels",
    "jobs.shipments.wake_parcels": "Wake the checks of parcels",
    "jobs.stock.settle_stock": "Bring stock to the store",
    "jobs.sweep.forget": "Clear up",
    "jobs.sweep.sweep": "Sweep: find what lies about",
    "jobs.syncs.sync_shop": "Walk through the store",
    "jobs.walks.begin_walks": "Begin walks through stores",
}
QUEUES = {
    "events": "deliveries, and most of what happens by the clock",
    "effects": "search index, pages, orders' steps, stock",
    "bulk": "long work: rebuilds, figures, segments, erasing",
    "outside": "what waits for others' servers: stores, carriers, mail",
}


def title(job: str) -> str:
    """What a job is called; its own name where it has no other."""
    return JOBS.get(job, job or "A job that cannot be read")
