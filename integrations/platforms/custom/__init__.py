"""Any other back end: Standard Webhooks and a small JSON of ours; verify, topics, read."""
