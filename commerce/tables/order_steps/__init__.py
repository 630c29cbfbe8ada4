"""What becomes of orders once, the steps that it starts, and what a merchant chose of them."""
