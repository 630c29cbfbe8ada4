"""Our picture of a shop: applies what deliveries tell to the tables, in one transaction per batch."""
