"""Who sells: one folder per platform."""
