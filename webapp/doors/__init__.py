"""The front door: deliveries are verified, stored in groups and answered."""
