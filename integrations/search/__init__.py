"""Who searches: the embedded engine and Meilisearch behind one protocol."""
