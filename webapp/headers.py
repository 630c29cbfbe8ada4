"""Headers of every answer: what its page may load and where it may be framed, and that it is kept nowhere."""

from flask import Response, g

from webapp.stores import embedded

# Scripts and styles come from this server only; nothing is inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def add(response: Response) -> Response:
    """Add what the view did not set itself."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype == "text/html":
        if embedded.here():
            headers.setdefault("Content-Security-Policy", embedded.policy(CONTENT_SECURITY_POLICY))
        else:
            led = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {g.get('leads_to', '')}")
            headers.setdefault("Content-Security-Policy", led if g.get("leads_to") else CONTENT_SECURITY_POLICY)
            headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cache-Control", "no-store")
    return response
