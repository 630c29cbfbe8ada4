"""The read cache: pages of shops in Redis, which may be emptied at any moment."""
