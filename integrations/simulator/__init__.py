"""The demo shop's simulator: an outside party that knows the product's doors and nothing else."""
