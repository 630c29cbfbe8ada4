"""What a shop is: rules (pure) and tables (the only code that knows SQLAlchemy)."""
