"""What states and kinds are called, that pages show as a badge without other words."""

from webapp.languages import lazy_gettext as _

STATES = (
    _("Active"),
    _("Applied"),
    _("Archived"),
    _("Cancelled"),
    _("Completed"),
    _("Delivered"),
    _("Done"),
    _("Draft"),
    _("Failed"),
    _("Fulfilled"),
    _("Overdue"),
    _("Paid"),
    _("Partial"),
    _("Pending"),
    _("Rejected"),
    _("Skipped"),
    _("Waiting"),
    _("Waits"),
    _("Wrong"),
)
# Kinds of objects, where deliveries come from, and why the door turned some away, within a sentence.
KINDS = (
    _("category"),
    _("customer"),
    _("inventory"),
    _("order"),
    _("parcel"),
    _("product"),
    _("shipment"),
    _("shop"),
    _("variant"),
)
ORIGINS = (_("import"), _("live"), _("reconcile"), _("replay"))
REJECTIONS = (
    _("no account"),
    _("no signature"),
    _("not json"),
    _("other shop"),
    _("too early"),
    _("too large"),
    _("too old"),
    _("unknown shop"),
    _("wrong signature"),
)
