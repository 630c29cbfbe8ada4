"""Parcels as merchants see them: in plain words, with forms and files."""
