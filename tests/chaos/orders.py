"""`python -m tests.chaos.orders` (`make chaos-orders`): a burst of orders while everything goes wrong, and the account.

2,000 orders come in at once, the mail server fails at a fifth of all mails, workers are killed ten times and Redis is
emptied twice. Seeded: which order goes how, what the server does with whom, who is killed.
"""

import argparse
import base64
import hashlib
import hmac
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import requests
from redis import Redis

from commerce.database import Database
from tests.chaos import order_account, order_stories
from tests.conftest import free_port
from tests.peers.smtp.server import MailServer
from tests.running import Running, started, until

_SHOWN = 50  # things that are wrong
_PATIENCE = 1800.0  # seconds until a run that does not come to rest is given up


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    orders: int = 2000
    kills: int = 10
    emptied: int = 2
    seed: int = 1


def run(plan: Plan, folder: Path) -> order_account.Told:
    """Play it; gives the account. Raises AssertionError where it never comes to rest."""
    now = order_stories.utc()
    played = order_stories.stories(plan.orders, seed=plan.seed, now=now)
    bodies = order_stories.told(played, seed=plan.seed)
    with (
        MailServer(port=free_port(), seed=plan.seed, silence=30) as server,
        started(
            free_port(),
            folder / "var",
            SMTP_URL=f"{server.url}?timeout=2",
            ALLOW_PRIVATE_HOSTS="1",
            RATE_LIMITS="off",
        ) as running,
    ):
        shop = running.command("shops", "add-custom", "chaos")
        _post(shop, [orjson.dumps(each) for each in order_stories.products(now)])
        database = Database(f"sqlite:///{folder / 'var' / 'backroom.db'}")
        posting = threading.Thread(target=_post, args=(shop, bodies))
        posting.start()
        kills = _harm(running, plan)
        posting.join()
        until(lambda: running.ready()["oldest_unfinished_s"] == 0, seconds=_PATIENCE, what="all deliveries are applied")
        until(lambda: order_account.at_rest(database), seconds=_PATIENCE, what="all steps and mails have ended")
        told = order_account.taken(database, played, server.account, kills=kills)
        database.dispose()
        told.figures = {"deliveries": len(bodies), "killed": kills, "Redis emptied": plan.emptied} | told.figures
        return told


def _post(shop: dict[str, Any], bodies: Sequence[bytes]) -> None:
    """Post signed deliveries, four at a time, each until it is taken."""

    def post(mine: Sequence[bytes]) -> None:
        session = requests.Session()
        for body in mine:
            headers = _signed(shop["webhook_secret"], body)
            while not _is_taken(session, shop["webhook_url"], body, headers):
                time.sleep(0.1)

    threads = [threading.Thread(target=post, args=(bodies[part::4],)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _is_taken(session: requests.Session, url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return session.post(url, data=body, headers=headers, timeout=10).status_code < 300
    except requests.RequestException:
        return False


def _signed(secret: str, body: bytes) -> dict[str, str]:
    """As Standard Webhooks signs, under an id of its own also where the body came before."""
    key, at = f"msg_{uuid4().hex}", str(int(time.time()))
    made = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), f"{key}.{at}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "Webhook-Id": key,
        "Webhook-Timestamp": at,
        "Webhook-Signature": f"v1,{base64.b64encode(made).decode()}",
    }


def _harm(running: Running, plan: Plan) -> int:
    """Kill workers and empty Redis while there is work; gives how many were killed."""
    drawn = random.Random(plan.seed + 2)
    acts = ["kill"] * plan.kills + ["empty"] * plan.emptied
    drawn.shuffle(acts)
    for act in acts:
        time.sleep(drawn.uniform(0.5, 2.5))
        if act == "kill":
            running.kill(drawn.choice(["worker-1", "worker-2"]))
        else:
            Redis.from_url(running.parts()["redis"]["address"]).flushall()
    return plan.kills


def main() -> int:
    """Play it, print the account; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.orders", description=__doc__)
    for name, usual in (("orders", 2000), ("kills", 10), ("emptied", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    plan = Plan(**vars(parser.parse_args()))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        told = run(plan, Path(folder))
    told.figures["seconds"] = round(time.monotonic() - began)
    lines = [f"{name:36} {figure}" for name, figure in told.figures.items()]
    lines += [f"WRONG: {words}" for words in told.wrong[:_SHOWN]]
    lines.append(f"{len(told.wrong)} things are wrong." if told.wrong else "Nothing is wrong.")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
