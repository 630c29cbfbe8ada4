"""One message that cannot be dealt with is put aside; the others go out."""

from sqlalchemy import update

from commerce.rules.notifications.states import FAILED, HELD, QUEUED, SENT
from commerce.tables.notifications import notifications
from jobs.job import utc_now
from tests.jobs.messages.conftest import Desk


class TestAMessage:
    def test_of_a_kind_that_is_no_more_holds_up_no_other(self, desk: Desk) -> None:
        """Such as one that was held while Backroom was brought up to date."""
        for key in "12":
            desk.order(key)
        desk.work()
        desk.change(state=HELD, due_at=utc_now())
        gone = notifications.notifications.c.order_id == "1"
        with desk.process.database.write() as db:
            db.execute(update(notifications.notifications).where(gone).values(kind="postcard"))
        desk.later()
        told = {row.order_id: (row.state, row.reason) for row in desk.messages()}
        assert told["2"][0] == SENT
        assert told["1"] == (QUEUED, "Backroom broke (KeyError); its log says more.")
        for _ in range(5):
            desk.later()
        assert {row.order_id: row.state for row in desk.messages()} == {"1": FAILED, "2": SENT}
