"""Labels: what is wanted, in words and as JSON; buying them is the workers' work."""
