"""Benchmarks: Backroom against the peers beside it, measured in one run."""
