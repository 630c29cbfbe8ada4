"""What is stored or raised in English below, that pages show as a whole: why something was done, or not.

Sentences with values in them are not among these; they stay English.
"""

from webapp.languages import lazy_gettext as _

OF_MESSAGES = (
    _("There is no address to send it to."),
    _("It was not sent in time."),
    _("It was not sent in time: by now it would say nothing new."),
    _("The customer does not want such messages (consent was withdrawn or never given)."),
    _("No send window is open on any day."),
    _("The order was cancelled since."),
    _("The shop has uninstalled Backroom."),
    _("The order is not there any more."),
    _("It was over before it was told."),
    _("Nobody knows whether this was sent: Backroom was stopped in the middle of it. It is not sent again by itself."),
    _("Taken by the text gateway."),
    _("Taken by the Slack webhook."),
    _("No text gateway is set up: enter one under Notifications, Settings."),
    _("No Slack webhook is set up: enter its address under Notifications, Settings."),
    _("The mail provider told it."),
    _("It is on its way already."),
    _("It is being sent again already: a button that is pressed twice sends once."),
    _("Its order is not there any more."),
    _("What it was about is not kept any more."),
)
# Why an address is suppressed; "by hand" is what the dashboard writes without another reason.
OF_SUPPRESSIONS = (_("Bounced"), _("Complained"), _("By hand"))
OF_ENDPOINTS = (
    _("It took nothing for three days. What is for it since then is kept, and goes out when it is active again."),
    _("It answered 410: it wants nothing any more."),
    _("Its endpoint is disabled. Let it be active again first."),
    _("It is kept until its endpoint is active again."),
    _("The endpoint is disabled. Let it be active again first."),
)
OF_ADDRESSES = (
    _("The address has to begin with https://."),
    _("The address can have at most 2000 letters, numbers and signs, and no spaces."),
    _("This is no address."),
    _("There is no host in this address."),
    _("The address can hold neither a name and password nor a part behind #."),
    _("There is no such host on the internet, or it is in a private network."),
)
# What is wrong with what a form was given.
OF_FORMS = (
    _("a time such as 08:30"),
    _("a time from 00:00 to 24:00"),
    _("The header for the key has letters, digits and - only."),
    _("The body is longer than 5,000 characters."),
    _("The body is no JSON."),
    _("The body is an object: it starts with {."),
    _("The body does not have {to}."),
    _("The body does not have {text}."),
    _("The subject is empty."),
    _("The body is empty."),
    _("A commercial message needs a link to {{ unsubscribe_url }}."),
    _("Choose at least one event."),
)
# What became of a delivery, and why something followed from it.
OF_DELIVERIES = (
    _("Saved."),
    _("Deleted."),
    _("Restored."),
    _("Exists again."),
    _("Already deleted."),
    _("Nothing changed."),
    _("Older than what is stored."),
    _("Older than what is stored of this parcel, or the parcel is not known yet."),
    _("Told again while it was being read."),
    _("Told again while it was being looked for."),
    _("Deleted before, by our clock."),
    _("Deleted before; this delivery came late."),
    _("The shop's API does not know the newest state yet."),
    _("The shop does not have it any more."),
    _("Not in the mirror; remembered in case it arrives late."),
    _("Two different states with the same time: which one is newer cannot be told."),
    _("Deleted, and whether it was restored since cannot be told from the deliveries."),
    _("Deleted, and changed later than that: whether it is there cannot be told from the deliveries."),
    _("Deleted and restored: which came last cannot be told from the deliveries."),
    _("Saved; no variant with this inventory item is known yet."),
    _("Saved; the product told this stock already."),
    _("The stock of one place alone does not tell the product's."),
    _("A variant of a product that is not known."),
    _("A refund of an order that is not known."),
    _("A parcel of an order that is not known."),
    _("A customer who is not known."),
    _("A change of tags that came late."),
    _("The order has this refund already."),
    _("The shop merged the two accounts."),
    _("The stock is kept here."),
    _("This was an earlier installation: the app was installed again since."),
    _("The merchant removed the app. Data stays until the shop's erasure is asked for."),
    _("Noted; it has to be fulfilled within 30 days."),
    _("Erased under privacy law."),
    _("The index did not have it."),
    _("The index had another state of it."),
    _("The index still had it."),
    _("It was read later already, by another host's clock."),
    _("What came in before is applied first."),
    _("This shop has no API to read it from: send it once more."),
    _("Backroom is not connected to the shop's own API."),
    _("The shop does not let Backroom in: connect it again."),
)
OF_LETTERS = (
    _("It waited for too long: whoever asked for it has to ask again."),
    _("There is nobody to write to any more."),
)
