"""Outgoing webhooks: which events there are, who wants which, when to try again, when to stop."""
