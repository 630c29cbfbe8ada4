"""Rules of orders' steps: what an order has come to, what that starts, and how a step ends."""
