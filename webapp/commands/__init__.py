"""Commands: `flask --app webapp.app …`."""
