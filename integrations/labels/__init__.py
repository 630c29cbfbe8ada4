"""Labels that are wanted: read and checked, filled up with what their order says."""
