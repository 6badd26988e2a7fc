"""Which activation a function of a library is, by its values, and its second moments.

Libraries write an activation in many ways, which differ from version to version, and users write
their own. The values do not differ: what agrees with an activation at many points is that
activation, with the parameters that the values show. Nothing here knows a library.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from math import pi, sqrt
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import erf, expit

from elu_sym.book.formula import ACTIVATIONS
from elu_sym.networks.initialized_layers import SecondMoment
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.numeric.operations import FloatArray

__all__ = ["RecognizedActivation"]

FARTHEST, PANELS, POINTS = 8.0, 48, 6
"""The quadrature: standard deviations on either side, pieces, points of Gauss's rule in each."""

KINKS = np.arange(-8.0, 8.5, 0.5)
"""Where pieces end, too: the kinks of all activations that have names are among these."""

MANY = 1000
"""Up to so many different variances are asked for one by one; more are interpolated."""

PLACES = np.linspace(-9.0, 9.0, 145)
"""Where an activation is compared with others: it has 0, and the kinks of all that have names."""

FAR = -1e4
"""Where ELU and its kin are at their limit."""

CLOSE, FAIR = 4.0, 16.0
"""How many units of the precision values may differ: those of the book, and those of others."""

ROUGH = 2.0**-20
"""A precision in which the values of two activations may be too near each other to tell."""


class RecognizedActivation:
    """A function of a library, what it is called, and its second moments.

    Args:
        function: from an array of NumPy to one of the same shape, element by element.
        precision: the relative distance of neighbouring numbers as the library computes it.
        certified: whether second moments are as exact as can be, at more cost.

    Attributes:
        name: as in the table of a network, ``elu`` or ``leaky_relu(slope=0.2)``; ``a function``
            if it is not known.
        of_book: the name of the activation of the book that it is, or None.
        parameters: those of the activation of the book.

    Examples:
        >>> mine = lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0)))
        >>> print(RecognizedActivation(mine).name)
        elu(alpha=0.5)
        >>> swish = RecognizedActivation(lambda x: x / (1 + np.exp(-x)))
        >>> print(swish.name, f"{swish.second_moments([1.0])[0]:.9f}")
        silu 0.355775520
    """

    def __init__(
        self,
        function: Callable[[FloatArray], Any],
        precision: float = 2.0**-52,
        certified: bool = False,
    ) -> None:
        """Compare the function with those that are known."""
        self.function, self.precision, self.certified = function, precision, certified
        self.name = "a function"
        self.of_book: str | None = None
        self.parameters: dict[str, float] = {}
        # Once for all, since a library may compile for every shape.
        *near, far = self._values(np.append(PLACES, FAR))
        values = np.array(near)
        if np.allclose(values, PLACES, rtol=CLOSE * precision, atol=0.0):
            self.name = "identity"
            return
        for name, parameters, formula in _of_book(values, -float(far)):
            if np.allclose(values, formula, rtol=CLOSE * precision, atol=precision**1.5):
                self.of_book, self.parameters = name, parameters
                self.name = _called(name, parameters, CLOSE * precision)
                return
        for name, definition in NAMED.items():
            # Where a function is nearly 0 it is a difference of numbers that are not.
            if np.allclose(
                values, definition(PLACES), rtol=FAIR * precision, atol=FAIR * precision
            ):
                self.name = name
                return

    def second_moments(self, variances: Any) -> FloatArray:
        """E f(X)^2 for X ~ N(0, q).

        Args:
            variances: q, at least 0, an array.

        Returns:
            A float64 array of the same shape.

        Accuracy:
            Of an activation of the book that of its formula; of others, if they are to be
            certified, that of :class:`~elu_sym.networks.initialized_layers.SecondMoment`, which
            needs flint for names. Else the functions of the library are integrated in their own
            precision by Gauss's rule, piece by piece, and more than 1000 different variances are
            interpolated; in float32 and for variances up to 100 the largest relative error found
            among the named activations is 1e-7.
        """
        asked, places = np.unique(np.asarray(variances, dtype=np.float64), return_inverse=True)
        deviations = np.sqrt(asked)
        if self.of_book is not None and self.precision < ROUGH:
            found = np.asarray(SecondMoment(self.of_book, **self.parameters)(asked))
        elif self.certified:
            found = np.asarray(self._certified(asked))
        elif asked.size <= MANY:
            found = self._integrated(deviations)
        else:
            knots = np.linspace(deviations[0], deviations[-1], MANY)
            found = CubicSpline(knots, self._integrated(knots))(deviations)
        result: FloatArray = found[places].reshape(np.shape(variances))
        return result

    @cached_property
    def _certified(self) -> SecondMoment:
        named = self.name in NAMED_ACTIVATIONS and find_spec("flint") is not None
        if named:
            return _of_name(self.name)
        return SecondMoment(lambda place: float(self._values(np.array([place]))[0]))

    def _integrated(self, deviations: FloatArray) -> FloatArray:
        nodes, weights = np.polynomial.legendre.leggauss(POINTS)
        with np.errstate(divide="ignore", invalid="ignore"):
            kinks = np.nan_to_num(np.clip(KINKS / deviations[:, None], -FARTHEST, FARTHEST))
        even = np.linspace(-FARTHEST, FARTHEST, PANELS + 1)
        edges = np.sort(np.hstack([np.tile(even, (deviations.size, 1)), kinks]))
        half = np.diff(edges)[:, :, None] / 2.0
        places = edges[:, :-1, None] + half * (1.0 + nodes)
        density = np.exp(-(places**2) / 2.0) / sqrt(2.0 * pi)
        squares = self._values(deviations[:, None, None] * places) ** 2
        found: FloatArray = (squares * density * half * weights).sum(axis=(1, 2))
        return found

    def _values(self, places: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            return np.asarray(self.function(places), dtype=np.float64)


@cache
def _of_name(name: str) -> SecondMoment:
    """The second moment of an activation that has a name, which flint encloses."""
    return SecondMoment(name)


def _called(name: str, parameters: Mapping[str, float], close: float) -> str:
    """A name with those parameters that are not the usual ones."""
    usual = ACTIVATIONS[name].default_parameters
    told = [
        f"{each}={value:.6g}"
        for each, value in parameters.items()
        if abs(value - usual[each]) > close * abs(value)
    ]
    return f"{name}({', '.join(told)})" if told else name


def _of_book(
    values: FloatArray, limit: float
) -> Iterator[tuple[str, dict[str, float], FloatArray]]:
    """The activations of the book, with the parameters that they would have."""
    below, above = np.minimum(PLACES, 0.0), np.maximum(PLACES, 0.0)
    yield "relu", {}, above
    slope, scale = values[0] / PLACES[0], float(values[-1] / PLACES[-1])
    if slope > 0.0:
        yield "leaky_relu", {"slope": float(slope)}, above + slope * below
    if 0.0 < limit < np.inf and 0.0 < scale < np.inf:
        alpha = limit / scale
        yield "elu", {"alpha": limit}, above + limit * np.expm1(below)
        yield "celu", {"alpha": limit}, above + limit * np.expm1(below / limit)
        formula = scale * (above + alpha * np.expm1(below))
        yield "selu", {"alpha": alpha, "scale": scale}, formula


def _softplus(x: FloatArray) -> FloatArray:
    return np.logaddexp(0.0, x)


def _gelu_tanh(x: FloatArray) -> FloatArray:
    return np.asarray(x / 2.0 * (1.0 + np.tanh(sqrt(2.0 / pi) * (x + 0.044715 * x**3))))


def _hard_sigmoid(x: FloatArray) -> FloatArray:
    return np.clip(x + 3.0, 0.0, 6.0) / 6.0


NAMED: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "gelu": lambda x: x / 2.0 * (1.0 + erf(x / sqrt(2.0))),
    "gelu_tanh": _gelu_tanh,
    "quick_gelu": lambda x: x * expit(1.702 * x),
    "silu": lambda x: x * expit(x),
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "softplus": _softplus,
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4.0)) / 2.0,
    "tanh": np.tanh,
    "sigmoid": expit,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": lambda x: x * _hard_sigmoid(x),
    "hard_tanh": lambda x: np.clip(x, -1.0, 1.0),
    "relu6": lambda x: np.clip(x, 0.0, 6.0),
    "squared_relu": lambda x: np.maximum(x, 0.0) ** 2,
    "softsign": lambda x: x / (1.0 + np.abs(x)),
    "log_sigmoid": lambda x: -_softplus(-x),
    "tanhshrink": lambda x: x - np.tanh(x),
    "hardshrink": lambda x: np.where(np.abs(x) > 0.5, x, 0.0),
    "softshrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0.0),
}
"""Activations that are not in the book, in NumPy, by their names in elu_sym."""
