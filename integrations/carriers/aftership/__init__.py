"""AfterShip, which tracks for many carriers."""
