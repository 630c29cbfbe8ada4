"""What a search goes through between a caller and an engine: reading it, the shop's rules, price bands, reasons."""
