"""What functions of each entry, sums and products do to the second moments of tensors.

What is made of one Gaussian value entry by entry is a function of it, which is recognized by its
values, in however many steps it is computed. Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_iter, tree_map

from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Random,
    functions_of_one,
    product_of,
    second_moments_of,
    sum_of,
    without_copies,
)
from elu_sym.interop.torch.normalization_rules import NORMS
from elu_sym.interop.torch.recorded_calls import (
    A_SUM,
    LIBRARY,
    Call,
    Data,
    Unpredicted,
    usual_of,
)

__all__ = ["ARITHMETIC", "ELEMENTWISE", "of_entries"]

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


def of_entries(call: Call) -> Random | None:
    """What is known of what a function of each entry gives, or a sum or a product."""
    if call.name in ARITHMETIC:
        return _arithmetic(call)
    return _composed(call) or _of_others(call, call.argument(0, "input"))


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
