"""What all tests need stays until the end, so nobody has to look again and again whether it may go.

Python looks through all that lives whenever much was made anew. Half a million things live once all tests are loaded,
and each web application is made of some thousands: looking would be a third of the tests' work.
"""

import gc

_THINGS, _LOOKS, _MORE_LOOKS = 50_000, 10, 4  # how many are made anew until Python looks at the young, middle and old


def settle() -> None:
    """Leave out all that lives now, and look for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_THINGS, _LOOKS, _MORE_LOOKS)
