"""Seeds of what is drawn at random: others at a desk, the same ones in continuous integration."""

import os
import random


def seed_of_this_run() -> int:
    """A new seed, which a failure has to name; where ``CI`` is set, one and the same."""
    return 271828 if os.environ.get("CI") else random.randrange(10**6)
