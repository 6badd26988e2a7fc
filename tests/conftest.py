"""Settings shared by all tests.

Marked ``deep``, and left to ``make test-deep``, is what takes long; nearly all that is asked there
a quicker test asks, too, in another way, of fewer relatives or with fewer examples. ``pytest -m
deep --collect-only -q`` lists it. The stage of the notebooks leaves some pages to it, too
(:mod:`stages` says why). Marked ``gpu``, and left to ``make test-gpu``, is what needs one.
"""

import gc
import os

from hypothesis import settings

# On a shared machine a slow example says nothing about the code, hence no deadline.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("repeat", deadline=None, print_blob=True, derandomize=True)
# Continuous integration must give the same answer twice; at a desk, new examples are welcome.
settings.load_profile("repeat" if os.environ.get("CI") else "explore")


# What is imported stays; looking for garbage so often takes a fifth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
