"""HTTP routes with who may call them, from the application's URL map."""

from docs.sources.app import application
from docs.sources.markdown import code, sentence, table
from webapp import guards

_GUARDS = {
    "public": "anyone; what protects it stands in the view (a signature, a one-time token) or is nothing",
    "merchant": "who signed in to the dashboard, or holds a session token of Shopify; forms also carry the session's "
    "CSRF token; changes need the role of staff",
    "owner": "as merchant; changes need the role of owner",
    "reader": "as merchant; whatever the role",
    "operator": "who runs Backroom for all shops",
    "app_proxy": "shoppers' browsers through the shop's own domain: signed by Shopify",
    "api_key": "the shop's own systems: `Authorization: Bearer` with the shop's API key",
    "publishable_key": "shoppers' browsers: the shop's publishable key as `?key=` or `Authorization: Bearer`",
}


def page() -> str:
    """Every route."""
    with application() as (app, _):
        rows = []
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
            if rule.endpoint == "static":
                continue
            view = app.view_functions[rule.endpoint]
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            rows.append((methods, code(rule.rule), guards.guard_of(view) or "none", sentence(view)))
    who = table(("guard", "who may call"), [(code(name), text) for name, text in _GUARDS.items()])
    return "# HTTP routes\n\n" + who + "\n" + table(("method", "path", "guard", "what"), rows)
