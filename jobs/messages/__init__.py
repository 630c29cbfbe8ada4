"""How messages are gathered, written and handed over to their channels (jobs.notifications)."""
