"""What people may do in the dashboard: owners everything, staff the daily work, read-only users look."""

from typing import Final

OWNER: Final = "owner"
STAFF: Final = "staff"
READ_ONLY: Final = "read_only"
# From the least to the most.
ROLES: Final = (READ_ONLY, STAFF, OWNER)


def may(role: str, needed: str) -> bool:
    """Whether a role may do what needs another one; one that is unknown may nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def highest(*roles: str) -> str:
    """The role that may most of these; empty where none is known."""
    return max((role for role in roles if role in ROLES), key=ROLES.index, default="")
