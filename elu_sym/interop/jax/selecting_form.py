"""The generated functions on arrays of JAX, every regime evaluated everywhere and selected.

It is for accelerators; on the CPU XLA calls the compiled functions.
"""

from typing import Any

import jax
import jax.numpy as jnp

from elu_sym.interop import selecting
from elu_sym.interop.selecting import Function


def values(function: Function, *arguments: Any) -> tuple[Any, ...]:
    """Return the values of a generated function in the precision of its arguments."""
    return selecting.evaluate(function, _Jax(arguments[0].dtype.name), *arguments)


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
