"""Steps of orders as most apps do them: one RQ job for each, with its own transaction and its own mail connection.

The work of a step is the least that it can be: a row of stock or of figures is changed and the step's outcome stored,
or a short mail is sent. SQLite with the settings that Backroom uses.
"""

import smtplib
import sqlite3
import sys
from email.message import EmailMessage
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.job import Job

QUEUE = "one-by-one"
# What an order of a shop that keeps its stock with us starts: seven steps, two of them mails.
KINDS = ("hold", "payment", "inventory", "figures created", "figures paid", "mail created", "mail paid")
_TABLES = """
CREATE TABLE IF NOT EXISTS steps (order_id INTEGER, kind TEXT, outcome TEXT, PRIMARY KEY (order_id, kind));
CREATE TABLE IF NOT EXISTS stock (product INTEGER PRIMARY KEY, reserved INTEGER);
CREATE TABLE IF NOT EXISTS figures (day TEXT PRIMARY KEY, orders INTEGER);
"""


def connect(path: str) -> sqlite3.Connection:
    """The database; each transaction is safe on the disk before it counts as written, as Backroom's are."""
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return db


def prepare(path: str) -> None:
    """Make the tables."""
    connect(path).executescript(_TABLES)


def do(path: str, mail_port: int, order_id: int, kind: str) -> None:
    """The job: one step of one order."""
    if kind.startswith("mail"):
        _send(mail_port, order_id, kind)
    db = connect(path)
    db.execute("BEGIN IMMEDIATE")
    if kind == "inventory":
        change = "ON CONFLICT (product) DO UPDATE SET reserved = reserved + 1"
        db.execute(f"INSERT INTO stock VALUES (?, 1) {change}", (order_id % 20,))
    elif kind.startswith("figures"):
        change = "ON CONFLICT (day) DO UPDATE SET orders = orders + 1"
        db.execute(f"INSERT INTO figures VALUES ('today', 1) {change}")
    db.execute("INSERT OR REPLACE INTO steps VALUES (?, ?, 'done')", (order_id, kind))
    db.execute("COMMIT")
    db.close()


def _send(port: int, order_id: int, kind: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.org", f"s{order_id}@example.org", f"Your order: {kind}"
    mail.set_content("Thank you for your order.")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        server.send_message(mail)


def enqueue(redis_url: str, path: str, mail_port: int, orders: int) -> int:
    """Put all steps of that many orders into the queue; gives how many."""
    queue = Queue(QUEUE, connection=Redis.from_url(redis_url))
    jobs = [
        Queue.prepare_data(do, args=(path, mail_port, order_id, kind), result_ttl=0)
        for order_id in range(orders)
        for kind in KINDS
    ]
    made: list[Job] = queue.enqueue_many(jobs)
    return len(made)


def _work(worker: str, redis_url: str) -> None:
    import rq  # noqa: PLC0415 - the class is named on the command line

    getattr(rq, worker)([QUEUE], connection=Redis.from_url(redis_url)).work(burst=True, logging_level="WARNING")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    _work(sys.argv[1], sys.argv[2])
