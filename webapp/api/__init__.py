"""What all of `/api/v1` shares: keys, rates, endpoints with their models, changes, cursors, and the description."""
