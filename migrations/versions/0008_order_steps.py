"""Orders' milestones and steps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_PIECES = ("fulfilled", "cancelled", "returned")


def upgrade() -> None:
    op.create_table(
        "order_milestones",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inbox_id", _ID, nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("began", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_order_milestones_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "order_id", "name", "key", name=op.f("pk_order_milestones")),
    )
    op.create_table(
        "order_steps",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", _JSON, nullable=True),
        sa.Column("inbox_id", _ID, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_steps_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_steps")),
    )
    op.create_index("uq_order_steps_occasion", "order_steps", ["shop_id", "order_id", "kind", "occasion"], unique=True)
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_order_steps_due", "order_steps", ["lane", "shop_id", "due_at"], sqlite_where=due, postgresql_where=due
    )
    trouble = sa.text("state IN ('failed', 'unsure', 'held')")
    op.create_index(
        "ix_order_steps_trouble",
        "order_steps",
        ["shop_id", "state", "id"],
        sqlite_where=trouble,
        postgresql_where=trouble,
    )
    op.create_index("ix_order_steps_finished", "order_steps", ["finished_at"])
    op.create_table(
        "order_settings",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("chosen", _JSON, nullable=False),
        sa.Column("secret_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_settings_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_order_settings")),
    )
    op.create_table(
        "order_step_runs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("filters", _JSON, nullable=False),
        sa.Column("steps", _JSON, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_order_step_runs_shop_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_step_runs")),
    )
    op.create_index("uq_order_step_runs_form", "order_step_runs", ["shop_id", "form"], unique=True)
    running = sa.text("state = 'running'")
    op.create_index(
        "ix_order_step_runs_running", "order_step_runs", ["shop_id"], sqlite_where=running, postgresql_where=running
    )
    for name in _PIECES:
        op.add_column("order_lines", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("shops", sa.Column("steps_since", sa.DateTime(timezone=True), nullable=True))
    # What shops' orders came to before this version starts nothing.
    op.execute(sa.text("UPDATE shops SET steps_since = CURRENT_TIMESTAMP"))


def downgrade() -> None:
    with op.batch_alter_table("shops") as shops:
        shops.drop_column("steps_since")
    with op.batch_alter_table("order_lines") as lines:
        for name in _PIECES:
            lines.drop_column(name)
    for table in ("order_step_runs", "order_settings", "order_steps", "order_milestones"):
        op.drop_table(table)
