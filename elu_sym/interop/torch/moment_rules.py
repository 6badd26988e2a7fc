"""What is known of the tensors of a traced network: second moments, entry by entry.

The mean is over the weights, to leading order in the width, for the batch as it is. Every function
has a rule, or what it gives is not known. After weights of mean 0 only the second moment of what
feeds them matters, so what is not Gaussian costs predictions up to the next layer, not beyond.

Needs the extra ``torch``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils._pytree import tree_map

from elu_sym.book.formula import selu as selu_activation
from elu_sym.interop.torch.sums_and_products import PRODUCTS, SUMS, of_product, of_sum
from elu_sym.interop.torch.tensor_entries import Depends, Entries, Lookup, by_moment, mapped
from elu_sym.interop.torch.torch_activations import activation_moment
from elu_sym.interop.torch.traced_network import Call, Node, Reference, argument
from elu_sym.networks.initialized_layers import SecondMoment

__all__ = ["DROPOUTS", "KEEPING", "POOLS", "SAME", "entries_after"]

KEEPING = frozenset(
    (
        *(
            "flatten",
            "reshape",
            "view",
            "view_as",
            "reshape_as",
            "unflatten",
            "permute",
            "transpose",
        ),
        *("swapaxes", "swapdims", "movedim", "moveaxis", "t", "T", "mT", "squeeze", "unsqueeze"),
        *("expand", "expand_as", "repeat", "tile", "repeat_interleave", "flip", "roll", "narrow"),
        *("select", "index_select", "__getitem__", "chunk", "split", "tensor_split", "unbind"),
        *("cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "broadcast_to"),
        *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "unfold"),
    )
)
"""The functions that move entries, and do to their second moments what they do to them."""

SAME = frozenset(
    (
        *("contiguous", "clone", "detach", "to", "float", "double", "half", "bfloat16", "type_as"),
        *("cpu", "cuda", "data", "identity", "requires_grad", "neg", "negative", "__neg__"),
    )
)
"""The functions that change no second moment."""

NORMS = {"batch_norm": 3, "instance_norm": 3, "layer_norm": 2, "group_norm": 2, "rms_norm": 2}
"""The normalizations, and the place of their weights among their arguments."""

DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout")

POOLS = frozenset(
    [f"{kind}_pool{axes}d" for kind in ("max", "avg", "lp") for axes in (1, 2, 3)]
    + [f"adaptive_{kind}_pool{axes}d" for kind in ("max", "avg") for axes in (1, 2, 3)]
    + ["max_pool2d_with_indices", "mean", "amax", "max", "interpolate", "upsample", "grid_sample"]
)
"""After these the activation before them is still what feeds the next layer."""

SELU_FLOOR = -1.7580993408473766
"""What SELU tends to at minus infinity, which alpha dropout puts in the place of what it drops."""


def entries_after(call: Call, of: Lookup, depends: Depends, nodes: Sequence[Node]) -> list[Entries]:
    """What is known of what a function gives that is no layer.

    Args:
        call: the function.
        of: what is known of an argument, reference or tensor.
        depends: on which layer calls it depends.
        nodes: all tensors.

    Returns:
        One for each of its outputs.
    """
    rule = _RULES.get(call.name)
    first = of(call.arguments[0]) if call.arguments and _is_tensor(call.arguments[0]) else None
    found: Entries | list[Entries] | None = None
    if call.name in KEEPING:
        found = _moved(call, of, nodes)
    elif first is not None and call.name in SAME:
        found = replace(first, before=None)
    elif first is not None and (activation := activation_moment(call)) is not None:
        found = _activated(first, *activation)
    elif first is not None and call.name in NORMS:
        found = _normalized(call, first, nodes[call.outputs[0]])
    elif first is not None and call.name in POOLS:
        found = _pooled(call, first)
    elif rule is not None:
        found = rule(call, of, depends)
    if found is None:
        found = Entries(call.name)
    several = found if isinstance(found, list) else [found]
    if len(several) != len(call.outputs):
        several = [replace(several[0], moments=None, inside=None)] * len(call.outputs)
    checked = zip(several, call.outputs, strict=True)
    return [
        each if each.moments is None or each.moments.shape == nodes[node].shape else each.unknown
        for each, node in checked
    ]


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Reference | Tensor)


def _activated(first: Entries, name: str, moment: SecondMoment) -> Entries:
    usual = float(moment(1.0))
    if first.feed in NORMS:
        name = f"{name} of {first.feed}"
    if not first.gaussian or first.moments is None or first.inside is None:
        return Entries(name, usual=usual)
    after = mapped(first, lambda variances: by_moment(moment, variances))
    before = (first.moments, first.inside) if moment.activation is selu_activation else None
    approximate = first.approximate or first.nearly
    return replace(
        Entries(name, after.moments, after.inside, usual=usual, before=before),
        approximate=approximate,
    )


def _moved(call: Call, of: Lookup, nodes: Sequence[Node]) -> list[Entries] | None:
    arguments = (call.arguments, dict(call.keywords))
    if call.name in ("unfold",) or not call.references:
        return None
    joined = call.arguments[0] if call.arguments else call.keywords.get("tensors")
    parts = [of(each) for each in joined] if isinstance(joined, list | tuple) else [of(joined)]
    data = len(parts) > 1 and all(isinstance(each, Reference) for each in joined)

    def moments_of(kind: str) -> Any:
        def one(value: Any) -> Any:
            if isinstance(value, Reference):
                known = getattr(of(value), kind)
                return known if known is not None else torch.empty(nodes[value.node].shape)
            if isinstance(value, Tensor) and any(value is each for each in joined):
                return getattr(of(value), kind)
            return value

        places, names = tree_map(one, arguments)
        result = call.function(*places, **names)
        return list(result) if isinstance(result, tuple | list) else [result]

    feed = " and ".join(dict.fromkeys(each.feed for each in parts))
    sizes = [float(torch.Size(_shape(each, nodes)).numel()) for each in _listed(joined)]
    usual = None
    if all(each.usual is not None for each in parts):
        usual = sum(size * (each.usual or 0.0) for size, each in zip(sizes, parts, strict=True))
        usual /= sum(sizes)
    known = all(each.moments is not None for each in parts)
    gaussian = all(each.gaussian for each in parts) and (len(parts) == 1 or data)
    terms: frozenset[int] = frozenset()
    if all(each.terms for each in parts):
        terms = terms.union(*(each.terms for each in parts))
    nearly, approximate = (
        any(getattr(each, k) for each in parts) for k in ("nearly", "approximate")
    )
    made = Entries(feed, None, None, gaussian, terms, nearly, approximate, usual)
    if not known:
        return [made] * len(call.outputs)
    same = all(each.inside is each.moments for each in parts)
    moments = moments_of("moments")
    inside = moments if same else moments_of("inside")
    pairs = zip(moments, inside, strict=True)
    return [replace(made, moments=one, inside=other) for one, other in pairs]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _shape(value: Any, nodes: Sequence[Node]) -> Any:
    return nodes[value.node].shape if isinstance(value, Reference) else value.shape


def _normalized(call: Call, first: Entries, node: Node) -> Entries:
    place = NORMS[call.name]
    weight = argument(call, place, "weight")
    bias = None if call.name == "rms_norm" else argument(call, place + 1, "bias")
    means, variances = argument(call, 1, "running_mean"), argument(call, 2, "running_var")
    own = {"batch_norm": (5, "training", False), "instance_norm": (5, "use_input_stats", True)}
    stored = call.name in own and not argument(call, *own[call.name])
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
            return torch.full(shape, without, dtype=torch.float64, device=node.device)
        return value.detach().to(node.device, torch.float64).reshape(shape)

    scale, shift = shaped(weight, 1.0), shaped(bias, 0.0)
    if stored:
        scale = scale / torch.sqrt(shaped(variances, 1.0) + argument(call, 7, "eps", 1e-5))
        shift = shift - shaped(means, 0.0) * scale
    centred = not bool(shift.any())
    if stored:
        if not centred and not (first.terms or first.gaussian):
            return Entries(call.name)
        changes: dict[str, Any] = {} if centred else {"gaussian": False, "terms": frozenset()}
        return mapped(first, lambda m: m * scale**2 + shift**2, feed=call.name, **changes)
    values = (scale**2 + shift**2).expand(node.shape)
    # It is odd in the weights of one layer, but no sum of what is odd in the weights of several.
    terms = first.terms if centred and len(first.terms) == 1 else frozenset()
    gaussian = first.gaussian and centred
    return Entries(call.name, values, values, gaussian, terms, nearly=True, usual=1.0)


def _pooled(call: Call, first: Entries) -> Entries:
    if call.name in ("interpolate", "upsample") and argument(call, 3, "mode", "nearest") in (
        "nearest",
        "nearest-exact",
    ):
        return mapped(first, lambda m: call.function(m, *call.arguments[1:], **call.keywords))
    return Entries(f"{call.name} of {first.feed}", usual=first.usual)


def _padded(call: Call, of: Lookup, depends: Depends) -> Entries:
    first, widths = of(call.arguments[0]), argument(call, 1, "pad")
    mode, value = argument(call, 2, "mode", "constant"), argument(call, 3, "value", None) or 0.0
    if first.moments is None or first.inside is None:
        return replace(first, before=None)
    if mode != "constant":
        return mapped(first, lambda m: functional.pad(m, widths, mode=mode))
    moments = functional.pad(first.moments, widths, value=value**2)
    filling = float(first.inside.mean())
    inside = functional.pad(first.inside, widths, value=filling)
    changes: dict[str, Any] = {} if value == 0.0 else {"gaussian": False, "terms": frozenset()}
    return replace(first, moments=moments, inside=inside, before=None, **changes)


def _dropped(call: Call, of: Lookup, depends: Depends) -> Entries:
    first, rate = of(call.arguments[0]), argument(call, 1, "p", 0.5)
    training = argument(call, 2, "training", argument(call, 2, "train", True))
    if not training or rate == 0.0:
        return first
    if rate >= 1.0:
        return Entries(call.name)
    # Where it is dropped it is 0, so it is no Gaussian any more, but its mean is what it was.
    return mapped(first, lambda m: m / (1.0 - rate), gaussian=False)


def _alpha_dropped(call: Call, of: Lookup, depends: Depends) -> Entries:
    first, rate = of(call.arguments[0]), argument(call, 1, "p", 0.5)
    training = argument(call, 2, "training", False)
    if not training or rate == 0.0:
        return first
    if rate >= 1.0 or first.before is None or first.moments is None or first.inside is None:
        return first.unknown
    kept, dropped = 1.0 - rate, rate * SELU_FLOOR
    scale = (kept + SELU_FLOOR**2 * kept * rate) ** -0.5
    shift = -scale * dropped

    def after(moments: Tensor, variances: Tensor) -> Tensor:
        deviations = variances.sqrt().cpu().numpy()
        means = torch.as_tensor(selu_activation.mean(0.0, deviations)).to(moments)
        square = kept * moments + dropped * SELU_FLOOR
        return scale**2 * square + 2 * scale * shift * (kept * means + dropped) + shift**2

    moments = after(first.moments, first.before[0])
    inside = after(first.inside, first.before[1])
    return replace(first, moments=moments, inside=inside, before=None)


_RULES: dict[str, Callable[[Call, Lookup, Depends], Entries | list[Entries] | None]] = {
    "pad": _padded,
    "alpha_dropout": _alpha_dropped,
    **dict.fromkeys(DROPOUTS, _dropped),
    **dict.fromkeys(SUMS, of_sum),
    **dict.fromkeys(PRODUCTS, of_product),
}
