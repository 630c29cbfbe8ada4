"""What most Flask apps do with a webhook: verify the signature, enqueue one RQ job for it, answer.

RQ as it comes out of the box: pickle, Redis without persistence. Not durable, no repeats recognised.
"""

import base64
import hashlib
import hmac
import os

from flask import Flask, abort, request
from redis import Redis
from rq import Queue

QUEUE = "naive"


def handle(topic: str, shop: str, body: str) -> None:
    """The job; the benchmark only counts how many of them are in the queue."""


def create_app() -> Flask:
    """The view. PEER_REDIS_URL and PEER_SECRET come from the benchmark."""
    app = Flask(__name__)
    queue = Queue(QUEUE, connection=Redis.from_url(os.environ["PEER_REDIS_URL"]))
    secret = os.environ["PEER_SECRET"].encode()

    @app.post("/webhooks/shopify")
    def take() -> str:
        body = request.get_data()
        expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        if not hmac.compare_digest(request.headers.get("X-Shopify-Hmac-Sha256", ""), expected):
            abort(401)
        topic, shop = request.headers["X-Shopify-Topic"], request.headers["X-Shopify-Shop-Domain"]
        queue.enqueue(handle, topic, shop, body.decode())
        return "ok\n"

    return app
