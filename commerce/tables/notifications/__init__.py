"""Notifications: every message to a shopper or merchant, its templates, and what a shop chose."""
