"""Facts and decisions: frozen dataclasses and plain functions, without I/O and without a clock."""
