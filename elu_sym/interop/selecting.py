"""Formulas on array libraries that evaluate every regime everywhere and select.

That is the form where no compiled function and no kernel can be called, as on most accelerators.
PyTorch and JAX trace and differentiate whole arrays; an index that depends on values is a detour
there, or impossible. So each regime is evaluated at all elements and the result is selected, and
where an element is none of the interior (sigma = 0, an infinite mu, NaN) the interior is evaluated
at mu = 0 and sigma = 1 and discarded. Nothing is computed in another precision than that of the
arrays: constants and tables are taken in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from elu_sym.book.formula import FORMULAS, Formula
from elu_sym.numeric import _generated, _gradients
from elu_sym.numeric.arguments import LOCATION, broadcast_arguments
from elu_sym.numeric.dual_numbers import hessian_of
from elu_sym.numeric.law import LimitLaw, NormalLaw
from elu_sym.numeric.operations import NUMPY, Array, halved_product_rest

Function = Callable[..., Any]


class SelectingOperations:
    """What the two libraries have in common of ``elu_sym.numeric.operations.Operations``.

    A subclass adds what the libraries call by other names.

    Attributes:
        least: as there; in single precision the exponential of it is small enough, and the fourth
            root of what is left is none that underflows.
        unit: as there.
        splitter: as there.
        smallest: the smallest normal number.
        largest: the largest number.
    """

    least: float
    unit: float
    splitter: float
    where: Callable[[Array, Any, Any], Array]

    def __init__(self, library: Any, dtype: str) -> None:
        """Take the functions of a library and the constants of ``float32`` or ``float64``."""
        self.exp, self.expm1 = library.exp, library.expm1
        self.sqrt, self.hypot = library.sqrt, library.hypot
        limits = np.finfo(dtype)
        single = dtype == "float32"
        self.least = -40.0 if single else NUMPY.least
        self.unit = 2.0**-50 if single else NUMPY.unit
        self.splitter = 2.0**12 + 1.0 if single else NUMPY.splitter
        self.smallest, self.largest = float(limits.tiny), float(limits.max)

    def within_range(self, y: float) -> float:
        """Return a constant as a number of the precision."""
        magnitude = min(abs(y), self.largest)
        magnitude = max(magnitude, self.smallest) if y else 0.0
        return -magnitude if y < 0.0 else magnitude

    def decay(self, x: Array) -> Array:
        """Return e^min(x, 0)."""
        return self.exp(self.minimum(x, 0.0))

    def minimum(self, x: Array, y: float) -> Array:
        """Return the smaller of x and y."""
        raise NotImplementedError

    def multiply_add(self, x: Array, y: Array, z: Array | float) -> Array:
        """Return x y + z."""
        return x * y + z

    def product_rest(self, product: Array, x: Array, y: Array) -> Array:
        """Return x y - product, exactly, for the rounded product of x and y."""
        return halved_product_rest(self.splitter, product, x, y)

    def whole(self, function: Function, *arguments: Any) -> Any:
        """Return ``function(self, *arguments)``."""
        return function(self, *arguments)

    def ordinary_unit(self, x: Array) -> Array:
        """Return powers of two that bring positive x between ``unit`` and its reciprocal."""
        large, small = x > 1.0 / self.unit, x < self.unit
        return self.where(large, self.unit, self.where(small, 1.0 / self.unit, 0.0 * x + 1.0))

    def choose(self, condition: Array, yes: Function, no: Function, *values: Any) -> Any:
        """Return ``yes(*values)`` where the condition holds, elsewhere ``no(*values)``."""
        found, other = yes(*values), no(*values)
        if not isinstance(found, tuple):
            return self.where(condition, found, other)
        pairs = zip(found, other, strict=True)
        return tuple(self.where(condition, x, y) for x, y in pairs)


def evaluate(function: Function, ops: Any, *arguments: Array) -> tuple[Array, ...]:
    """Return the values of a function of a law and of parameters, the limits included.

    Args:
        function: a generated function.
        ops: the operations of the library, in the precision of the arrays.
        *arguments: mu, sigma and the parameters, arrays of one shape and precision.

    Returns:
        Arrays of the shape, NaN where an argument is NaN or outside of its domain.
    """
    mu, sigma, *parameters = arguments
    present = (mu == mu) & (sigma >= 0.0) & (sigma <= ops.largest)
    for parameter in parameters:
        present = present & (parameter > 0.0) & (parameter <= ops.largest)
    finite = abs(mu) <= ops.largest
    inside = present & finite & (sigma > 0.0)
    parameters = [ops.where(present, parameter, 1.0) for parameter in parameters]
    law = NormalLaw(ops, ops.where(inside, mu, 0.0), ops.where(inside, sigma, 1.0))
    limit = LimitLaw(ops, ops.where(present, mu, 0.0), ops.where(present, sigma, 0.0))
    found = zip(
        _tuple(function(law, *parameters)), _tuple(function(limit, *parameters)), strict=True
    )
    values = []
    for value, at_limit in found:
        # sigma = 0 times something infinite, where the law is a point far away.
        at_limit = ops.where(at_limit == at_limit, at_limit, 0.0)
        values.append(ops.where(present, ops.where(inside, value, at_limit), float("nan")))
    return tuple(values)


def _tuple(values: Any) -> tuple[Array, ...]:
    return values if isinstance(values, tuple) else (values,)


def check_in_book(name: str, formula: Any) -> None:
    """Refuse what is no formula of the book.

    Raises:
        TypeError: naming the argument.
    """
    if not (isinstance(formula, Formula) and FORMULAS.get(formula.id) is formula):
        raise TypeError(f"{name} = {formula!r} is not in the book: give one of FORMULAS")


def broadcast_shape(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The common shape of arguments.

    Raises:
        ValueError: if there is none, with the message for NumPy's arrays.
    """
    zeros = {name: (np.broadcast_to(0.0, shape), LOCATION) for name, shape in shapes.items()}
    return broadcast_arguments(**zeros).shape


def value_and_gradient(formula: Formula) -> tuple[Function, Function]:
    """The generated functions of a formula of the book.

    Raises:
        TypeError: if ``formula`` is not in the book.
        ValueError: if it has no gradient, since its closed form is no combination of primitives.
    """
    check_in_book("formula", formula)
    gradient = getattr(_gradients, f"{formula.function_name}_gradient", None)
    if gradient is None:
        raise ValueError(f"{formula.id} has no gradient: use the backend 'numpy'")
    return getattr(_generated, formula.function_name), gradient


SUFFIXES = ("", "_gradient", "_hessian")
"""What the name of the function of a formula ends with, by the order of the derivatives."""


def generated_function(name: str) -> Function:
    """The function of a law and of parameters of a name: a formula, or its derivatives.

    Args:
        name: the ``function_name`` of a formula, with one of ``SUFFIXES``.
    """
    _, gradient, hessian = SUFFIXES
    if name.endswith(hessian):
        return hessian_of(generated_function(name.removesuffix(hessian) + gradient))
    found: Function = getattr(_gradients if name.endswith(gradient) else _generated, name)
    return found
