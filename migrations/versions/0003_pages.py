"""Pages: cards of products, merchants' templates, CDNs. Every shop's index and cards are built anew once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("compare_at_price", sa.BigInteger(), nullable=True),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("categories", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("facets", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("variants", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_cards_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id", name=op.f("pk_cards")),
    )
    op.create_index("ix_cards_handle", "cards", ["shop_id", "handle"], unique=False)
    op.create_table(
        "cdns",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_cdns_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_cdns")),
    )
    op.create_table(
        "page_templates",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_page_templates_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", name=op.f("pk_page_templates")),
    )
    op.create_table(
        "shelves",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shelves_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "category_id", "product_id", name=op.f("pk_shelves")),
    )
    op.create_index("ix_shelves_product", "shelves", ["shop_id", "product_id"], unique=False)
    op.add_column(
        "shops",
        sa.Column(
            "pages_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.execute("DELETE FROM reindexes WHERE shop_id IN (SELECT shop_id FROM products)")
    op.execute(
        "INSERT INTO reindexes (shop_id, token, state, last_id, done, total, error, started_at) "
        "SELECT shop_id, 'pages', 'running', '', 0, count(*), '', CURRENT_TIMESTAMP FROM products GROUP BY shop_id"
    )


def downgrade() -> None:
    op.drop_column("shops", "pages_version")
    op.drop_index("ix_shelves_product", table_name="shelves")
    op.drop_table("shelves")
    op.drop_table("page_templates")
    op.drop_table("cdns")
    op.drop_index("ix_cards_handle", table_name="cards")
    op.drop_table("cards")
