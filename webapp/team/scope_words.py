"""What keys may do, as their page says it: the words of commerce.rules.api_keys, in the language of the page."""

from webapp.languages import lazy_gettext as _

SCOPES = {
    "products:read": _("See products with their variants, prices and stock."),
    "orders:read": _("See orders with their lines, refunds, addresses and parcels."),
    "orders:write": _("Decide about steps of orders: run them again, skip, release and reject them."),
    "inventory:read": _("See stock: what is on hand, what orders hold, what is left."),
    "inventory:write": _("Change stock that is kept here."),
    "figures:read": _("See daily figures of orders."),
    "customers:read": _("See customers: who they are, what they bought, what they agreed to."),
    "customers:write": _("Add, change, merge and erase customers, and tell what happened elsewhere."),
    "points:read": _("See loyalty points and what they came from."),
    "points:write": _("Give, spend and correct loyalty points."),
    "segments:read": _("See segments and who is in them."),
    "segments:write": _("Add, change and delete segments."),
    "events:read": _("See what the shop's webhooks brought, and what followed from it."),
    "parcels:read": _("See parcels and where they are."),
    "parcels:write": _("Add parcels, begin anew with them and end them."),
    "search:read": _("See settings and rules of the search, and what shoppers search for."),
    "search:write": _("Change settings and rules of the search."),
    "webhooks:read": _("See endpoints of outgoing webhooks, what was sent to them and what they answered."),
    "webhooks:write": _("Add, change and delete endpoints of outgoing webhooks, and send again."),
    "notifications:read": _("See messages to customers and what became of them."),
    "notifications:write": _("Send messages again."),
    "labels:read": _("See labels and print them."),
    "labels:write": _("Buy labels and take them back."),
}
