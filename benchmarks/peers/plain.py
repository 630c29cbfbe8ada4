"""A Flask view that only answers: what this machine, Flask and gunicorn make possible at all."""

from flask import Flask, request


def create_app() -> Flask:
    """Read the body if there is one, answer 200."""
    app = Flask(__name__)

    @app.post("/webhooks/shopify")
    def take() -> str:
        request.get_data()
        return "ok\n"

    @app.get("/ok")
    def ok() -> str:
        return "ok\n"

    return app
