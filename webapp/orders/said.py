"""What is stored or told in English of orders' steps, and has no part of its own: names, outcomes, warnings."""

from webapp.languages import lazy_gettext as _

NAMES = (
    _("Hold for review"),
    _("Payment check"),
    _("Inventory"),
    _("Shipping label"),
    _("Figures"),
)
OUTCOMES = (
    _("A part is paid."),
    _("Counted in the figures."),
    _("Everything was sent already."),
    _("It has no delivery address, so nothing is sent."),
    _("Its message is on its way."),
    _("Its payment was given up."),
    _("No payment yet."),
    _("Nobody knows who sends: make one label by hand, or enter the sender at the orders' settings."),
    _("Nothing changed in the figures."),
    _("Nothing speaks against it."),
    _("Paid."),
    _("The label is being bought."),
    _("The money is reserved, and not taken yet."),
    _("The money is reserved, which is enough here."),
    _("The money was given back."),
    _("The order itself was never told, or was deleted since."),
    _("The order was cancelled."),
    _("The shop does not say whether it is paid."),
    _("There is a label already."),
    _("There is nothing to pay."),
    _("There may be a label already. Look at the carrier's account; if there is none, make one by hand."),
    _("Waits for the order itself to be told."),
    _("Your system did not say whether it is paid: `paid` is true, false or “pending”."),
    _("Your system says that it failed."),
    _("Your system says that it is done."),
    _("Your system says that it is not paid."),
    _("Your system says that it is paid."),
    _("Your system says that the payment is pending."),
    _("Your system says: hold."),
    _("Your system says: wait."),
)
WARNINGS = (
    _(
        "Nobody knows whether a label was bought. Look at the carrier's account first: if it is there, running "
        "this again buys, and costs, a second one."
    ),
    _("Nobody knows whether this message arrived. Running this again may send it a second time."),
    _("Nobody knows whether your system got this. Running this again asks it once more."),
)
WHO = (_("merchant"), _("operator"))  # decided about a step, or changed the stock
ADDRESSES = (  # what is wrong with one that is to be asked
    _("The address can have at most 2000 letters, numbers and signs, and no spaces."),
    _("The address can hold neither a name and password nor a part behind #."),
    _("The address has to begin with https://."),
    _("There is no host in this address."),
    _("There is no such host on the internet, or it is in a private network."),
    _("This is no address."),
)
