"""Who works with the dashboard: users, what they may do at which shop, how they signed in, and what they did."""
