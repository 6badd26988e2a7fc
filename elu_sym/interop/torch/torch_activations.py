"""The activations of PyTorch, as functions that are called, by their exact second moments.

What is no activation of :mod:`elu_sym` but acts on each element is a black box with estimates.

Needs the extra ``torch``.
"""

import importlib.util
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from elu_sym.interop.torch.recorded_calls import Call, Reference, argument
from elu_sym.interop.torch.sums_and_products import PRODUCTS, SUMS
from elu_sym.interop.torch.tensor_entries import Entries, Law, Lookup, Squares
from elu_sym.networks.initialized_layers import SecondMoment
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

__all__ = ["activation_moment", "composed", "is_elementwise"]

_ALWAYS = {
    "selu": "selu",
    "relu": "relu",
    "relu6": "relu6",
    "silu": "silu",
    "mish": "mish",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "logsigmoid": "log_sigmoid",
    "hardswish": "hard_swish",
    "hardsigmoid": "hard_sigmoid",
    "softsign": "softsign",
    "tanhshrink": "tanhshrink",
}
"""Activations without parameters: what PyTorch calls them, and what they are called here."""

_ELEMENTWISE = frozenset(
    (
        *_ALWAYS,
        *("elu", "celu", "leaky_relu", "gelu", "softplus", "hardtanh", "hardshrink"),
        *("softshrink", "prelu", "rrelu", "threshold", "clamp", "clip", "clamp_min", "clamp_max"),
        *("abs", "absolute", "square", "pow", "__pow__", "exp", "sin", "cos", "atan", "arctan"),
        *("erf", "sinh", "asinh", "arcsinh", "expm1"),
    )
)

Named = tuple[str, dict[str, float]] | None


def _elu(call: Call) -> Named:
    return call.name, {"alpha": argument(call, 1, "alpha", 1.0)}


def _leaky(slope: Any) -> Named:
    slope = float(slope)
    if slope == 0.0:
        return "relu", {}
    return ("leaky_relu", {"slope": slope}) if slope > 0.0 else None


def _prelu(call: Call) -> Named:
    return _leaky(argument(call, 1, "weight"))


def _rrelu(call: Call) -> Named:
    low, high = argument(call, 1, "lower", 1.0 / 8.0), argument(call, 2, "upper", 1.0 / 3.0)
    return _leaky((low + high) / 2.0)


def _gelu(call: Call) -> Named:
    return "gelu" if argument(call, 1, "approximate", "none") == "none" else "gelu_tanh", {}


def _softplus(call: Call) -> Named:
    standard = argument(call, 1, "beta", 1.0) == 1.0 and argument(call, 2, "threshold", 20) == 20
    return ("softplus", {}) if standard else None


def _hardtanh(call: Call) -> Named:
    ends = argument(call, 1, "min_val", -1.0), argument(call, 2, "max_val", 1.0)
    named = {(-1.0, 1.0): "hard_tanh", (0.0, 6.0): "relu6"}
    return (named[ends], {}) if ends in named else None


def _shrink(call: Call) -> Named:
    return (call.name, {}) if argument(call, 1, "lambd", 0.5) == 0.5 else None


_BY_ARGUMENTS: dict[str, Callable[[Call], Named]] = {
    "elu": _elu,
    "celu": _elu,
    "leaky_relu": lambda call: _leaky(argument(call, 1, "negative_slope", 0.01)),
    "prelu": _prelu,
    "rrelu": _rrelu,
    "gelu": _gelu,
    "softplus": _softplus,
    "hardtanh": _hardtanh,
    "hardshrink": _shrink,
    "softshrink": _shrink,
}

_ARITHMETIC = frozenset((*SUMS, *PRODUCTS, "neg", "negative"))

_made: dict[Any, SecondMoment] = {}


def is_elementwise(call: Call) -> bool:
    """Whether a call is that of a function of each element, the same in every run."""
    random = call.name == "rrelu" and argument(call, 3, "training", False)
    return call.name in _ELEMENTWISE and not random


def activation_moment(call: Call) -> tuple[str, SecondMoment] | None:
    """The activation that a call computes, if it is one: how to call it, and its second moment.

    None if the function is no function of each element alone, known beforehand: ``prelu`` with a
    slope for each channel, ``rrelu`` in training.
    """
    if not is_elementwise(call) or len(call.references) != 1:
        return None
    if call.name == "prelu" and argument(call, 1, "weight").numel() > 1:
        return None
    named: Named = (_ALWAYS[call.name], {}) if call.name in _ALWAYS else None
    if call.name in _BY_ARGUMENTS:
        named = _BY_ARGUMENTS[call.name](call)
    # Away from unit variance, the moments of names that are not of the book are enclosed by flint.
    certified = importlib.util.find_spec("flint") is not None
    if named is not None and (certified or named[0] not in NAMED_ACTIVATIONS):
        name, parameters = named
        key: Any = (name, *parameters.items())
        if key not in _made:
            _made[key] = SecondMoment(name, **parameters)
        return _described(name, parameters), _made[key]
    unit = Entries("x", _UNIT, gaussian=True)
    law = composed(call, lambda value: unit)
    return None if law is None else (law.name, law.moment())


_UNIT = Squares(torch.ones(()), torch.ones(()))


def composed(call: Call, of: Lookup) -> Law | None:
    """A call as one function of Gaussian entries, if all that it is given are such of the same."""
    if not (is_elementwise(call) or call.name in _ARITHMETIC) or not call.references:
        return None
    laws: list[Law] = []
    parts: list[Callable[[Tensor], Any]] = []
    names: list[str] = []
    for value in call.arguments:
        if isinstance(value, Reference):
            law = _law_of(of(value))
            if law is None or (laws and law.variances is not laws[0].variances):
                return None
            laws.append(law)
            parts.append(law.function)
            names.append(law.name)
        else:
            constant = _constant(value)
            if constant is None:
                return None
            parts.append(partial(_same, constant))
            names.append(f"{constant!r}")
    options = {name: value for name, value in call.keywords.items() if name != "inplace"}
    if not laws or any(_constant(value) is None for value in options.values()):
        return None
    names += [f"{name}={value!r}" for name, value in options.items()]
    # By default an activation has its own parameters, which say nothing.
    shown = names[:1] if call.name in _ALWAYS else names
    name = f"{call.name}({', '.join(shown)})"

    def function(values: Tensor) -> Any:
        return call.function(*(part(values) for part in parts), **options)

    def moment() -> SecondMoment:
        if name not in _made:
            _made[name] = SecondMoment(function)
        return _made[name]

    return Law(laws[0].variances, laws[0].terms, name, function, moment)


def _law_of(entries: Entries) -> Law | None:
    if entries.law is not None or not entries.gaussian or entries.squares is None:
        return entries.law
    return Law(
        entries.squares, entries.terms, "x", Tensor.clone, lambda: SecondMoment(Tensor.clone)
    )


def _constant(value: Any) -> float | bool | str | None:
    """A number, also one in a tensor, or an option; None for what is none of these."""
    if isinstance(value, Tensor) and value.numel() == 1 and not value.is_complex():
        return float(value)
    return value if isinstance(value, bool | int | float | str) else None


def _same(value: Any, _: Tensor) -> Any:
    return value


def _described(name: str, parameters: dict[str, float]) -> str:
    changed = {"alpha": 1.0}
    shown = [f"{key} {value:g}" for key, value in parameters.items() if changed.get(key) != value]
    return f"{name} ({', '.join(shown)})" if shown else name
