"""What a busy shop's Backroom has worked on: deliveries, effects, steps, parcels, messages and products.

Written straight into PostgreSQL, beside the customers and orders of `benchmarks.crowd`.
"""

from typing import Any

import psycopg

# The newest thirtieth came in today; one in two thousand failed.
_EVENTS = """
INSERT INTO inbox (shop_id, topic, delivery_id, fingerprint, headers, body, origin, state, attempts, repeats,
    triggered_at, received_at, due_at, taken_at, applied_at, kind, object_id, note, error, traceback)
SELECT %(shop)s, (ARRAY['orders/create', 'orders/updated', 'products/update', 'customers/update'])[n %% 4 + 1],
    'delivery-' || n, '', '{}', '{"id": 1}', 'live', CASE WHEN n %% 2000 = 0 THEN 'failed' ELSE 'applied' END, 1, 0,
    at, at, at, at + interval '40 ms', at + interval '80 ms',
    (ARRAY['order', 'order', 'product', 'customer'])[n %% 4 + 1], (n %% 50000)::text, 'Saved.',
    CASE WHEN n %% 2000 = 0 THEN 'It has no id.' ELSE '' END, ''
FROM (SELECT n, %(now)s - make_interval(secs => (%(events)s - n) * 2592000.0 / %(events)s) AS at
      FROM generate_series(1, %(events)s) AS n) AS told
"""
_EFFECTS = """
INSERT INTO effects (shop_id, kind, object_kind, object_id, inbox_id, origin, state, attempts, reason, error,
    created_at, due_at, finished_at)
SELECT shop_id, CASE WHEN id %% 2 = 0 THEN 'index' ELSE 'pages' END, 'product', object_id, id, 'live', 'done', 1, '',
    '', received_at, received_at, received_at + interval '150 ms'
FROM inbox WHERE shop_id = %(shop)s AND kind = 'product'
"""
_STEPS = """
INSERT INTO order_steps (shop_id, order_id, kind, occasion, lane, state, attempts, outcome, created_at, finished_at)
SELECT %(shop)s, o.id, kind, '', 'fast', CASE WHEN o.id::bigint %% 3000 = 0 THEN 'failed' ELSE 'done' END, 1, 'Done.',
    o.placed_at, o.placed_at + interval '2 s'
FROM orders AS o, unnest(ARRAY['analytics', 'reserve', 'notify.confirmation', 'points', 'outgoing']) AS kind
WHERE o.shop_id = %(shop)s
"""
_PARCELS = """
INSERT INTO order_tracking (shop_id, number, carrier, carrier_named, candidates, order_id, shipment_id, source, token,
    status, sub_status, trusted, moved, at_destination, city, province, postcode, country, scanned_at, scanned_local,
    scanned_zone, service, signed_by, to_country, to_postcode, to_zone, from_country, from_zone, language, shipped_at,
    created_at, ended_at, silent, calls, problem, error, stopped, saved_at)
SELECT %(shop)s, '1Z999AA1' || lpad(id, 10, '0'), 'ups', '', '', id, '', 'shop', 'token-' || id,
    CASE WHEN n %% 50 = 0 THEN 'in_transit' WHEN n %% 997 = 0 THEN 'exception' ELSE 'delivered' END, '', true, true,
    false, 'Graz', '', '', 'AT', placed_at, '', '', '', '', 'AT', '', '', '', '', '', placed_at, placed_at,
    CASE WHEN n %% 50 = 0 OR n %% 997 = 0 THEN NULL ELSE placed_at + interval '2 days' END, 0, 9, '', '', '', placed_at
FROM (SELECT id, id::bigint AS n, placed_at FROM orders WHERE shop_id = %(shop)s) AS told
"""
_MESSAGES = """
INSERT INTO notifications (shop_id, kind, channel, occasion, recipient, category, member_id, order_id, language,
    template_version, state, reason, reference, subject, html, text, message_id, attempts, expires_at, created_at,
    began_at, sent_at, finished_at)
SELECT %(shop)s, 'confirmation', 'mail', 'order-' || id, email, 'transactional', member_id, id, 'de', 1, 'sent', '', '',
    'Your order ' || number, '', '', 'message-' || id, 1, placed_at + interval '1 day', placed_at, placed_at, placed_at,
    placed_at
FROM orders WHERE shop_id = %(shop)s
"""
_PRODUCTS = """
INSERT INTO products (shop_id, id, handle, title, description, sku, brand, product_type, status, platform_status,
    published, url, categories, tags, images, options, attributes, own, digest, variant_ids, price, stock,
    available, created_at, updated_at, saved_at)
SELECT %(shop)s, n::text, 'lamp-' || n, 'Lamp ' || n, '', 'L-' || n, 'Halden', 'Lamp', 'active', 'active', true, '',
    '[]', '[]', '[]', '[]', '[]', '{}', '', jsonb_build_array('v' || n), 4999, 7, true, %(now)s, %(now)s,
    %(now)s - make_interval(secs => n)
FROM generate_series(1, %(products)s) AS n
"""
_VARIANTS = """
INSERT INTO variants (shop_id, id, product_id, sku, title, barcode, options, price, stock, available,
    sells_without_stock, position, image, inventory_item_id, tracked, published, updated_at)
SELECT shop_id, 'v' || id, id, 'L-' || id, '', '', '[]', 4999, 7, true, false, 0, '', 'i' || id, true, true, %(now)s
FROM products WHERE shop_id = %(shop)s
"""
_TABLES = ("inbox", "effects", "order_steps", "order_tracking", "notifications", "products", "variants")


def fill(address: str, *, shop_id: int, events: int, products: int, now: Any) -> None:
    """Write them, for the orders that are there: `address` is a libpq URL. A minute or two for a million deliveries."""
    asked = {"shop": shop_id, "events": events, "products": products, "now": now}
    with psycopg.connect(address, autocommit=True) as db:
        for statement in (_EVENTS, _EFFECTS, _STEPS, _PARCELS, _MESSAGES, _PRODUCTS, _VARIANTS):
            db.execute(statement, asked)
        for table in _TABLES:
            db.execute(f"VACUUM ANALYZE {table}")
