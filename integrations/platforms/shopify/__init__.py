"""Shopify: verify, topics, read."""
