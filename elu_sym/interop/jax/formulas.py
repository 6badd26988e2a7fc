"""Formulas on JAX: ``jit``, ``vmap``, ``grad``, ``hessian``, in the precision of the arrays.

On the CPU XLA calls the functions that NumPy's arrays get, in double precision and on all
processors; nothing is compiled but the call. On accelerators every regime is evaluated everywhere
and selected, compiled once for each shape, which takes seconds.

The derivatives with respect to mu, sigma and the parameters are those of the closed form, proved
and printed by :mod:`elu_sym.generate.gradients`, and no differentiation of what computes the value.
The second ones are forward derivatives of the first, :mod:`elu_sym.numeric.dual_numbers`; the third
do not exist. Values cannot be looked at while JAX
traces: then an element outside of the domain is NaN, where otherwise it is an error. Needs the
extra ``jax``.

An array that lies on several devices is computed where it lies inside ``jax.shard_map``; elsewhere
XLA gathers it, as for any foreign call. ``jax.export`` asks to be told that foreign calls are
meant, ``DisabledSafetyCheck.custom_call("elu_sym.mean")``, or ``"elu_sym.mean_gradient"`` and
``"elu_sym.mean_hessian"``; where it is called, the function has been called before.

Accuracy:
    On the CPU that of :mod:`elu_sym.numeric`, rounded to the type of the arrays.
    On accelerators, in units of ulp(F) + eps sum abs(x dF/dx), eps = 2^-52 or 2^-23, the sum over
    the arguments, an error is at most 8 for a formula, and for a derivative, in the same measure
    with the derivative in place of F, at most 64: for sigma up to 30 and parameters from 0.1 to 10,
    for CELU in units of alpha and not where it is nearly linear, see :mod:`elu_sym.numeric`. In
    float32 mu and sigma are to be from 1e-6 to 1e6 as well. XLA takes subnormal numbers for zero,
    so this holds for results that are at least 1/eps times the smallest normal number.
    The derivative H of F by x and y is measured in units of eps times abs(H) + sum abs(z dH/dz) +
    abs(dF/dx)/size(y) + abs(dF/dy)/size(x), the sum over the arguments z, where the size of mu is
    sigma: on the CPU, for sigma from 0.01 to 30 and parameters from 0.1 to 10, not where CELU is
    nearly linear, the largest error found is 61, and the median 0.1. Float16 and bfloat16 are
    computed in float32 or more. At mu = sigma = 0 a derivative that is infinite is that of the
    rest, and finite: see :mod:`elu_sym.interop.torch`.
"""

from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from elu_sym.book.formula import Formula
from elu_sym.interop import selecting
from elu_sym.interop.jax.formula_primitive import VALUE, bind
from elu_sym.interop.selecting import Function
from elu_sym.numeric.arguments import broadcast_arguments

__all__ = ["jax_function"]

NARROW = jnp.float16, jnp.bfloat16
TYPES = *NARROW, jnp.float32, jnp.float64


def jax_function(formula: Formula) -> Function:
    """A formula as a function of JAX arrays that can be transformed.

    Args:
        formula: a formula of the book.

    Returns:
        A function of the arguments of the formula, by position or name, with the same defaults:
        real arrays that broadcast, and whatever else the formula takes. The result is of the type
        that JAX gives to their sum, of float16, bfloat16, float32 or float64 (see
        ``jax_enable_x64``); numbers do not widen it. An element is NaN where an argument is NaN,
        or traced and outside of its domain; values that can be looked at raise what the formula
        raises. Derivatives are those of the closed form, at sigma = 0 and infinite mu those of the
        limit; they can be taken twice.

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
    selecting.value_and_gradient(formula)
    evaluated = _evaluated(formula)

    def function(*values: Any, **named: Any) -> Any:
        arrays, dtype = _arrays(formula, formula.bind(values, named))
        value = evaluated(*arrays)
        return value.astype(dtype) if dtype in NARROW else value

    function.__doc__ = formula.__doc__
    return function


@cache
def _evaluated(formula: Formula) -> Function:
    """A formula at arrays of one shape and precision."""

    @partial(jax.jit, inline=True)
    def value_at(*arguments: Any) -> Any:
        (value,) = bind(formula.id, VALUE, arguments)
        return value

    return value_at


def _arrays(formula: Formula, given: dict[str, Any]) -> tuple[list[Any], Any]:
    """The arguments as arrays of one shape and precision, checked where they have values.

    And the type of the result, which may be narrower.
    """
    for name, value in given.items():
        if not isinstance(value, jax.Array):
            checked = broadcast_arguments(**{name: (value, formula.domains[name])}).arrays[0]
            if not isinstance(value, np.ndarray | np.generic):
                given[name] = value = checked if checked.ndim else float(checked)
        kind = jnp.result_type(value)
        if not (jnp.issubdtype(kind, jnp.integer) or jnp.issubdtype(kind, jnp.floating)):
            raise TypeError(f"{name} has dtype {kind}: give real numbers")
        if jnp.issubdtype(kind, jnp.floating) and kind not in TYPES:
            raise TypeError(f"{name} has dtype {kind}: give an array of float32")
        if isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer):
            if kind in NARROW:  # which NumPy may not know
                value = value.astype(jnp.float32)
            broadcast_arguments(**{name: (np.asarray(value), formula.domains[name])})
    dtype = jnp.result_type(*given.values(), 0.0)
    precision = jnp.float64 if dtype == jnp.float64 else jnp.float32
    shapes = {name: jnp.shape(value) for name, value in given.items()}
    try:
        shape = jnp.broadcast_shapes(*shapes.values())
    except ValueError:
        shape = selecting.broadcast_shape(shapes)  # raises what NumPy's arrays would
    arrays = [jnp.broadcast_to(jnp.asarray(value, precision), shape) for value in given.values()]
    return arrays, dtype
