"""Who ships: a folder for each carrier."""
