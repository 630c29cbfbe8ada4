"""What a shopper's search box asks for, and what is learned from it."""
