"""What Backroom is compared with."""
