"""What is done to each entry of a value by itself: activations, sums and products.

Whatever is made of one Gaussian value entry by entry is a function of it, in however many
operations. A sum of two values has the sum of their second moments where they are uncorrelated, as
a residual branch and its stream are. Needs the extra ``jax``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from elu_sym.interop.jax.traced_operations import Operation
from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Given,
    Moments,
    Random,
    Unknown,
    ancestors_of,
    branch_of,
    functions_of_one,
    made_of,
    product_of,
    second_moments_of,
    sum_of,
)
from elu_sym.numeric.operations import FloatArray

__all__ = ["of_entries"]

ELEMENTWISE = frozenset(
    {
        *("abs", "acos", "acosh", "add", "add_any", "and", "asin", "asinh", "atan", "atan2"),
        *("atanh", "cbrt", "ceil", "clamp", "convert_element_type", "copy", "cos", "cosh"),
        *("digamma", "div", "eq", "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "floor"),
        *("ge", "gt", "integer_pow", "is_finite", "le", "lgamma", "log", "log1p", "logistic"),
        *("lt", "max", "min", "mul", "ne", "neg", "nextafter", "not", "or", "pow"),
        *("reduce_precision", "rem", "round", "rsqrt", "select_n", "sign", "sin", "sinh", "sqrt"),
        *("square", "sub", "tan", "tanh", "xor"),
    }
)

SUMS = ("add", "add_any", "sub")


def of_entries(operation: Operation, operands: list[Any], branches: set[int]) -> list[Any] | None:
    """What is known of the result of an operation on each entry.

    Args:
        operation: any operation.
        operands: what is known of its operands.
        branches: the leaves of the last layers of residual branches, to which that of this branch
            is added, if it is one.

    Returns:
        What is known of its result; None if it is another kind of operation, or too little is
        known.
    """
    if operation.name not in ELEMENTWISE:
        return None
    random = [each for each in operands if isinstance(each, Random)]
    if operation.name in SUMS and len(random) == 2:
        branches |= branch_of(*random)
    if any(isinstance(each, Unknown) for each in random):
        return None
    rules: Sequence[Callable[..., Any]] = (_unchanged, _multiplied, _composed, _shifted, _selected)
    for rule in rules:
        found = rule(operation, operands)
        if found is not None:
            return [found]
    if len(random) == len(operands) == 2 and operation.name in (*SUMS, "mul"):
        (one, other), shape = random, operation.shapes[0].shape
        joined = (product_of if operation.name == "mul" else sum_of)(one, other, shape)
        return None if joined is None else [joined]
    return None


def _unchanged(operation: Operation, operands: list[Any]) -> Any:
    """What adds 0, multiplies by 1, or computes in another precision."""
    first = operands[0]
    name, kind = operation.name, operation.shapes[0].dtype
    if name in ("convert_element_type", "copy", "reduce_precision"):
        return first if jnp.issubdtype(kind, jnp.floating) else None
    random = [each for each in operands if isinstance(each, Random)]
    if len(operands) != 2 or len(random) != 1 or random[0].shape != operation.shapes[0].shape:
        return None
    (other,) = (each for each in operands if isinstance(each, Given))
    in_front = operands[0] is random[0]
    nothing = name in ("add", "add_any") or (name == "sub" and in_front)
    one = name == "mul" or (name == "div" and in_front)
    if other.uniform is None:
        return None
    return random[0] if (nothing and other.uniform == 0) or (one and other.uniform == 1) else None


def _multiplied(operation: Operation, operands: list[Any]) -> Any:
    """A multiple, by numbers: of a Gaussian value it is one, too."""
    random = [each for each in operands if isinstance(each, Random)]
    if len(random) != 1 or operation.name not in ("neg", "mul", "div"):
        return None
    value, others = random[0], [each for each in operands if each is not random[0]]
    if operation.name == "div" and operands[0] is not value:
        return None
    uniform = all(each.uniform is not None for each in others)
    if isinstance(value, Composed) and uniform:
        return None
    factors = [np.asarray(each.value, dtype=np.float64) for each in others]
    squared = factors[0] ** 2 if factors else np.ones(())

    def squares() -> FloatArray:
        moments = second_moments_of(value)
        return np.asarray(moments / squared if operation.name == "div" else moments * squared)

    root = None
    if uniform and isinstance(value, Gaussian):
        root = value, _function(operation, operands, {id(value): _itself})
    return made_of([value], squares, operation.shapes[0].shape, root=root)


def _composed(operation: Operation, operands: list[Any]) -> Any:
    """A function of one Gaussian value."""
    random = [each for each in operands if isinstance(each, Random)]
    given = [each for each in operands if isinstance(each, Given)]
    if any(each.uniform is None for each in given):
        return None
    found = functions_of_one(random)
    if found is None:
        return None
    source = found[0]
    functions = {id(each): function for each, function in zip(random, found[1], strict=True)}
    function = _function(operation, operands, functions)
    return Composed(source.shape, source.ancestors, source=source, function=function)


def _itself(values: Any) -> Any:
    return values


def _function(
    operation: Operation, operands: list[Any], functions: dict[int, Callable[[Any], Any]]
) -> Callable[[Any], Any]:
    """The operation as a function of an array, of which the operands are functions or numbers."""

    def function(values: Any) -> Any:
        given = [
            functions[id(each)](values)
            if id(each) in functions
            else jnp.full(values.shape, each.uniform, jnp.asarray(each.value).dtype)
            for each in operands
        ]
        return operation.apply(given)[0]

    return function


def _shifted(operation: Operation, operands: list[Any]) -> Any:
    """A value of mean 0 plus numbers that differ from entry to entry."""
    random = [each for each in operands if isinstance(each, Random)]
    if operation.name not in SUMS or len(random) != 1 or not random[0].centred:
        return None
    shape, ancestors = operation.shapes[0].shape, random[0].ancestors
    return Moments(
        shape,
        ancestors,
        squares=lambda: second_moments_of(operands[0]) + second_moments_of(operands[1]),
        origins=tuple(operands),
    )


def _selected(operation: Operation, operands: list[Any]) -> Any:
    """One of several values by a condition that is given, as that of dropout."""
    condition, *cases = operands
    if operation.name != "select_n" or not isinstance(condition, Given):
        return None
    if condition.uniform is not None:
        case = cases[int(condition.uniform)]
        return case if isinstance(case, Random) else None
    shape, chosen = operation.shapes[0].shape, np.asarray(condition.value).astype(int)

    def squares() -> FloatArray:
        moments = [np.broadcast_to(second_moments_of(each), shape) for each in cases]
        return np.choose(np.broadcast_to(chosen, shape), moments)

    zeros = all(isinstance(each, Random) or each.uniform == 0 for each in cases)
    random = [each for each in cases if isinstance(each, Random)]
    centred = all(each.centred for each in random) and zeros
    return Moments(
        shape,
        ancestors_of(cases),
        frozenset().union(*(each.centred for each in random)) if centred else frozenset(),
        squares=squares,
        origins=tuple(random),
    )
