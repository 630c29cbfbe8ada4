"""Mails in frames of the dashboard: shown as mail programs do, and able to do nothing."""

from flask import Response
from markupsafe import Markup

from webapp import headers
from webapp.languages import gettext as _
from webapp.stores import embedded

# Of what is in the frame: inline styles as mails have them, pictures, and neither scripts nor forms nor links that lead
# the frame away.
_CONTENT = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; sandbox; frame-ancestors {who}"


def framed(html: str) -> Response:
    """HTML of a message for a frame of our own pages."""
    response = Response(html or Markup("<p>{}</p>").format(_("There is nothing to show.")), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _CONTENT.format(who=_who())
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    if embedded.here():
        del response.headers["X-Frame-Options"]
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _who() -> str:
    """Whose pages may show it: ours, also where they themselves are in a frame of Shopify's admin."""
    if not embedded.here():
        return "'self'"
    policy = embedded.policy(headers.CONTENT_SECURITY_POLICY)
    return f"'self' {policy.partition('frame-ancestors ')[2]}"


def with_frames(page: str) -> Response:
    """A page of the dashboard that has such frames."""
    response = Response(page, mimetype="text/html")
    strict = f"{headers.CONTENT_SECURITY_POLICY}; frame-src 'self'"
    response.headers["Content-Security-Policy"] = embedded.policy(strict) if embedded.here() else strict
    return response
