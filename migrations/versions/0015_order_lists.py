"""Lists of orders go on where a page ended, by time and by amount; lists have saved views."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.drop_index("ix_orders_placed", table_name="orders")
    op.create_index("ix_orders_placed", "orders", ["shop_id", "placed_at", "id"], unique=False)
    op.create_index("ix_orders_total", "orders", ["shop_id", "total", "id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_saved_views_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index("uq_saved_views_name", "saved_views", ["shop_id", "page", "name"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_saved_views_name", table_name="saved_views")
    op.drop_table("saved_views")
    op.drop_index("ix_orders_total", table_name="orders")
    op.drop_index("ix_orders_placed", table_name="orders")
    op.create_index("ix_orders_placed", "orders", ["shop_id", "placed_at"], unique=False)
