"""What normalizations give: second moments of 1, and what is only nearly Gaussian.

Needs the extra ``torch``.
"""

import numpy as np
from torch.nn import functional

from elu_sym.interop.signals import Gaussian, Random, made_of, second_moments_of
from elu_sym.interop.torch.recorded_calls import LIBRARY, Call, Data
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

    def squares() -> FloatArray:
        return (second_moments_of(first) if stored else 1.0) * scale**2 + shift**2

    if stored:
        known = centred or first.centred
        return call.made([first], squares, keeps_law=centred) if known else None
    found = made_of([first], squares, call.shapes[0], keeps_law=centred)
    found.name, found.nearly, found.approximate = call.name, True, False
    if len(first.centred) > 1:
        found.centred = frozenset()  # it is odd in the weights of all, but of none of them alone
    if isinstance(found, Gaussian):
        found.library = LIBRARY
    return found
