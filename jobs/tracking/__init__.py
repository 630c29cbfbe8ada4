"""Parcels: which are followed, when carriers are asked, what becomes of what they tell."""
