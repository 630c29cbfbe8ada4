"""Which carrier a tracking number belongs to."""
