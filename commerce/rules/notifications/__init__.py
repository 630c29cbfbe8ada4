"""Rules of notifications: their kinds, who gets them, and when."""
