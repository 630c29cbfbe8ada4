"""Outgoing webhooks."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Remove them."""
