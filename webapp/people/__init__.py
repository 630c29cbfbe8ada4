"""Customers as the dashboard and the API show them."""
