"""CDNs that keep shops' pages: each is told by keys what changed."""
