"""A table and its queries per file; every query takes the connection first and the shop."""
