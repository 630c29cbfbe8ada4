"""Carriers through karrio's connectors: its ways of asking, our way of sending and reading."""
