"""The API's description, for programs and for people."""

from typing import Any

from flask import Blueprint, render_template

from webapp import guards
from webapp.api import document, shown
from webapp.parts import parts

blueprint = Blueprint("api_document", __name__, url_prefix="/api/v1")


@blueprint.get("/openapi.json")
@guards.public
def described() -> dict[str, Any]:
    """This API as OpenAPI 3.1."""
    return document.whole(parts().settings.base_url)


@blueprint.get("/docs")
@guards.public
def docs() -> str:
    """The same for people: every call with its parameters, its fields and an example."""
    told = document.whole(parts().settings.base_url)
    return render_template("api_docs.html", told=told, nouns=shown.nouns(told), schemas=shown.schemas(told))
