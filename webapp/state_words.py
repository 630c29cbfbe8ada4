"""What states and kinds are called, that pages show as a badge without other words."""

from webapp.languages import lazy_gettext as _

STATES = (
    _("Active"),
    _("Applied"),
    _("Cancelled"),
    _("Completed"),
    _("Delivered"),
    _("Done"),
    _("Draft"),
    _("Failed"),
    _("Fulfilled"),
    _("Paid"),
    _("Partial"),
    _("Pending"),
    _("Rejected"),
    _("Skipped"),
    _("Waiting"),
)
