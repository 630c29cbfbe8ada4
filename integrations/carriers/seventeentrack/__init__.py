"""17TRACK, which tracks for many carriers."""
