"""Outgoing webhooks: where a merchant wants to be told, what was told, and every try."""
