"""How far a message is, and how long it is of use to whom it is for."""

from datetime import timedelta

from commerce.rules.notifications import kinds

# QUEUED: it goes out as soon as its turn comes. HELD: at its time. SENDING: somebody hands it over, or did when the
# process died. UNCERTAIN: nobody knows whether it was sent, so it is never repeated by itself.
QUEUED, HELD, SENDING = "queued", "held", "sending"
SENT, DELIVERED, BOUNCED = "sent", "delivered", "bounced"
SUPPRESSED, FAILED, UNCERTAIN, CANCELLED = "suppressed", "failed", "uncertain", "cancelled"
STATES = (QUEUED, HELD, SENDING, SENT, DELIVERED, BOUNCED, SUPPRESSED, FAILED, UNCERTAIN, CANCELLED)
WAITING = frozenset({QUEUED, HELD})
GONE_OUT = frozenset({SENDING, SENT, DELIVERED, UNCERTAIN})  # or may have

TITLES = {
    QUEUED: "Queued",
    HELD: "Held",
    SENDING: "Sending",
    SENT: "Sent",
    DELIVERED: "Delivered",
    BOUNCED: "Bounced",
    SUPPRESSED: "Not sent",
    FAILED: "Failed",
    UNCERTAIN: "Uncertain",
    CANCELLED: "Cancelled",
}

# After which a message that could not go out says nothing new any more.
_DEADLINES = {
    kinds.PARCEL_OUT_FOR_DELIVERY: timedelta(hours=12),
    kinds.PARCEL_IN_TRANSIT: timedelta(hours=48),
    kinds.PARCEL_DELIVERED: timedelta(hours=48),
    kinds.PARCEL_PROBLEM: timedelta(hours=48),
    kinds.BACK_IN_STOCK: timedelta(hours=48),
    kinds.LOW_STOCK: timedelta(hours=24),
    kinds.DAILY_DIGEST: timedelta(hours=12),
}
_USUAL = timedelta(hours=72)


def deadline(kind: str) -> timedelta:
    """How long after its occasion a message of this kind is still sent."""
    return _DEADLINES.get(kind, _USUAL)
