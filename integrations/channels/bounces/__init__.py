"""What comes back of mail that was sent: reports of mail servers, and what mail providers tell."""
