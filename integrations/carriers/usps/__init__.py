"""USPS, the United States Postal Service."""
