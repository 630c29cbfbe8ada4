"""Work outside a request; the only code that knows RQ."""
