"""The moments of an activation that is only known by its values: estimates, and they say so.

A function of Python, NumPy, PyTorch or JAX is a black box: between the points at which it is asked
it may do anything, so no quadrature can prove its error. What comes back is an :class:`Estimate`, a
number that carries the error that was estimated. Give an expression of SymPy, or a name, for a
value that is certified.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from functools import cached_property
from math import exp, isfinite, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from elu_sym.networks.certified_activation import FINITE, KEPT, WithoutParameters
from elu_sym.numeric.arguments import POSITIVE, broadcast_arguments

__all__ = ["Estimate", "EstimatedActivation"]

FARTHEST = 38
"""Standard deviations beyond which the density is no double."""


class Estimate(float):
    """A number that was estimated, with an estimate of its error.

    Examples:
        >>> Estimate(0.5, 1e-9)
        Estimate(0.5, error=1e-09)
    """

    error: float

    def __new__(cls, value: float, error: float) -> Estimate:
        """Make a number of both."""
        estimate = super().__new__(cls, value)
        estimate.error = float(error)
        return estimate

    def __reduce__(self) -> tuple[Any, ...]:
        return Estimate, (float(self), self.error)

    def __repr__(self) -> str:
        return f"Estimate({float(self)!r}, error={self.error:.1g})"


class EstimatedActivation(WithoutParameters):
    """A black box with estimates of its moments under X ~ N(mu, sigma^2).

    Args:
        function: takes a number and gives one, or the same for tensors of PyTorch without
            dimensions; a ``torch.nn.Module``, whose parameters are taken as they are now, in the
            mode of evaluation and in double precision.

    Raises:
        TypeError: if the function gives no real number for the number 1/2, or mixes the elements
            of a tensor.

    Accuracy:
        The error that an adaptive Gauss-Kronrod rule estimates over pieces of one standard
        deviation: a guess, not a bound. The derivative is that of PyTorch's autograd; of another
        function it is a difference quotient, and its error is taken from a second one.

    Examples:
        >>> swish = EstimatedActivation(lambda x: x / (1 + np.exp(-x)))
        >>> moment = swish.second_moment(0, 1)
        >>> print(f"{moment:.12f}, {moment.error < 1e-10}")
        0.355775519817, True
        >>> print(f"{swish.gain():.12f}")
        1.676532470331
    """

    source = "a function that is known by its values only"

    def __init__(self, function: Callable[[Any], Any]) -> None:
        """Try the function at one number."""
        self.function = function
        # It is never the name of an activation that has one.
        self.name = f"function {getattr(function, '__name__', type(function).__name__)}"
        try:
            self._value(0.5)
        except Exception as error:
            raise TypeError(
                f"activation = {self.name} gives no real number for 0.5 ({error}): give a function"
                " of one number or of a tensor without dimensions"
            ) from error
        if self._torch is not None and self._torch.mixes_elements:
            raise TypeError(
                f"activation = {self.name} gives an element of a tensor another value than it has"
                " alone: give a function that acts on each element, as no softmax does"
            )

    def mean(self, mu: float, sigma: float = 1.0) -> Estimate:
        """E f(X).

        Args:
            mu: the mean of X, a finite number.
            sigma: its standard deviation, positive and finite.

        Raises:
            TypeError: if an argument is an array, or no real number.
            ValueError: if a value is outside its domain, or the integral is not finite.
        """
        return self._mean(lambda x: self._value(x), mu, sigma)

    def second_moment(self, mu: float, sigma: float = 1.0) -> Estimate:
        """E f(X)^2; see :meth:`mean`."""
        return self._mean(lambda x: self._value(x) ** 2, mu, sigma)

    def variance(self, mu: float, sigma: float = 1.0) -> Estimate:
        """Var f(X); see :meth:`mean`."""
        center = self.mean(mu, sigma)
        spread = self._mean(lambda x: (self._value(x) - center) ** 2, mu, sigma)
        return Estimate(spread, spread.error + center.error**2)

    def derivative_second_moment(self, mu: float, sigma: float = 1.0) -> Estimate:
        """E f'(X)^2; see :meth:`mean`."""
        if (torch := self._torch) is not None:
            return self._mean(lambda x: torch.slope(x) ** 2, mu, sigma)
        step = self._unit ** (1 / 3)
        wide = self._mean(lambda x: self._quotient(x, 2 * step) ** 2, mu, sigma)
        narrow = self._mean(lambda x: self._quotient(x, step) ** 2, mu, sigma)
        return Estimate(narrow, abs(wide - narrow) + wide.error + narrow.error)

    def gain(
        self, mu: float = 0.0, sigma: float = 1.0, preserve: str = "second_moment"
    ) -> Estimate:
        """The factor for the weights of a layer that is fed by the activation.

        Args:
            mu: the mean of the pre-activation, a finite number.
            sigma: its standard deviation, positive and finite.
            preserve: ``"second_moment"``, ``"variance"`` or ``"gradient"``, as for
                :func:`elu_sym.gain`.

        Raises:
            TypeError: as for :meth:`mean`.
            ValueError: as for :meth:`mean`, and if ``preserve`` is unknown or the moment is 0.
        """
        if preserve not in KEPT:
            raise ValueError(f"preserve = {preserve!r} is none of {', '.join(map(repr, KEPT))}")
        moment: Estimate = getattr(self, KEPT[preserve])(mu, sigma)
        if not moment > 0.0:
            raise ValueError(
                f"mu = {mu}, sigma = {sigma}: the {KEPT[preserve]} of {self.name} is {moment!r},"
                " and the gain one over its root"
            )
        unit = 1.0 if preserve == "gradient" else float(sigma)
        value = unit / sqrt(moment)
        return Estimate(value, value * moment.error / (2.0 * moment))

    def __repr__(self) -> str:
        return f"<activation {self.name}, estimated>"

    def _value(self, x: float) -> float:
        if self._torch is not None:
            return self._torch.value(x)
        return float(self.function(np.float64(x)))

    @cached_property
    def _torch(self) -> _OfTensors | None:
        """The function of tensors; None if it takes numbers."""
        torch = sys.modules.get("torch")
        if torch is None:
            return None
        if isinstance(self.function, torch.nn.Module):
            return _OfTensors(copy.deepcopy(self.function).double().eval())
        try:
            value = self.function(np.float64(0.5))
        except Exception:  # in its own way every function of tensors refuses a number
            return _OfTensors(self.function)
        return _OfTensors(self.function) if isinstance(value, torch.Tensor) else None

    @cached_property
    def _unit(self) -> float:
        """The relative distance of neighbouring numbers in what the function gives."""
        if self._torch is not None:
            return self._torch.unit
        kind = np.asarray(self.function(np.float64(0.5))).dtype
        if kind.kind in "biu":  # whole numbers are exact
            return float(np.finfo(np.float64).eps)
        if kind.kind != "f":
            raise TypeError(
                f"activation = {self.name} gives a number of type {kind}: let it give a float32 or"
                " a float64"
            )
        return float(np.finfo(kind).eps)

    def _quotient(self, x: float, step: float) -> float:
        left, right = (x + sign * step * max(1.0, abs(x)) for sign in (-1.0, 1.0))
        return (self._value(right) - self._value(left)) / (right - left)

    def _mean(self, g: Callable[[float], float], mu: Any, sigma: Any) -> Estimate:
        from scipy.integrate import quad

        checked = broadcast_arguments(mu=(mu, FINITE), sigma=(sigma, POSITIVE))
        if checked.shape:
            raise TypeError(
                f"mu and sigma have the shape {checked.shape}: {self.name} is integrated at one"
                " point at a time; give numbers"
            )
        mean, deviation = map(float, checked.arrays)

        def density(z: float) -> float:
            place = mean + deviation * z
            try:
                height = g(place)
            except (ArithmeticError, ValueError) as error:
                raise ValueError(
                    f"activation = {self.name} gives no real number for {place} ({error}): give one"
                    " that does for every number"
                ) from error
            return height * exp(-z * z / 2.0) / sqrt(2.0 * pi)

        places = range(-FARTHEST, FARTHEST)
        size = sum(abs(density(place + 0.5)) for place in places)
        ends, cuts = (-FARTHEST, FARTHEST), [*places][1:]
        tolerances = {"epsabs": 1e-15 * size, "epsrel": 1e-13, "limit": 1000}
        value, error, *_ = quad(density, *ends, points=cuts, full_output=True, **tolerances)
        if not isfinite(value) or not isfinite(size):
            raise ValueError(f"mu = {mu}, sigma = {sigma}: E g(X) of {self.name} is {value}")
        return Estimate(value, error + self._unit * size)


class _OfTensors(NamedTuple):
    """A function of tensors of PyTorch as one of numbers, with its derivative."""

    function: Callable[[Any], Any]

    def value(self, x: float) -> float:
        import torch

        with torch.no_grad():
            return float(self.function(torch.tensor(x, dtype=torch.float64)))

    @property
    def mixes_elements(self) -> bool:
        """Whether elements of a tensor change each other, if it takes several."""
        import torch

        places = torch.tensor([0.5, -1.0], dtype=torch.float64)
        with torch.no_grad():
            try:
                together = self.function(places)
                alone = torch.stack([self.function(place) for place in places])
            except Exception:  # in its own way, as a function that branches does
                return False
        return together.shape != alone.shape or not torch.allclose(together, alone, equal_nan=True)

    @property
    def unit(self) -> float:
        """The relative distance of neighbouring numbers in what the function gives."""
        import torch

        kind = torch.as_tensor(self.function(torch.tensor(0.5, dtype=torch.float64))).dtype
        return float(torch.finfo(kind if kind.is_floating_point else torch.float64).eps)

    def slope(self, x: float) -> float:
        import torch

        place = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        value = self.function(place)
        if not value.requires_grad:  # a constant
            return 0.0
        (slope,) = torch.autograd.grad(value, place)
        return float(slope)
