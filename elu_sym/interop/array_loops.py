"""What fills arrays with the results of a formula, of its gradient or of its second derivatives.

It is a compiled function, which reads arrays of any strides and writes float32 or float64, or where
nothing is compiled NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elu_sym.interop.selecting import generated_function
from elu_sym.numeric.evaluation import evaluate
from elu_sym.numeric.function import compiled_module

__all__ = ["array_loop"]

Arrays = Sequence[NDArray[Any]]


@cache
def array_loop(name: str) -> Callable[[Arrays, Arrays], None]:
    """A function of arguments and results, arrays of one shape and type, that writes the results.

    A result is NaN where an argument is NaN or outside of its domain.

    Args:
        name: the name that :func:`elu_sym.interop.selecting.generated_function` takes.

    >>> arguments, result = [np.array([0.5, 0.5]), np.array([1.0, -1.0])], np.empty(2)
    >>> array_loop("relu_mean")(arguments, [result])
    >>> result
    array([0.69779656,        nan])
    """
    compiled: Any = getattr(compiled_module(), name, None)

    def by_compiled(arguments: Arrays, results: Arrays) -> None:
        with np.errstate(all="ignore"):
            compiled(*arguments, out=tuple(results))

    def by_numpy(arguments: Arrays, results: Arrays) -> None:
        mu, sigma, *parameters = arguments
        sigma = np.where((sigma >= 0.0) & (sigma < np.inf), sigma, np.nan)
        inside = (np.where((x > 0.0) & (x < np.inf), x, np.nan) for x in parameters)
        with np.errstate(all="ignore"):
            found = evaluate(generated_function(name), mu, sigma, *inside)
            for result, values in zip(results, found, strict=True):
                result[...] = values

    return by_numpy if compiled is None else by_compiled
