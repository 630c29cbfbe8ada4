"""A shop with a loyalty programme, played by tests: orders are put into the tables, as deliveries would leave them."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from commerce.database import Database
from commerce.mirror import points
from commerce.mirror.points_by_hand import Moved, adjust, earn
from commerce.mirror.points_spending import Spent, give_back, spend
from commerce.rules.loyalty.written import read
from commerce.rules.orders import ShipmentFacts
from commerce.tables import shipments, shops
from commerce.tables.customers import customers
from commerce.tables.loyalty import ledger, programmes
from commerce.tables.orders import orders
from commerce.tables.people.members import members
from commerce.tables.shops import Shop
from commerce.vault import Vault

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("number", "platform_status", "fulfillment_status", "customer_id", "email", "phone"), ""),
    "locale": "",
    "note": "",
    "tags": [],
    "refunds": [],
    "billing": {},
    "delivery": {},
    "subtotal": 0,
    "discount": 0,
    "tax": 0,
    "shipping": 0,
    "refunded": 0,
    "status": "open",
    "financial_status": "paid",
}


class Ledger:
    """One shop's members, orders and points. `now` is its clock."""

    def __init__(self, database: Database, vault: Vault, *, platform: str = "custom", **rules: Any) -> None:
        self.database, self.vault, self.now = database, vault, START
        with database.write() as db:
            domain = f"shop{len(db.execute(select(shops.shops.c.id)).all())}"
            self.id = shops.add(db, vault, platform=platform, domain=domain, now=START, currency="EUR").id
        if rules:
            self.programme(**rules)

    @property
    def shop(self) -> Shop:
        with self.database.read() as db:
            found = shops.by_id(db, self.vault, self.id)
        assert found is not None
        return found

    def programme(self, *, is_on: bool = True, since: datetime | None = None, **rules: Any) -> None:
        with self.database.write() as db:
            programmes.save(db, shop_id=self.id, programme=read(rules), is_on=is_on, since=since, now=self.now)

    def member(self, id_: str, key: str = "") -> str:
        row = {"id": id_, "key": key or f"own:{id_}", "kind": (key or "own").partition(":")[0], "root": id_}
        row |= {"shop_id": self.id, "told": {}, "own": {}, "attributes": {}, "totals": {}, "created_at": self.now}
        with self.database.write() as db:
            db.execute(insert(members).values(row))
        return id_

    def parcel(self, order_id: str, shipped_at: datetime) -> None:
        with self.database.write() as db:
            facts = ShipmentFacts(id=f"p{order_id}", order_id=order_id, shipped_at=shipped_at)
            shipments.save(db, shop_id=self.id, facts=[facts], now=self.now)

    def account(self, id_: str, *, gone: bool = False, created_at: datetime | None = None) -> None:
        """The platform's account of a member, or its end."""
        told = dict.fromkeys(("email", "phone", "first_name", "last_name", "note", "locale"), "")
        row = {"shop_id": self.id, "id": id_, **told, "tags": [], "consents": {}, "addresses": []}
        chosen = delete(customers).where(customers.c.shop_id == self.id, customers.c.id == id_)
        with self.database.write() as db:
            db.execute(
                chosen if gone else insert(customers).values(row | {"created_at": created_at, "saved_at": self.now})
            )

    def batches_end(self, at: datetime) -> Any:
        """The statement that lets all points end then."""
        return update(ledger.batches).where(ledger.batches.c.shop_id == self.id).values(expires_at=at)

    def order(self, id_: str, member_id: str, total: int = 10000, **changes: Any) -> None:
        """An order as it is from now on."""
        row = _EMPTY | {"shop_id": self.id, "id": id_, "member_id": member_id, "currency": "EUR", "total": total}
        row |= {"placed_at": self.now, "saved_at": self.now} | changes
        with self.database.write() as db:
            db.execute(delete(orders).where(orders.c.shop_id == self.id, orders.c.id == id_))
            db.execute(insert(orders).values(row))

    def change(self, id_: str, **values: Any) -> None:
        with self.database.write() as db:
            db.execute(update(orders).where(orders.c.shop_id == self.id, orders.c.id == id_).values(values))

    def remove(self, id_: str) -> None:
        with self.database.write() as db:
            db.execute(delete(orders).where(orders.c.shop_id == self.id, orders.c.id == id_))

    def under(self, id_: str, root: str) -> None:
        """A merge, or (root: itself) its undoing."""
        with self.database.write() as db:
            db.execute(update(members).where(members.c.shop_id == self.id, members.c.id == id_).values(root=root))

    def shown(self) -> dict[str, str]:
        """Member to root."""
        return {row.id: row.root for row in self._rows(members)}

    def posted(self, account: str) -> int:
        return sum(row.points for row in self._rows(ledger.postings, account=account))

    def roots(self) -> set[str]:
        with self.database.read() as db:
            return set(db.execute(select(members.c.root).where(members.c.shop_id == self.id)).scalars())

    def settle(self, *roots: str) -> None:
        shop, chosen = self.shop, roots or self.roots()
        with self.database.write() as db:
            points.settle(db, shop, chosen, now=self.now)

    def spend(self, member_id: str, amount: int = 0, *, key: str, reward: str = "") -> Spent:
        shop = self.shop
        with self.database.write() as db:
            return spend(db, shop, member_id=member_id, points=amount, reward=reward, key=key, now=self.now)

    def give_back(self, key: str) -> tuple[str, ...]:
        shop = self.shop
        with self.database.write() as db:
            return give_back(db, shop, spend_key=f"spend:{key}", reason="The shop refused it.", now=self.now)

    def adjust(self, member_id: str, amount: int, *, key: str) -> Moved:
        shop = self.shop
        with self.database.write() as db:
            return adjust(
                db, shop, member_id=member_id, points=amount, reason="a test", by="tester", key=key, now=self.now
            )

    def earn(self, member_id: str, action: str, *, key: str) -> Moved:
        shop = self.shop
        with self.database.write() as db:
            return earn(db, shop, member_id=member_id, action=action, key=key, now=self.now)

    def of(self, member_id: str) -> tuple[int, int, int]:
        """(available, pending, ever earned) of one member."""
        row = self._rows(members, id=member_id)[0]
        return row.points, row.points_pending, row.points_earned

    def batches(self) -> dict[str, Any]:
        return {row.source: row for row in self._rows(ledger.batches)}

    def transactions(self) -> list[Any]:
        return list(self._rows(ledger.transactions))

    def state(self) -> Any:
        """All that stays the same in whatever order things came in."""
        sums = {row.id: (row.points, row.points_pending, row.points_earned) for row in self._rows(members)}
        found = {
            row.source: (row.member_id, row.state, row.points, row.points_left, row.matures_at, row.expires_at)
            for row in self.batches().values()
            if row.points or row.points_left
        }
        return sums, found

    def check(self) -> None:
        """What always holds: transactions add up to nothing, sums are those of postings, batches hold what is there."""
        posted: dict[tuple[str, str], int] = defaultdict(int)
        of_transactions: dict[int, int] = defaultdict(int)
        for row in self._rows(ledger.postings):
            posted[row.account, row.member_id] += row.points
            of_transactions[row.transaction_id] += row.points
        assert set(of_transactions.values()) <= {0}
        assert of_transactions.keys() == {row.id for row in self.transactions()}
        left: dict[tuple[str, str], int] = defaultdict(int)
        for row in self.batches().values():
            assert row.points_left >= 0
            assert row.points >= 0
            assert row.state != "ended" or row.points_left == 0
            left[row.state, row.member_id] += row.points_left
        for row in self._rows(members):
            assert row.points == posted["available", row.id]
            assert row.points_pending == posted["pending", row.id] >= 0
            assert row.points_earned == -posted["issued", row.id] >= 0
            assert left["available", row.id] == max(row.points, 0)
            assert left["pending", row.id] == row.points_pending
            gone = posted["spent", row.id] + posted["expired", row.id] + posted["adjusted", row.id]
            assert row.points + row.points_pending == row.points_earned - gone

    def _rows(self, table: Any, **equal: Any) -> Any:
        chosen = [table.c.shop_id == self.id, *(table.c[name] == value for name, value in equal.items())]
        with self.database.read() as db:
            return db.execute(select(table).where(*chosen).order_by(*table.primary_key.columns)).all()
