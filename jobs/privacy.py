"""Requests under privacy law are carried out here."""

from jobs import queues
from jobs.job import job

LEASE = "erase"


@job(queue=queues.BULK, timeout=300)
def erase(*, shop_id: int) -> None:
    """Erase what the shop was asked to erase."""
