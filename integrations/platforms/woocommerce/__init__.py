"""WooCommerce: verify, topics, read."""
