"""Segments: which customers belong to a group, by rules over all that is known of them."""
