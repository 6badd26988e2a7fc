"""What normalizations give: second moments of 1, and what is only nearly Gaussian.

Needs the extra ``torch``.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from elu_sym.interop.torch.recorded_calls import Call, Node, Reference, argument
from elu_sym.interop.torch.tensor_entries import Entries, Squares

__all__ = ["NORMS", "of_norm"]

NORMS = {"batch_norm": 3, "instance_norm": 3, "layer_norm": 2, "group_norm": 2, "rms_norm": 2}
"""The normalizations, and the place of their weights among their arguments."""

STATISTICS = {
    functional.batch_norm: (5, "training", False),
    functional.instance_norm: (5, "use_input_stats", True),
}
"""Where it says whether the moments are those of the batch, or were stored."""


def of_norm(call: Call, first: Entries, node: Node) -> Entries:
    """What is known of what a normalization gives, with the weights and biases that it has.

    Args:
        call: the normalization.
        first: what is known of what it normalizes.
        node: what it gives.
    """
    if call.name in ("batch_norm", "instance_norm") and call.function not in STATISTICS:
        return Entries(call.name)  # torch.batch_norm has its arguments in another order
    place = NORMS[call.name]
    weight = argument(call, place, "weight")
    bias = None if call.name == "rms_norm" else argument(call, place + 1, "bias")
    means, variances = argument(call, 1, "running_mean"), argument(call, 2, "running_var")
    stored = call.function in STATISTICS and not argument(call, *STATISTICS[call.function])
    given = (weight, bias, means, variances) if stored else (weight, bias)
    if any(isinstance(each, Reference) for each in given):
        return Entries(call.name)
    shape = [1] * len(node.shape)
    if call.name in ("layer_norm", "rms_norm"):
        sizes = argument(call, 1, "normalized_shape")
        shape[-len(sizes) :] = sizes
    else:
        shape[1] = node.shape[1]

    def shaped(value: Tensor | None, without: float) -> Tensor:
        if value is None:
            return torch.full([1] * len(shape), without, dtype=torch.float64, device=node.device)
        return value.detach().to(node.device, torch.float64).reshape(shape)

    scale, shift = shaped(weight, 1.0), shaped(bias, 0.0)
    if stored:
        scale = scale / torch.sqrt(shaped(variances, 1.0) + argument(call, 7, "eps", 1e-5))
        shift = shift - shaped(means, 0.0) * scale
    centred = not bool(shift.any())
    changes: dict[str, Any] = {} if centred else {"gaussian": False, "terms": frozenset()}
    if stored:
        if not centred and not (first.terms or first.gaussian):
            return first.unknown(call.name)
        return first.mapped(lambda m: m * scale**2 + shift**2, **changes)
    values = (scale**2 + shift**2).expand(node.shape)
    return Entries(
        call.name,
        Squares(values, values),
        gaussian=first.gaussian and centred,
        # It is odd in the weights of one layer, but not in one alone of those of several.
        terms=first.terms if centred and len(first.terms) == 1 else frozenset(),
        nearly=True,
        usual=1.0,
    )
