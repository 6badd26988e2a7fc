"""What functions that are no layers do to the second moments of the entries of tensors.

The mean is over the weights, to leading order in the width, for the batch as it is. Every function
has a rule, or what it gives is not known. After weights of mean 0 only the second moment of what
feeds them matters, so what is not Gaussian costs predictions up to the next layer, not beyond.

Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils._pytree import tree_iter, tree_map

from elu_sym.book.formula import selu
from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Given,
    Random,
    described,
    functions_of_one,
    product_of,
    second_moments_of,
    sum_of,
    without_copies,
)
from elu_sym.interop.torch.normalization_rules import NORMS, of_norm
from elu_sym.interop.torch.recorded_calls import (
    A_SUM,
    LIBRARY,
    Call,
    Data,
    Unpredicted,
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

SUMS = ("add", "__radd__", "sub", "subtract", "rsub", "__rsub__")

QUOTIENTS = ("div", "divide", "true_divide")

PRODUCTS = ("mul", "multiply", "__rmul__", *QUOTIENTS)

NEGATIVES = ("neg", "negative")

ARITHMETIC = frozenset((*SUMS, *PRODUCTS, *NEGATIVES))

ELEMENTWISE = frozenset(
    (
        *("selu", "relu", "relu6", "silu", "mish", "tanh", "sigmoid", "logsigmoid", "hardswish"),
        *("hardsigmoid", "softsign", "tanhshrink", "elu", "celu", "leaky_relu", "gelu"),
        *("softplus", "hardtanh", "hardshrink", "softshrink", "prelu", "rrelu", "threshold"),
        *("clamp", "clip", "clamp_min", "clamp_max", "abs", "absolute", "square", "pow", "__pow__"),
        *("exp", "sin", "cos", "atan", "arctan", "erf", "sinh", "asinh", "arcsinh", "expm1"),
    )
)
"""Functions of each element, the same in every run, but for one in training."""

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
    if name in ARITHMETIC:
        return _arithmetic(call)
    if name in ELEMENTWISE:
        return _composed(call) or _of_others(call, first)
    if not isinstance(first, Random):
        return None
    if name in POOLS and not _is_nearest(call):
        return call.unpredicted(f"{name} of {described(first)}", usual_of(first))
    return _RULES[name](call, first) if name in _RULES else None


@dataclass(eq=False)
class Activated(Composed):
    """A function of a Gaussian value.

    Attributes:
        call: what computes it.
        norm: the normalization that it follows, if it does.
    """

    call: Call = field(kw_only=True)
    norm: str = field(default="", kw_only=True)

    def describe(self) -> str:
        """What it is, in words."""
        known = self.activation.name
        name = self.call.name if known == "a function" else known
        return f"{name} of {self.norm}" if self.norm in NORMS else name


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


def _function(call: Call, functions: dict[int, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """A call as a function of a tensor, of which what depends on weights is a function."""

    def function(values: Tensor) -> Any:
        def at(value: Any) -> Any:
            if isinstance(value, Random):  # a clone, as the function may act in place
                return functions[id(value)](values).clone()
            return value.tensor.detach().reshape(1).to(values) if isinstance(value, Data) else value

        places, names = tree_map(at, (call.arguments, dict(call.keywords)))
        return call.function(*places, **names)

    return function


def _composed(call: Call) -> Composed | None:
    """A function of one Gaussian value."""
    found = functions_of_one(call.random) if call.random else None
    if found is None or found[0].shape != call.shapes[0] or not _is_function(call):
        return None
    source, functions = found
    function = _function(call, dict(zip(map(id, call.random), functions, strict=True)))
    approximate = source.approximate or source.nearly
    return Activated(
        source.shape,
        source.ancestors,
        source=source,
        function=function,
        call=call,
        norm=source.name,
        approximate=approximate,
    )


def _is_function(call: Call) -> bool:
    """Whether it is the same function of every entry, and in every run."""
    given = tree_iter((call.arguments, dict(call.keywords)))
    if any(each.tensor.numel() > 1 for each in given if isinstance(each, Data)):
        return False
    return not (call.name == "rrelu" and call.argument(3, "training", False))


def _of_others(call: Call, first: Any) -> Random | None:
    """An activation of what is not Gaussian: it is known what it usually gives."""
    if not isinstance(first, Random) or len(call.random) > 1 or not _is_function(call):
        return None
    unit = Gaussian((1,), frozenset(), squares=lambda: np.ones(1), library=LIBRARY)
    function, norm = _function(call, {id(first): Tensor.clone}), getattr(first, "name", "")
    found = Activated((1,), frozenset(), source=unit, function=function, call=call, norm=norm)
    return call.unpredicted(found.describe(), usual_of(found))


def _arithmetic(call: Call) -> Random | None:
    """A sum, a product or a quotient."""
    one, other = (_operand(call.argument(k, key)) for k, key in enumerate(("input", "other")))
    if call.name in NEGATIVES:
        other = _operand(1.0)
    if one is None or other is None:
        return None
    found: Random | None = None
    if call.name not in SUMS and "rounding_mode" not in call.keywords:
        if isinstance(one, Random) and isinstance(other, Data):
            found = _multiple(call, one, other)
        elif isinstance(one, Data) and call.name not in QUOTIENTS:
            found = _multiple(call, other, one)
    found = found or _composed(call)
    if found is not None or call.name in QUOTIENTS:
        return found
    if call.name in SUMS:
        backwards = call.name in ("rsub", "__rsub__")
        return _sum(call, *((other, one) if backwards else (one, other)))
    known = not any(isinstance(each, Unpredicted) for each in (one, other))
    return product_of(one, other, call.shapes[0]) if known and len(call.random) == 2 else None


def _operand(value: Any) -> Any:
    """What is known of a number or a tensor; None for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, Random | Data) else None
    return Data(torch.tensor([value], dtype=torch.float64))


def _multiple(call: Call, value: Random, factor: Data) -> Random | None:
    """A multiple, by numbers: of a Gaussian value it is one, too."""
    is_number = factor.value.size == 1 and value.shape == call.shapes[0]
    if is_number and isinstance(value, Composed):
        return None
    with np.errstate(divide="ignore"):
        squared = factor.value ** (-2.0 if call.name in QUOTIENTS else 2.0)
    root = (value, _function(call, {id(value): Tensor.clone})) if is_number else None
    found = call.made(
        [value], lambda: without_copies(second_moments_of(value)) * squared, root=root
    )
    if isinstance(found, Unpredicted) and found.usual is not None:
        found.usual = found.usual * float(squared.item()) if is_number else None
    return found


def _sum(call: Call, one: Any, other: Any) -> Random | None:
    shape, factor = call.shapes[0], call.argument(2, "alpha", 1.0)
    if factor != 1.0 and isinstance(other, Data):
        other = Data(other.tensor * factor)
    elif factor != 1.0:
        other = call.made([term := other], lambda: second_moments_of(term) * factor**2)
    for value, constant in ((one, other), (other, one)):
        if isinstance(constant, Data) and value.shape == shape and not constant.value.any():
            return copy(value)
    if isinstance(one, Data):
        one, other = other, one
    known = not any(isinstance(each, Unpredicted) for each in (one, other))
    found = sum_of(one, other, shape) if known else None
    if found is None:
        return call.unpredicted(A_SUM)
    found.name = A_SUM
    return found


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
