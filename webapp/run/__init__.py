"""`make run`: all processes and the embedded parts on one machine, kept alive."""
