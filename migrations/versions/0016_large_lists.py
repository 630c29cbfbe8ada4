"""Pages of large shops find what they show by an index: effects of one kind, carriers, customers by their ranks."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index("ix_effects_kind", "effects", ["shop_id", "kind", "id"], unique=False)
    op.create_index("ix_order_tracking_carrier", "order_tracking", ["shop_id", "carrier"], unique=False)
    ranks = ["shop_id", "rfm_group", "recency", "frequency", "monetary", "total_spent"]
    op.create_index("ix_profiles_ranks", "profiles", ranks, unique=False)


def downgrade() -> None:
    op.drop_index("ix_profiles_ranks", table_name="profiles")
    op.drop_index("ix_order_tracking_carrier", table_name="order_tracking")
    op.drop_index("ix_effects_kind", table_name="effects")
