"""Messages in the dashboard and the API: forms, words, models."""
