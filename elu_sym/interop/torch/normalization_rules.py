"""What normalizations give: second moments of 1, and what is only nearly Gaussian.

Needs the extra ``torch``.
"""

from typing import Any

import numpy as np
from torch.nn import functional

from elu_sym.interop.signals import Gaussian, Moments, Random, second_moments_of
from elu_sym.interop.torch.recorded_calls import LIBRARY, Call, Data, Unpredicted, is_gaussian
from elu_sym.numeric.operations import FloatArray

__all__ = ["NORMS", "of_norm"]

NORMS = {"batch_norm": 3, "instance_norm": 3, "layer_norm": 2, "group_norm": 2, "rms_norm": 2}
"""The normalizations, and the place of their weights among their arguments."""

STATISTICS = {
    functional.batch_norm: (5, "training", False),
    functional.instance_norm: (5, "use_input_stats", True),
}
"""Where it says whether the moments are those of the batch, or were stored."""


def of_norm(call: Call, first: Random) -> Random | None:
    """What is known of what a normalization gives, with the weights and biases that it has.

    Args:
        call: the normalization.
        first: what is known of what it normalizes.
    """
    if call.name in ("batch_norm", "instance_norm") and call.function not in STATISTICS:
        return None  # torch.batch_norm has its arguments in another order
    place = NORMS[call.name]
    weight = call.argument(place, "weight")
    bias = None if call.name == "rms_norm" else call.argument(place + 1, "bias")
    means, variances = call.argument(1, "running_mean"), call.argument(2, "running_var")
    stored = call.function in STATISTICS and not call.argument(*STATISTICS[call.function])
    if len(call.random) > 1:
        return None
    axes = len(call.shapes[0]) - 1
    by_entry = call.name in ("layer_norm", "rms_norm")

    def shaped(value: Data | None, without: float) -> FloatArray:
        if value is None:
            return np.full(1, without)
        return value.value if by_entry else value.value.reshape(-1, *[1] * (axes - 1))

    scale, shift = shaped(weight, 1.0), shaped(bias, 0.0)
    if stored:
        scale = scale / np.sqrt(shaped(variances, 1.0) + call.argument(7, "eps", 1e-5))
        shift = shift - shaped(means, 0.0) * scale
    centred = not shift.any()
    if stored and (isinstance(first, Unpredicted) or not (centred or first.centred)):
        return None
    # It is odd in the weights of one layer, but not in one alone of those of several.
    linear = centred and (stored or len(first.centred) == 1)
    known: dict[str, Any] = {
        "shape": call.shapes[0],
        "ancestors": first.ancestors,
        "centred": first.centred if linear else frozenset(),
        "squares": lambda: (second_moments_of(first) if stored else 1.0) * scale**2 + shift**2,
        "approximate": stored and first.approximate,
        "origins": (first,),
        "name": "" if stored else call.name,
    }
    if is_gaussian(first) and centred:
        nearly = not isinstance(first, Gaussian) or not stored or first.nearly
        return Gaussian(library=LIBRARY, nearly=nearly, **known)
    return Moments(**known)
