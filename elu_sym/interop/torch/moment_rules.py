"""What functions that are no layers do to the second moments of the entries of tensors.

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

from elu_sym.book.formula import selu
from elu_sym.interop.torch.normalization_rules import NORMS, of_norm
from elu_sym.interop.torch.recorded_calls import Call, Node, Reference, argument
from elu_sym.interop.torch.sums_and_products import PRODUCTS, SUMS, of_product, of_sum
from elu_sym.interop.torch.tensor_entries import Entries, Lookup, Squares
from elu_sym.interop.torch.torch_activations import activation_moment, composed
from elu_sym.networks.initialized_layers import SecondMoment

__all__ = ["DROPOUTS", "KEEPING", "POOLS", "SAME", "entries_after", "is_nearest"]

KEEPING = frozenset(
    (
        *("flatten", "reshape", "view", "view_as", "reshape_as", "unflatten", "permute"),
        *("transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "t", "T", "mT"),
        *("squeeze", "unsqueeze", "expand", "expand_as", "broadcast_to", "repeat", "tile"),
        *("repeat_interleave", "flip", "roll", "narrow", "select", "index_select", "__getitem__"),
        *("chunk", "split", "tensor_split", "unbind", "cat", "concat", "concatenate", "stack"),
        *("hstack", "vstack", "dstack", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
    )
)
"""The functions that move entries, and do to their second moments what they do to them."""

SAME = frozenset(
    (
        *("contiguous", "clone", "detach", "to", "float", "double", "half", "bfloat16", "type_as"),
        *("cpu", "cuda", "data", "requires_grad"),
    )
)
"""The functions that change no entry."""

DROPOUTS = frozenset(("dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout"))

POOLS = frozenset(
    (
        *(f"{kind}_pool{axes}d" for kind in ("max", "avg", "lp") for axes in (1, 2, 3)),
        *(f"adaptive_{kind}_pool{axes}d" for kind in ("max", "avg") for axes in (1, 2, 3)),
        *("mean", "amax", "max", "interpolate", "upsample", "grid_sample"),
    )
)
"""After these the activation before them is still what feeds the next layer."""

SELU_FLOOR = -1.7580993408473766
"""What SELU tends to at minus infinity, which alpha dropout puts in the place of what it drops."""

LONGEST = 40
"""Letters of a function that are shown."""


def entries_after(call: Call, of: Lookup, raw: Lookup, nodes: Sequence[Node]) -> list[Entries]:
    """What is known of what a function gives that is no layer.

    Args:
        call: the function.
        of: what is known of an argument, reference, tensor or number.
        raw: the same without what is yet to be computed from a law.
        nodes: all tensors.

    Returns:
        One for each of its outputs.
    """
    law = composed(call, raw)
    gaussian = len(call.references) == 1 and raw(call.references[0]).gaussian
    if law is not None and not gaussian:
        sources = [raw(each) for each in call.references]
        approximate = any(each.approximate or each.nearly for each in sources)
        feed = law.name if len(law.name) <= LONGEST else f"{call.name}(...)"
        found = [Entries(feed, approximate=approximate, law=law)]
    else:
        found = _by_rule(call, of, nodes)
        if law is not None:
            found = [replace(each, law=law) for each in found]
    if len(found) != len(call.outputs):
        found = [found[0].unknown(call.name)] * len(call.outputs)
    shapes = [nodes[node].shape for node in call.outputs]
    return [
        each if each.squares is None or each.squares.exact.shape == shape else Entries(call.name)
        for each, shape in zip(found, shapes, strict=True)
    ]


def _by_rule(call: Call, of: Lookup, nodes: Sequence[Node]) -> list[Entries]:
    found: Entries | None = None
    if call.name in KEEPING:
        return _moved(call, of, nodes)
    if call.name in SUMS:
        found = of_sum(call, of)
    elif call.name in PRODUCTS:
        found = of_product(call, of)
    elif call.arguments and isinstance(call.arguments[0], Reference | Tensor):
        first, node = of(call.arguments[0]), nodes[call.outputs[0]]
        if call.name in SAME:
            return [first]
        if call.name in NORMS:
            return [of_norm(call, first, node)]
        if call.name in POOLS and not is_nearest(call):
            return [first.unknown(f"{call.name} of {first.feed}")]
        if (activation := activation_moment(call)) is not None:
            return [_activated(first, *activation)]
        if call.name == "glu" and isinstance(call.arguments[0], Reference):
            return [_gated(call, first, nodes[call.arguments[0].node])]
        if call.name in _RULES:
            found = _RULES[call.name](call, first)
    return [Entries(call.name) if found is None else found]


def is_nearest(call: Call) -> bool:
    """Whether entries are repeated, and none are mixed."""
    nearest = str(argument(call, 3, "mode", "nearest")).startswith("nearest")
    return call.name in ("interpolate", "upsample") and nearest


def _activated(first: Entries, name: str, moment: Any) -> Entries:
    if first.feed in NORMS:
        name = f"{name} of {first.feed}"
    after = Entries(name, usual=float(moment(1.0)))
    if not first.gaussian or first.squares is None:
        return after
    approximate = first.approximate or first.nearly
    return replace(after, squares=first.squares.through(moment), approximate=approximate)


def _gated(call: Call, first: Entries, node: Node) -> Entries:
    """Half of the units times the sigmoid of the others."""
    axes, axis = len(node.shape), argument(call, 1, "dim", -1)
    gate = SecondMoment("sigmoid")
    if not node.units or axis % axes - axes != node.units or not first.gaussian:
        return Entries("glu")
    found = Entries("glu", usual=float(gate(1.0)))
    if first.squares is None:
        return found
    values = first.squares.map(lambda m: m.chunk(2, axis)[0])
    gates = first.squares.map(lambda m: m.chunk(2, axis)[1])
    squares = values.together(gates.through(gate), lambda a, b: a * b)
    return replace(found, squares=squares, approximate=first.approximate or first.nearly)


def _moved(call: Call, of: Lookup, nodes: Sequence[Node]) -> list[Entries]:
    """After a function that moves the entries of one tensor, or puts several together."""
    given = argument(call, 0, "tensors")
    joined: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    parts = [of(each) for each in joined]
    shapes = [
        nodes[each.node].shape if isinstance(each, Reference) else each.shape for each in joined
    ]
    sizes = [float(shape.numel()) for shape in shapes]
    usual = None
    if all(each.usual is not None for each in parts):
        usual = sum(size * (each.usual or 0.0) for size, each in zip(sizes, parts, strict=True))
        usual /= sum(sizes)
    terms: frozenset[int] = frozenset()
    if all(each.terms for each in parts):
        terms = terms.union(*(each.terms for each in parts))
    made = Entries(
        " and ".join(dict.fromkeys(each.feed for each in parts)),
        gaussian=all(each.gaussian for each in parts),
        terms=terms,
        nearly=any(each.nearly for each in parts),
        approximate=any(each.approximate for each in parts),
        usual=usual,
    )
    squares = [each.squares for each in parts if each.squares is not None]
    if len(squares) < len(parts):
        return [made] * len(call.outputs)
    moved = [_function_of(call, nodes, joined, [each[kind] for each in squares]) for kind in (0, 1)]
    return [replace(made, squares=Squares(*each)) for each in zip(*moved, strict=True)]


def _shape(value: Any, nodes: Sequence[Node]) -> torch.Size:
    return nodes[value.node].shape if isinstance(value, Reference) else value.shape


def _function_of(
    call: Call, nodes: Sequence[Node], joined: list[Any], values: list[Tensor]
) -> list[Tensor]:
    """The function of other tensors; others than those that it moves only give a shape."""

    def other(value: Any) -> Any:
        if any(value is each for each in joined):
            return values[next(k for k, each in enumerate(joined) if value is each)]
        return torch.empty(nodes[value.node].shape) if isinstance(value, Reference) else value

    places, names = tree_map(other, (call.arguments, dict(call.keywords)))
    result = call.function(*places, **names)
    return list(result) if isinstance(result, tuple | list) else [result]


def _repeated(call: Call, first: Entries) -> Entries | None:
    if not is_nearest(call):
        return None
    return first.mapped(lambda m: call.function(m, *call.arguments[1:], **call.keywords))


def _padded(call: Call, first: Entries) -> Entries:
    widths = argument(call, 1, "pad")
    mode, value = argument(call, 2, "mode", "constant"), argument(call, 3, "value") or 0.0
    if mode != "constant":
        return first.mapped(lambda m: functional.pad(m, widths, mode=mode))
    after = replace(first, law=None)
    if value != 0.0:
        after = replace(after, gaussian=False, terms=frozenset())
    if first.squares is None:
        return after
    exact, inside = first.squares
    squares = Squares(
        functional.pad(exact, widths, value=value**2),
        functional.pad(inside, widths, value=value**2 if value else float(inside.mean())),
    )
    return replace(after, squares=squares)


def _dropped(call: Call, first: Entries) -> Entries:
    rate = argument(call, 1, "p", 0.5)
    training = argument(call, 2, "training", call.keywords.get("train", True))
    if not training or rate == 0.0:
        return first
    if rate >= 1.0:
        return Entries(call.name)
    # Where it is dropped it is 0, so it is no Gaussian any more, but its mean is what it was.
    return first.mapped(lambda m: m / (1.0 - rate), gaussian=False)


def _alpha_dropped(call: Call, first: Entries) -> Entries:
    rate = argument(call, 1, "p", 0.5)
    if not argument(call, 2, "training", False) or rate == 0.0:
        return first
    of_selu = first.law is not None and first.law.name == "selu(x)"
    if rate >= 1.0 or not of_selu or first.squares is None or first.law is None:
        return first.unknown(f"alpha_dropout of {first.feed}")
    kept, dropped = 1.0 - rate, rate * SELU_FLOOR
    scale = (kept + SELU_FLOOR**2 * kept * rate) ** -0.5
    shift = -scale * dropped

    def after(moments: Tensor, variances: Tensor) -> Tensor:
        means = torch.as_tensor(selu.mean(0.0, variances.sqrt().cpu().numpy())).to(moments)
        square = kept * moments + dropped * SELU_FLOOR
        return scale**2 * square + 2.0 * scale * shift * (kept * means + dropped) + shift**2

    return replace(first, squares=first.squares.together(first.law.variances, after), law=None)


_RULES: dict[str, Callable[[Call, Entries], Entries | None]] = {
    "pad": _padded,
    "alpha_dropout": _alpha_dropped,
    "interpolate": _repeated,
    "upsample": _repeated,
    # An entry has the square that it had, but it is another entry.
    **dict.fromkeys(("neg", "negative"), lambda call, first: first.mapped(lambda m: m)),
    **dict.fromkeys(DROPOUTS, _dropped),
}
