"""EasyPost, which tracks for many carriers."""
