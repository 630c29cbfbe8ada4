"""Sending outgoing webhooks: lanes to endpoints, and what comes of what was sent."""
