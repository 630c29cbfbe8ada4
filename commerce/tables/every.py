"""Every table, for migrations: importing this module fills the metadata."""

from commerce.tables import (
    categories,
    customers,
    effects,
    inbox,
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
    tallies,
    variants,
    versions,
)
from commerce.tables.columns import metadata

tables = (
    categories.categories,
    customers.customers,
    effects.effects,
    inbox.inbox,
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
    tallies.tallies,
    variants.variants,
    versions.versions,
)

__all__ = ["metadata", "tables"]
