"""Steps of orders: the engine that takes them in batches, and a runner for each kind."""
