"""A function of JAX as one list of operations, which can be read, and run again.

What JAX records of a function is a jaxpr, in which functions that are jitted, or have derivatives
of their own, are nested. Here they are written out where they are called, so that a network is one
list from top to bottom, whatever library its layers are from. Needs the extra ``jax``.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from elu_sym.numeric.operations import FloatArray

__all__ = ["Constant", "Operation", "Trace", "apply_primitive", "in_float32", "trace"]

INLINED = frozenset(
    {
        *("jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint"),
        *("custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr", "custom_lin"),
    }
)
"""The primitives that only call a function."""

BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")
"""The parameters under which they keep it."""


class Constant(NamedTuple):
    """An operand that has a value as it is."""

    value: Any


class Operation(NamedTuple):
    """One primitive of JAX with what it is applied to.

    Attributes:
        primitive: the primitive.
        parameters: its parameters by name.
        operands: places of earlier results, or constants.
        results: the places of its results.
        shapes: the shapes and types of its results.
    """

    primitive: Any
    parameters: dict[str, Any]
    operands: tuple[int | Constant, ...]
    results: tuple[int, ...]
    shapes: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The name of the primitive, as ``dot_general``."""
        return str(self.primitive.name)

    def apply(self, operands: Sequence[Any]) -> list[Any]:
        """The results of the operation at these operands."""
        return apply_primitive(self.primitive, self.parameters, operands)


class Trace(NamedTuple):
    """What a function does.

    Attributes:
        inputs: the places of its arguments, leaf by leaf.
        operations: what is done, in order.
    """

    inputs: tuple[int, ...]
    operations: tuple[Operation, ...]


def trace(function: Callable[..., Any], *arguments: Any) -> Trace:
    """Record a function.

    Args:
        function: a function of trees of arrays.
        *arguments: what it is applied to; only shapes and types matter.

    Returns:
        The list of its operations.

    Examples:
        >>> found = trace(jax.jit(lambda x: jax.nn.relu(x) + 1.0), jax.numpy.ones(3))
        >>> [operation.name for operation in found.operations]
        ['max', 'add']
    """
    closed = jax.make_jaxpr(function)(*arguments)
    operations: list[Operation] = []
    places = iter(range(10**12))
    inputs = tuple(next(places) for _ in closed.jaxpr.invars)
    _write_out(closed.jaxpr, closed.consts, inputs, operations, places)
    return Trace(inputs, tuple(operations))


def _write_out(
    jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Any], found: list[Operation], places: Any
) -> list[int | Constant]:
    """Append the operations of a jaxpr, and say where its outputs are."""
    where: dict[Any, int | Constant] = dict(zip(jaxpr.invars, inputs, strict=True))
    where.update(zip(jaxpr.constvars, map(Constant, constants), strict=True))

    def place(variable: Any) -> int | Constant:
        return Constant(variable.val) if isinstance(variable, Literal) else where[variable]

    for equation in jaxpr.eqns:
        operands = tuple(map(place, equation.invars))
        body = next((equation.params[name] for name in BODIES if name in equation.params), None)
        if equation.primitive.name in INLINED and body is not None:
            inner, its_constants = getattr(body, "jaxpr", body), getattr(body, "consts", ())
            outputs = _write_out(inner, its_constants, operands, found, places)
            where.update(zip(equation.outvars, outputs, strict=True))
            continue
        results = tuple(next(places) for _ in equation.outvars)
        where.update(zip(equation.outvars, results, strict=True))
        shapes = tuple(variable.aval for variable in equation.outvars)
        found.append(Operation(equation.primitive, equation.params, operands, results, shapes))
    return [place(variable) for variable in jaxpr.outvars]


def apply_primitive(
    primitive: Any, parameters: dict[str, Any], operands: Sequence[Any]
) -> list[Any]:
    """The results of a primitive as a list, also of one that has a single result."""
    bound = primitive.get_bind_params(parameters)
    # JAX gives what is called apart from the rest, later versions in one.
    functions, rest = bound if isinstance(bound, tuple) else ((), bound)
    found = primitive.bind(*functions, *operands, **rest)
    return list(found) if primitive.multiple_results else [found]


def in_float32(values: FloatArray) -> Any:
    """An array of JAX, with infinity for what is beyond its range."""
    with np.errstate(over="ignore"):
        return jnp.asarray(np.asarray(values, dtype=np.float32))
