"""The engine that runs inside our own processes, on files."""
