"""Messages, their templates, what shops chose of them, and who waits for products."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notification_choices",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("chosen", _JSON, nullable=False),
        sa.Column("sms_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("slack_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("bounces_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("digest_on", sa.Text(), server_default="", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_notification_choices_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_notification_choices")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("tracking_id", _ID, nullable=True),
        sa.Column("step_id", _ID, nullable=True),
        sa.Column("resend_of", _ID, nullable=True),
        sa.Column("detail", _JSON, nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_notifications_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index("ix_notifications_created", "notifications", ["created_at"])
    op.create_index(
        "ix_notifications_due",
        "notifications",
        ["shop_id", "channel", "due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_notifications_member", "notifications", ["shop_id", "member_id"])
    op.create_index("ix_notifications_newest", "notifications", ["shop_id", "id"])
    op.create_index("ix_notifications_order", "notifications", ["shop_id", "order_id"])
    op.create_index("ix_notifications_recipient", "notifications", ["shop_id", "recipient", "id"])
    op.create_index("ix_notifications_state", "notifications", ["shop_id", "state", "id"])
    op.create_index("ix_notifications_step", "notifications", ["step_id"])
    op.create_index(
        "ix_notifications_texts",
        "notifications",
        ["shop_id", "created_at"],
        sqlite_where=sa.text("text <> ''"),
        postgresql_where=sa.text("text <> ''"),
    )
    op.create_index(
        "uq_notifications_occasion",
        "notifications",
        ["shop_id", "kind", "channel", "occasion", "recipient"],
        unique=True,
    )
    op.create_table(
        "notification_templates",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_notification_templates_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "shop_id", "kind", "channel", "language", "version", name=op.f("pk_notification_templates")
        ),
    )
    op.create_table(
        "stock_subscriptions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("variant_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_subscriptions_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_subscriptions")),
    )
    op.create_index("ix_stock_subscriptions_asked", "stock_subscriptions", ["asked_at"])
    op.create_index("ix_stock_subscriptions_recipient", "stock_subscriptions", ["shop_id", "recipient"])
    op.create_index(
        "uq_stock_subscriptions_wish",
        "stock_subscriptions",
        ["shop_id", "product_id", "variant_id", "recipient"],
        unique=True,
    )


def downgrade() -> None:
    for table in ("stock_subscriptions", "notification_templates", "notifications", "notification_choices"):
        op.drop_table(table)
