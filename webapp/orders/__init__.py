"""Orders' steps in the dashboard and the API: in words, decided about, set up."""
