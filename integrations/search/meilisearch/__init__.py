"""The engine on a Meilisearch server, for shops that outgrow one machine."""
