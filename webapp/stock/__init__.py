"""Stock and daily figures, as pages and the API show them."""
