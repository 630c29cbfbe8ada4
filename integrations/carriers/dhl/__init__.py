"""DHL, by the tracking API that all its divisions share."""
