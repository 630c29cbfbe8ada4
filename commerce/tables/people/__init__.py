"""Customers as persons: who they are on which platform, what is known of them, and what they allow."""
