"""New seeds: those that follow from what is claimed of them, so that no claim was fitted to them.

What is claimed of the runs of an experiment, word by word and bound by bound, was written into
``<experiment>.registered.json`` after the stored runs had been looked at and before the new ones
were made. The new seeds are counted from a number that is the beginning of the SHA-256 of that
file: another bound, another word or another number of seeds, and the runs would be other ones. What
the new runs do not bear out stays in the file, and is no claim.
"""

import json
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the files are, beside the runs."""


def registered_seeds(experiment: str) -> range:
    """The seeds on which the claims about an experiment are tested.

    Args:
        experiment: ``"smooth_ride"``, ``"depth"``, ``"depth_training"``, ``"elu_or_relu"`` or
            ``"convolutional_training"``.

    Examples:
        >>> seeds = registered_seeds("smooth_ride")
        >>> min(seeds) > 79  # those that were looked at
        True
    """
    text = (FOLDER / f"{experiment}.registered.json").read_text(encoding="utf-8")
    first = int(sha256(text.encode()).hexdigest()[:6], 16)
    return range(first, first + json.loads(text)["seeds"])
