"""People who work with the dashboard: how they sign in, and how they prove who they are."""
