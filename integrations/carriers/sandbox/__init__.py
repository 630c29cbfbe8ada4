"""A carrier that does not exist, for shops that try Backroom out: it needs no account and no network."""
