"""The loyalty programme, as merchants see and choose it."""
