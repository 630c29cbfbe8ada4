"""Stock: what orders hold is booked, what the shop counts is settled with it."""
