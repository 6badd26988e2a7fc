"""Formulas on JAX: ``jit``, ``vmap``, ``grad``, in float32, or float64 where JAX has it enabled.

The derivatives with respect to mu, sigma and the parameters are those of the closed form, proved
and printed by :mod:`elu_sym.generate.gradients`, and no differentiation of what computes the value;
they can be taken once. Values cannot be looked at while JAX traces: then an element outside of the
domain is NaN, where otherwise it is an error. Each formula is compiled once for each shape, which
takes seconds; many regimes are evaluated everywhere. Needs the extra ``jax``.

Accuracy:
    In units of ulp(F) + eps sum abs(x dF/dx), eps = 2^-52 or 2^-23, the sum over the arguments, an
    error is at most 8 for a formula, and for a derivative, in the same measure with the derivative
    in place of F, at most 64: for sigma up to 30 and parameters from 0.1 to 10, for CELU in units
    of alpha and not where it is nearly linear, see :mod:`elu_sym.numeric`. In float32 mu and sigma
    are to be from 1e-6 to 1e6 as well. XLA takes subnormal numbers for zero, so this holds for
    results that are at least 1/eps times the smallest normal number. At mu = sigma = 0 a derivative
    that is infinite is that of the rest, and finite: see :mod:`elu_sym.interop.torch`.
"""

from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from elu_sym.book.formula import Formula
from elu_sym.interop import selecting
from elu_sym.interop.selecting import Function, evaluate
from elu_sym.numeric.arguments import broadcast_arguments

__all__ = ["jax_function"]


def jax_function(formula: Formula) -> Function:
    """A formula as a function of JAX arrays that can be transformed.

    Args:
        formula: a formula of the book.

    Returns:
        A function of the arguments of the formula, by position or name, with the same defaults:
        real arrays that broadcast, and whatever else the formula takes. The result is of float64 if
        an array is (see ``jax_enable_x64``), else of float32; numbers do not widen it. An element
        is NaN where an argument is NaN, or traced and outside of its domain; values that can be
        looked at raise what the formula raises. Derivatives are those of the closed form, at
        sigma = 0 and infinite mu those of the limit; they can be taken once.

    Raises:
        TypeError: if ``formula`` is not in the book.
        ValueError: if it has no gradient.

    Examples:
        >>> from elu_sym import mean
        >>> slope = jax.vmap(jax.grad(jax_function(mean)), in_axes=(0, None, None))
        >>> slopes = slope(jnp.array([-1.0, 0.0, 1.0]), 1.0, 1.0)  # P[X > 0] + E[e^X; X < 0]
        >>> [f"{value:.4f}" for value in slopes.tolist()]
        ['0.4619', '0.7616', '0.9433']
    """
    evaluated = _evaluated(formula)

    def function(*values: Any, **named: Any) -> Any:
        return evaluated(*_arrays(formula, formula.bind(values, named)))

    function.__doc__ = formula.__doc__
    return function


@cache
def _evaluated(formula: Formula) -> Function:
    """A formula and its derivative at arrays of one shape and precision."""
    function, gradient = selecting.value_and_gradient(formula)

    @partial(jax.jit, inline=True)
    def value_at(*arguments: Any) -> Any:
        (value,) = evaluate(function, _Jax(arguments[0].dtype.name), *arguments)
        return value

    @jax.custom_jvp
    @jax.jit
    def slopes_at(*arguments: Any) -> Any:
        return evaluate(gradient, _Jax(arguments[0].dtype.name), *arguments)

    @slopes_at.defjvp
    def second_derivative(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
        raise NotImplementedError(f"{formula.id} has no second derivatives on JAX")

    evaluated = jax.custom_jvp(value_at)

    @partial(evaluated.defjvp, symbolic_zeros=True)
    def derivative(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
        slopes = slopes_at(*primals)
        total = jnp.zeros_like(primals[0])
        for slope, tangent in zip(slopes, tangents, strict=True):
            if not isinstance(tangent, SymbolicZero):  # a slope may be infinite
                total = total + slope * tangent
        return evaluated(*primals), total

    return evaluated


class _Jax(selecting.SelectingOperations):
    """The operations of JAX in one precision."""

    def __init__(self, dtype: str) -> None:
        super().__init__(jnp, dtype)
        self.dtype = dtype

    def maximum(self, x: Any, y: float) -> Any:
        return jnp.maximum(x, self.within_range(y))

    def minimum(self, x: Any, y: float) -> Any:
        return jnp.minimum(x, self.within_range(y))

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return jnp.where(condition, jnp.asarray(x, self.dtype), jnp.asarray(y, self.dtype))

    def index(self, x: Any, last: int) -> Any:
        # Where the regime does not apply, any piece will do.
        return jnp.clip(jnp.nan_to_num(x, nan=0.0), 0, last).astype(jnp.int32)

    def entry(self, table: tuple[float, ...], index: Any) -> Any:
        return jnp.asarray(table, self.dtype)[index]

    def row(self, table: tuple[tuple[float, ...], ...], index: Any) -> tuple[Any, ...]:
        rows = _apart(jnp.asarray(table, self.dtype)[index])
        return tuple(rows[..., k] for k in range(len(table[0])))

    def choose(self, condition: Any, yes: Function, no: Function, *values: Any) -> Any:
        return _apart(super().choose(condition, yes, no, *values))


def _apart(values: Any) -> Any:
    """Keep XLA from fusing what makes the values into each of their uses.

    It would compute them again in every one, which takes several times as long, and the compilation
    as well.
    """
    return jax.lax.optimization_barrier(values)


def _arrays(formula: Formula, given: dict[str, Any]) -> list[Any]:
    """The arguments as arrays of one shape and precision, checked where they have values."""
    for name, value in given.items():
        if not isinstance(value, jax.Array):
            checked = broadcast_arguments(**{name: (value, formula.domains[name])}).arrays[0]
            if not isinstance(value, np.ndarray | np.generic):
                given[name] = value = checked if checked.ndim else float(checked)
        kind = jnp.result_type(value)
        if not (jnp.issubdtype(kind, jnp.integer) or jnp.issubdtype(kind, jnp.floating)):
            raise TypeError(f"{name} has dtype {kind}: give real numbers")
        if kind in (jnp.float16, jnp.bfloat16):
            raise TypeError(f"{name} has dtype {kind}: give an array of float32")
        if isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer):
            broadcast_arguments(**{name: (np.asarray(value), formula.domains[name])})
    dtype = jnp.result_type(*given.values(), 0.0)
    if dtype not in (jnp.float32, jnp.float64):
        dtype = jnp.float32
    shape = selecting.broadcast_shape({name: jnp.shape(value) for name, value in given.items()})
    return [jnp.broadcast_to(jnp.asarray(value, dtype), shape) for value in given.values()]
