"""HTTP in, pages out; the only code that knows Flask."""
