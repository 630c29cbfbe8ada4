"""Persons: which pieces are one, and what they make together."""
