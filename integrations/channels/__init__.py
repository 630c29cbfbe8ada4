"""Ways in which messages reach people, and how messages are written: one file per channel."""
