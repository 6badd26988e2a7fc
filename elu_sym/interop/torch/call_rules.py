"""What functions that are no layers do to the second moments of the entries of tensors.

The mean is over the weights, to leading order in the width, for the batch as it is. Every function
has a rule, or what it gives is not known. After weights of mean 0 only the second moment of what
feeds them matters, so what is not Gaussian costs predictions up to the next layer, not beyond.

Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils._pytree import tree_map

from elu_sym.book.formula import selu
from elu_sym.interop.signals import (
    Composed,
    Given,
    Random,
    described,
    second_moments_of,
    without_copies,
)
from elu_sym.interop.torch.entry_rules import ARITHMETIC, ELEMENTWISE, of_entries
from elu_sym.interop.torch.normalization_rules import NORMS, of_norm
from elu_sym.interop.torch.recorded_calls import (
    Call,
    Data,
    of_both,
    usual_of,
)
from elu_sym.numeric.operations import FloatArray

__all__ = ["keeps_entries", "keeps_stream", "results_of"]

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


def results_of(call: Call) -> list[Random]:
    """What is known of what a function gives that is no layer; one for each of its outputs."""
    found = None if "out" in call.keywords else _by_rule(call)
    if isinstance(found, Random):
        found = [found]
    if found is None or len(found) != len(call.shapes):
        return [call.unpredicted(call.name)] * len(call.shapes)
    return found


def _is_nearest(call: Call) -> bool:
    """Whether entries are repeated, and none are mixed."""
    nearest = str(call.argument(3, "mode", "nearest")).startswith("nearest")
    return call.name in ("interpolate", "upsample") and nearest


def keeps_entries(call: Call) -> bool:
    """Whether what comes out are entries of what went in, or 0."""
    named = call.name in KEEPING or call.name in SAME or call.name in DROPOUTS
    return named or call.name == "pad" or _is_nearest(call)


def keeps_stream(call: Call) -> bool:
    """Whether what comes out is of the same stream of residual branches, if no layer's outputs."""
    return call.name in POOLS or call.name in ELEMENTWISE or call.name == "alpha_dropout"


def _by_rule(call: Call) -> Any:
    name, first = call.name, call.argument(0, "input")
    if name in KEEPING:
        return _moved(call)
    if name in ARITHMETIC or name in ELEMENTWISE:
        return of_entries(call)
    if not isinstance(first, Random):
        return None
    if name in POOLS and not _is_nearest(call):
        return call.unpredicted(f"{name} of {described(first)}", usual_of(first))
    return _RULES[name](call, first) if name in _RULES else None


def _moved(call: Call) -> list[Random] | None:
    """After a function that moves the entries of one tensor, or puts several together."""
    given = call.argument(0, "tensors")
    parts: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    if not all(isinstance(each, Random | Given) for each in parts) or not call.random:
        return None

    def moved(number: int, *moments: Tensor) -> Tensor:
        def at(value: Any) -> Any:
            if any(value is each for each in parts):
                return moments[next(k for k, each in enumerate(parts) if value is each)]
            if isinstance(value, Random):  # which only gives a shape
                return torch.empty(value.shape[:-1])
            return value.tensor if isinstance(value, Data) else value

        places, names = tree_map(at, (call.arguments, dict(call.keywords)))
        result = call.function(*places, **names)
        return result[number] if isinstance(result, tuple | list) else result

    def squares(number: int) -> FloatArray:
        return of_both(partial(moved, number), *map(second_moments_of, parts))

    numbers = range(len(call.shapes))
    return [call.made(parts, partial(squares, each), number=each) for each in numbers]


def _padded(call: Call, first: Random) -> Random:
    widths, mode = call.argument(1, "pad"), call.argument(2, "mode", "constant")
    value = float(call.argument(3, "value") or 0.0) if mode == "constant" else 0.0

    def padded(moments: Tensor) -> Tensor:
        return functional.pad(moments, widths, mode, value**2 if mode == "constant" else None)

    def inside(moments: Tensor) -> Tensor:
        there = value**2 or float(moments.mean())
        return (
            functional.pad(moments, widths, value=there) if mode == "constant" else padded(moments)
        )

    def squares() -> FloatArray:
        return of_both(padded, second_moments_of(first), inside=inside)

    return call.made([first], squares, keeps_law=value == 0.0)


def _repeated(call: Call, first: Random) -> Random:
    def repeated(moments: Tensor) -> Tensor:
        result: Tensor = call.function(moments, *call.arguments[1:], **call.keywords)
        return result

    return call.made([first], lambda: of_both(repeated, second_moments_of(first)))


def _dropped(call: Call, first: Random) -> Random | None:
    rate = call.argument(1, "p", 0.5)
    training = call.argument(2, "training", call.keywords.get("train", True))
    if not training or rate == 0.0:
        return first
    if rate >= 1.0:
        return None
    # Where it is dropped it is 0, so it is no Gaussian any more, but its mean is what it was.
    found = call.made(
        [first],
        lambda: without_copies(second_moments_of(first)) / (1.0 - rate),
        keeps_law=False,
    )
    found.centred = first.centred
    return found


def _alpha_dropped(call: Call, first: Random) -> Random:
    rate = call.argument(1, "p", 0.5)
    if not call.argument(2, "training", False) or rate == 0.0:
        return first
    if rate >= 1.0 or not isinstance(first, Composed) or first.activation.name != "selu":
        return call.unpredicted(f"alpha_dropout of {described(first)}", usual_of(first))
    kept, dropped = 1.0 - rate, rate * SELU_FLOOR
    scale = (kept + SELU_FLOOR**2 * kept * rate) ** -0.5
    shift, source = -scale * dropped, first.source

    def squares() -> FloatArray:
        moments = without_copies(second_moments_of(first))
        means = selu.mean(0.0, np.sqrt(without_copies(source.second_moments)))
        square = kept * moments + dropped * SELU_FLOOR
        found: FloatArray = scale**2 * square + 2.0 * scale * shift * (kept * means + dropped)
        return found + shift**2

    return call.made([first], squares)


_RULES: dict[str, Callable[[Call, Any], Random | None]] = {
    "pad": _padded,
    "alpha_dropout": _alpha_dropped,
    "interpolate": _repeated,
    "upsample": _repeated,
    **dict.fromkeys(DROPOUTS, _dropped),
    **dict.fromkeys(NORMS, of_norm),
    **dict.fromkeys(SAME, lambda call, first: first),
}
