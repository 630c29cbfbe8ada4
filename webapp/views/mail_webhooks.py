"""The door for what mail providers tell: mail that came back, and mail that somebody called spam."""

from flask import Blueprint, Response, abort, request

from webapp import guards
from webapp.doors import mail_door

blueprint = Blueprint("mail_webhooks", __name__, url_prefix="/webhooks/mail")


@blueprint.post("/<provider>/<shop_key>")
@guards.public
def tell(provider: str, shop_key: str) -> Response:
    """What a provider tells of a shop's mail; genuine where it is signed as the shop's settings say."""
    if provider not in mail_door.PROVIDERS:
        abort(404)
    request.max_content_length = mail_door.LARGEST
    headers = {name.lower(): value for name, value in request.headers.items()}
    mail_door.accept(provider, shop_key, headers, request.get_data())
    return Response("ok\n", mimetype="text/plain")
