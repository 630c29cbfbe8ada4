"""What the demo shop's products show: pictures."""

import re

from flask import Blueprint, Response, abort, request

from webapp import guards
from webapp.pictures import picture

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

_NAME = re.compile(r"[a-z0-9-]{1,120}")


@blueprint.get("/images/<name>.svg")
@guards.public
def image(name: str) -> Response:
    """A product's picture by its handle."""
    if not _NAME.fullmatch(name):
        abort(404)
    response = Response(picture(name), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cache-Control"] = "public, max-age=604800"
    response.add_etag()
    response.make_conditional(request)
    return response
