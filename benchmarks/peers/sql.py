"""The same product page without a cache: read from the tables for each request, in a Flask view."""

import os

from flask import Flask, Response

from commerce.database import Database
from commerce.settings import Settings
from commerce.vault import Vault, secret_key
from integrations.cache.pages import open_pages
from integrations.cache.told import Listening
from webapp.reading.copies import Copies
from webapp.reading.store_pages import product
from webapp.reading.storefronts import Storefronts


def create_app() -> Flask:
    """The view, on the database of VAR_DIR. PEER_SHOP is the shop's key."""
    app = Flask(__name__)
    settings = Settings.from_environ(os.environ)
    database = Database(settings.database_url)
    copies = Copies(Listening(open_pages(settings.redis_url, most_bytes=1).client))
    fronts, shop = Storefronts(database, Vault(secret_key(settings)), copies), os.environ["PEER_SHOP"]

    @app.get("/products/<key>")
    def one(key: str) -> Response:
        front = fronts.of(shop)
        assert front is not None
        with database.read() as db:
            made = product(key).make(db, front, None)  # type: ignore[arg-type]
        return Response(made.body, mimetype="application/json")

    return app
