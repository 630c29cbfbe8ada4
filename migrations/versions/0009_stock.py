"""Stock that is kept here, and daily figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_NUMBERS = ("orders", "units", "gross", "discounts", "shipping", "tax", "refunds", "net")


def upgrade() -> None:
    _stock()
    op.create_table(
        "order_figures",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _NUMBERS),
        _of_shop("order_figures"),
        sa.PrimaryKeyConstraint("shop_id", "dimension", "day", "key", "currency", name=op.f("pk_order_figures")),
    )
    op.create_table(
        "order_contributions",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("counted", _JSON, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        _of_shop("order_contributions"),
        sa.PrimaryKeyConstraint("shop_id", "order_id", name=op.f("pk_order_contributions")),
    )
    op.create_table(
        "figure_progress",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("saved_at", _MOMENT, nullable=True),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        _of_shop("figure_progress"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_figure_progress")),
    )


def _stock() -> None:
    op.create_table(
        "stock_items",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=True),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.BigInteger(), nullable=True),
        sa.Column("low_at", sa.Integer(), nullable=True),
        sa.Column("low_since", _MOMENT, nullable=True),
        sa.Column("oversold_since", _MOMENT, nullable=True),
        sa.Column("unsettled_since", _MOMENT, nullable=True),
        sa.Column("updated_at", _MOMENT, nullable=False),
        _of_shop("stock_items"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_stock_items")),
    )
    op.create_index("ix_stock_items_product", "stock_items", ["shop_id", "product_id"])
    for name, column in (("ix_stock_items_low", "low_since"), ("ix_stock_items_oversold", "oversold_since")):
        told = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "stock_items", ["shop_id", "id"], sqlite_where=told, postgresql_where=told)
    told = sa.text("unsettled_since IS NOT NULL")
    op.create_index(
        "ix_stock_items_unsettled",
        "stock_items",
        ["shop_id", "unsettled_since"],
        sqlite_where=told,
        postgresql_where=told,
    )
    op.create_table(
        "stock_bookings",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        _of_shop("stock_bookings"),
        sa.PrimaryKeyConstraint("shop_id", "order_id", "item_id", name=op.f("pk_stock_bookings")),
    )
    op.create_index("ix_stock_bookings_item", "stock_bookings", ["shop_id", "item_id", "updated_at"])
    op.create_table(
        "stock_movements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("on_hand", "reserved", "allocated")),
        sa.Column("at", _MOMENT, nullable=False),
        _of_shop("stock_movements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index("ix_stock_movements_item", "stock_movements", ["shop_id", "item_id", "id"])
    op.create_index("ix_stock_movements_at", "stock_movements", ["at"])
    op.create_index("ix_variants_sku", "variants", ["shop_id", "sku"])


def _of_shop(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE")


def downgrade() -> None:
    op.drop_index("ix_variants_sku", "variants")
    for table in ("figure_progress", "order_contributions", "order_figures"):
        op.drop_table(table)
    for table in ("stock_movements", "stock_bookings", "stock_items"):
        op.drop_table(table)
