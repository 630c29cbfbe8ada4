"""Property tests may take their time on a busy machine."""

from hypothesis import settings

settings.register_profile("backroom", deadline=None, max_examples=60, database=None)
settings.load_profile("backroom")
