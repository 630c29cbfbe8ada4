"""A crowd of customers with their orders, written straight into PostgreSQL as the product would have left them."""

from typing import Any

import psycopg

# Of ten customers seven have an account and three are guests; a hundred customers share a day of joining.
_ORDERS = """
INSERT INTO orders (shop_id, id, number, currency, status, platform_status, financial_status, fulfillment_status,
    total, subtotal, tax, shipping, discount, refunded, customer_id, member_id, email, phone, phone_e164, locale, note,
    tags, refunds, billing, delivery, placed_at, updated_at, saved_at)
SELECT %(shop)s, n::text, '#' || n, 'EUR', CASE WHEN n %% 20 = 0 THEN 'cancelled' ELSE 'completed' END, 'closed',
    'paid', 'fulfilled', 1000 + n %% 9000, 1000, 190, 0, 0, CASE WHEN n %% 25 = 0 THEN 500 ELSE 0 END,
    CASE WHEN c %% 10 < 7 THEN c::text ELSE '' END, CASE WHEN c %% 10 < 7 THEN c::text ELSE 'c_' || c END,
    'shopper' || c || '@example.org', '', '', 'de', '', '[]', '[]',
    jsonb_build_object('first_name', 'Ada', 'last_name', 'Shopper ' || c, 'country', 'DE'), '{}',
    %(now)s - make_interval(hours => (n * 7919::bigint %% 17520)::int), %(now)s, %(now)s
FROM (SELECT n, (n * 48271::bigint %% %(customers)s) + 1 AS c FROM generate_series(1, %(orders)s) AS n) AS told
"""
_ACCOUNTS = """
INSERT INTO customers (shop_id, id, email, phone, phone_e164, first_name, last_name, note, locale, tags, consents,
    addresses, created_at, updated_at, saved_at)
SELECT %(shop)s, c::text, 'shopper' || c || '@example.org', '', '', 'Ada', 'Shopper ' || c, '', 'de', '["club"]',
    '{"email": {"state": "subscribed", "updated_at": null}}', '[{"city": "Graz", "country": "AT"}]',
    %(now)s - make_interval(days => c / 100), %(now)s, %(now)s
FROM generate_series(1, %(customers)s) AS c WHERE c %% 10 < 7
"""
_MEMBERS = """
INSERT INTO members (shop_id, id, key, kind, root, joined_into, merged_into, told, own, attributes, orders_stored,
    totals, first_order_at, last_order_at, points, points_pending, points_earned, created_at)
SELECT %(shop)s, id, CASE WHEN account THEN 'account:' || c ELSE 'email:shopper' || c || '@example.org' END,
    CASE WHEN account THEN 'account' ELSE 'guest' END, id, '', '', '{}', '{}', '{}', coalesce(stored, 0),
    CASE WHEN bought > 0 THEN jsonb_build_object('EUR', jsonb_build_array(bought, gross, refunded)) ELSE '{}' END,
    first, last, 0, 0, 0, %(now)s
FROM (SELECT c, c %% 10 < 7 AS account, CASE WHEN c %% 10 < 7 THEN c::text ELSE 'c_' || c END AS id
      FROM generate_series(1, %(customers)s) AS c) AS people
LEFT JOIN (SELECT member_id, count(*) AS stored, count(*) FILTER (WHERE status <> 'cancelled') AS bought,
      sum(total) FILTER (WHERE status <> 'cancelled') AS gross, min(placed_at) AS first, max(placed_at) AS last,
      sum(refunded) FILTER (WHERE status <> 'cancelled') AS refunded
      FROM orders WHERE shop_id = %(shop)s GROUP BY member_id) AS counted ON member_id = id
"""
_IDENTITIES = """
INSERT INTO identities (shop_id, kind, value, member_id, is_current, seen_at)
SELECT %(shop)s, 'email', 'shopper' || ltrim(id, 'c_') || '@example.org', id, true, %(now)s
FROM members WHERE shop_id = %(shop)s
"""
_PROFILES = """
INSERT INTO profiles (shop_id, id, version, member_ids, platform_ids, has_account, email, phone, emails, phones,
    first_name, last_name, sort_name, locale, country, note, tags, addresses, attributes, consents, email_consent,
    sms_consent, orders_count, total_spent, refunded, average_order, totals, first_order_at, last_order_at,
    days_between_orders, next_order_at, lifetime_value, points, points_pending, points_earned, tier, rfm_group,
    created_at, updated_at, saved_at)
SELECT %(shop)s, id, 1, jsonb_build_array(id),
    CASE WHEN kind = 'account' THEN jsonb_build_object('shopify', id) ELSE '{}' END, kind = 'account', mail, '',
    jsonb_build_array(mail), '[]', 'Ada', 'Shopper ' || c, 'shopper ' || c || ' ada', 'de', 'AT', '',
    CASE WHEN kind = 'account' THEN '["club"]'::jsonb ELSE '[]' END, '[{"city": "Graz", "country": "AT"}]', '{}',
    CASE WHEN kind = 'account' THEN
        '{"email": {"state": "subscribed", "at": null, "method": "", "source": "platform"}}'::jsonb ELSE '{}' END,
    CASE WHEN kind = 'account' THEN 'subscribed' ELSE '' END, '', bought, gross - refunded, refunded,
    CASE WHEN bought > 0 THEN (gross - refunded) / bought END, totals, first_order_at, last_order_at, NULL, NULL,
    gross - refunded, 0, 0, 0, '', '', %(now)s - make_interval(days => c / 100), %(now)s,
    %(now)s - make_interval(secs => c)
FROM (SELECT id, kind, totals, first_order_at, last_order_at, ltrim(id, 'c_')::int AS c,
    'shopper' || ltrim(id, 'c_') || '@example.org' AS mail, coalesce((totals->'EUR'->>0)::int, 0) AS bought,
    coalesce((totals->'EUR'->>1)::bigint, 0) AS gross, coalesce((totals->'EUR'->>2)::bigint, 0) AS refunded
    FROM members WHERE shop_id = %(shop)s) AS people
"""
_WORDS = """
INSERT INTO profile_words (shop_id, kind, word, profile_id)
SELECT %(shop)s, kind, word, id FROM profiles, LATERAL (VALUES
    ('name', 'ada'), ('name', 'shopper'), ('name', ltrim(id, 'c_')), ('mail', email),
    ('tag', CASE WHEN has_account THEN 'club' END)) AS found (kind, word)
WHERE shop_id = %(shop)s AND word IS NOT NULL
"""


def fill(address: str, *, shop_id: int, customers: int, orders: int, now: Any) -> None:
    """Write them: `address` is a libpq URL. Some minutes for millions of rows."""
    asked = {"shop": shop_id, "customers": customers, "orders": orders, "now": now}
    with psycopg.connect(address, autocommit=True) as db:
        for statement in (_ORDERS, _ACCOUNTS, _MEMBERS, _IDENTITIES, _PROFILES, _WORDS):
            db.execute(statement, asked)
        for table in ("orders", "customers", "members", "identities", "profiles", "profile_words"):
            db.execute(f"VACUUM ANALYZE {table}")


def ids(address: str, *, shop_id: int, limit: int) -> list[str]:
    """Some of the customers, from all over."""
    query = "SELECT id FROM profiles WHERE shop_id = %s ORDER BY md5(id) LIMIT %s"
    with psycopg.connect(address) as db:
        return [row[0] for row in db.execute(query, (shop_id, limit))]
