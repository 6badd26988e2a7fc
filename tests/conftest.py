"""Settings shared by all tests."""

import os

from hypothesis import settings

# On a shared machine a slow example says nothing about the code, hence no deadline.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("repeat", deadline=None, print_blob=True, derandomize=True)
# Continuous integration must give the same answer twice; at a desk, new examples are welcome.
settings.load_profile("repeat" if os.environ.get("CI") else "explore")
