"""Joining one person anew does not look at everybody: a shop may have hundreds of thousands of members."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event, text

from commerce.tables.people import members
from tests.conftest import Backroom
from tests.profiles import NOW

MANY = 20_000


def plans(db: Connection, asking: Callable[[], object]) -> str:
    """How the database comes by the rows of each statement."""
    asked: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, told: Any, *_: Any) -> None:
        asked.append((statement, told))

    event.listen(db, "before_cursor_execute", note)
    asking()
    event.remove(db, "before_cursor_execute", note)
    how = "EXPLAIN" if db.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for each, told in asked for row in db.exec_driver_sql(f"{how} {each}", told))


class TestMembers:
    def test_are_found_by_whom_they_point_at_without_looking_at_all(self, backroom: Backroom) -> None:
        shop_id = backroom.shops.shopify().id
        empty = {"told": {}, "own": {}, "attributes": {}, "totals": {}, "kind": "guest", "created_at": NOW}
        rows = [
            empty | {"shop_id": shop_id, "id": f"c{key}", "key": f"email:{key}@b.c", "root": f"c{key}"}
            for key in range(MANY)
        ]
        with backroom.process.database.write() as db:
            db.execute(members.members.insert(), rows)
            if db.dialect.name == "postgresql":  # which chooses by numbers that it takes of the rows now and then
                db.execute(text("ANALYZE members"))
            told = plans(db, lambda: members.linked_to(db, shop_id=shop_id, ids={"c7", "c8"}))
            told += plans(db, lambda: members.with_traces(db, shop_id=shop_id, ids=["c7"]))
        assert "ix_members_merged" in told
        assert "ix_members_joined" in told
        assert "Seq Scan on members" not in told
        assert "SCAN members" not in told
