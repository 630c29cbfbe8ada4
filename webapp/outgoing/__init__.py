"""Outgoing webhooks as they are shown, asked for and answered."""
