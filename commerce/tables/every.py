"""Every table, for migrations: importing this module fills the metadata."""

from commerce.tables import (
    categories,
    connections,
    customers,
    effects,
    inbox,
    installs,
    inventory,
    leases,
    orders,
    privacy,
    products,
    reindexes,
    rejections,
    shipments,
    shops,
    sign_ins,
    syncs,
    tallies,
    variants,
    versions,
)
from commerce.tables.columns import metadata

tables = (
    categories.categories,
    connections.connections,
    customers.customers,
    effects.effects,
    inbox.inbox,
    installs.attempts,
    inventory.levels,
    leases.leases,
    orders.orders,
    orders.lines,
    privacy.requests,
    products.products,
    reindexes.reindexes,
    rejections.rejections,
    shipments.shipments,
    shops.shops,
    sign_ins.sign_ins,
    syncs.syncs,
    tallies.tallies,
    variants.variants,
    versions.versions,
)

__all__ = ["metadata", "tables"]
