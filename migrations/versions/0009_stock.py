"""Stock that is kept here, and daily figures."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the tables."""


def downgrade() -> None:
    """Remove them."""
