r"""What the initialization of a whole network did, layer by layer, and the rules that it follows.

Nothing here knows a framework: PyTorch, JAX and Keras find the layers, each in its own way, and
share the rules, the table and its words.

The rules. Weights are independent, of mean 0 and variance gain**2/fan, so the second moment of what
a layer gives is gain**2 times that of what feeds it, whatever the law of that is.

- the first layer, fed by data, keeps what it gets: gain 1;
- every other one is fed by f(X), X ~ N(0, q), and has gain**2 = target/E f(X)**2, where q is the
  variance that there is, not always 1: :class:`SecondMoment`, :func:`gain_for`. The target is 1;
- the last layer of each of L residual branches has the target 1/L, :func:`branch_target`, so that
  the stream that they are added to grows from 1 to 2, however deep the network is.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter, index
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtr

from elu_sym.book.formula import Activation
from elu_sym.networks.activation_argument import ActivationArgument, activation_of, parameters_of
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments
from elu_sym.numeric.operations import FloatArray

__all__ = [
    "InitializedLayer",
    "InitializedNetwork",
    "LeftAlone",
    "SecondMoment",
    "branch_target",
    "gain_for",
]

NODES = 12
"""Points of an octave of variances at which a moment that is no formula is computed."""

FEW = 24
"""Up to so many variances, each is computed at its own point."""

MANY = 4096
"""Of more variances than this it is not asked whether they are few different ones."""

VANISHING = 2.0**-200
"""What has no more variance than this is taken for constant."""

VARIANCE = Domain(lambda x: (x < 0.0) | (x == np.inf), "a finite number of at least 0")


class SecondMoment:
    """E f(X)^2 as a function of the variance of X ~ N(0, variance), for many variances at once.

    Args:
        activation: f, any activation that :func:`elu_sym.gain` takes.
        **parameters: its parameters, numbers; by default its own.

    Raises:
        TypeError: if the activation is none, or has no parameter of a name that is given.
        ValueError: if its name is unknown, or a parameter is outside of its domain.

    Accuracy:
        That of the formula for an activation of the book. For every other, more than 24 different
        variances, or 4096 of any, are interpolated in their logarithm, in each octave between 12
        Chebyshev points at which the moment is certified, or estimated. At variances from 2^-10 to
        2^10 this adds at most 4.2e-12 of the sum of moment and variance for hardshrink, which
        jumps, and 1.2e-13 for every other named activation, measured.

    Examples:
        >>> moment = SecondMoment("elu")
        >>> print(moment([0.0, 0.5, 1.0, 2.0]).round(6))
        [0.       0.348101 0.644945 1.200114]
        >>> print(f"{SecondMoment('leaky_relu', slope=0.2)(3.0):.6f}")
        1.560000
    """

    def __init__(self, activation: ActivationArgument = "elu", **parameters: float) -> None:
        """Bind the parameters; nothing is computed yet."""
        self.activation = activation_of(activation)
        self._parameters = parameters_of(self.activation, None, parameters)
        self._octaves: dict[int, FloatArray] = {}

    def __call__(self, variance: Any) -> Any:
        """The second moments.

        Args:
            variance: that of X, at least 0 and finite, scalar or array; 0 gives f(0)^2.

        Returns:
            A float64 of this shape, a float32 if the array is one; NaN where a variance is NaN.

        Raises:
            TypeError: if it is no real number or array.
            ValueError: if it is negative or infinite.
        """
        checked = broadcast_arguments(variance=(variance, VARIANCE))
        given: FloatArray = np.asarray(checked.arrays[0], dtype=np.float64)
        if isinstance(self.activation, Activation):
            moments = self.activation.second_moment(0.0, np.sqrt(given), **self._parameters)
            return checked.result(np.asarray(moments, dtype=np.float64))
        found = np.full_like(given, np.nan)
        known = ~np.isnan(given)
        moments = self._of_values(np.maximum(np.float64(VANISHING), given[known]))
        # What is left of f(0)^2 = 0 there would make a gain of 2^100.
        nothing = (given[known] <= VANISHING) & (moments < VANISHING**0.5)
        found[known] = np.where(nothing, 0.0, moments)
        return checked.result(found)

    def _of_values(self, variances: FloatArray) -> FloatArray:
        if variances.size <= MANY:  # sorting more would take longer than what it saves
            different, places = np.unique(variances, return_inverse=True)
            if different.size <= FEW:
                return self._one_by_one(different)[places]
        logarithms = np.log2(variances)
        octaves = np.floor(logarithms).astype(int)
        found = np.empty_like(variances)
        for octave in range(octaves.min(), octaves.max() + 1):
            here = octaves == octave
            if not here.any():
                continue
            if octave not in self._octaves:
                points = octave + (1.0 + np.polynomial.chebyshev.chebpts1(NODES)) / 2.0
                values = self._one_by_one(np.exp2(points))
                fitted = np.polynomial.chebyshev.chebfit(
                    2.0 * (points - octave) - 1.0, values, NODES - 1
                )
                self._octaves[octave] = np.asarray(fitted, dtype=np.float64)
            inside = 2.0 * (logarithms[here] - octave) - 1.0
            found[here] = np.polynomial.chebyshev.chebval(inside, self._octaves[octave])
        return found

    def _one_by_one(self, variances: FloatArray) -> FloatArray:
        deviations = np.sqrt(variances).tolist()
        return np.array([float(self.activation.second_moment(0.0, each)) for each in deviations])


def gain_for(second_moment: Any, target: Any = 1.0) -> Any:
    """The gain of a layer by the second moment of what feeds it.

    Args:
        second_moment: of the inputs of the layer, the mean over them where they differ, positive
            and finite, scalar or array.
        target: what the second moment of the outputs shall be, positive and finite.

    Returns:
        sqrt(target/second_moment), a float64 of the broadcast shape: weights of mean 0 and variance
        gain**2/fan give the target, whatever the law of the inputs is.

    Raises:
        TypeError: if an argument is no real number or array.
        ValueError: if a value is not positive or not finite, or the shapes do not broadcast.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, equation 10, with the second moment in place of
        that of ReLU.

    Examples:
        >>> print(f"{gain_for(SecondMoment('elu')(1.0)):.6f} {gain_for(0.5):.6f}")
        1.245198 1.414214
        >>> print(f"{gain_for(SecondMoment('elu')(1.5), branch_target(8)):.6f}")
        0.367308
    """
    checked = broadcast_arguments(
        second_moment=(second_moment, POSITIVE), target=(target, POSITIVE)
    )
    moment, wanted = checked.arrays
    return checked.result(np.sqrt(wanted) / np.sqrt(moment))


def branch_target(branches: int) -> float:
    """The second moment that each of so many residual branches adds to their stream: 1/branches.

    A branch whose last weights are independent of the stream x, with mean 0, adds exactly its own
    second moment to that of x. With q -> q + 1/L the stream grows from 1 to 2 over L branches,
    however many they are, and every branch has the same share in it. With the usual gains the
    stream would double at every branch. A branch that adds 0 at the start, as where its last
    weights are 0, would keep the stream at 1, but then no other weight of it learns at first.

    Args:
        branches: how many branches are added to the stream, at least 1.

    Raises:
        TypeError: if this is no whole number.
        ValueError: if it is below 1.

    Source:
        S. Hayou, E. Clerico, B. He, G. Deligiannidis, A. Doucet, J. Rousseau, Stable ResNet,
        AISTATS 2021, section 3: the factor 1/sqrt(L) for each branch. The exact map is
        :func:`elu_sym.networks.meanfield.residual_variance_map`.

    Examples:
        >>> branch_target(8)
        0.125
        >>> from elu_sym import residual_variance_map
        >>> stream, moment = 1.0, SecondMoment("elu")
        >>> for _ in range(8):
        ...     weights = gain_for(moment(stream), branch_target(8)) ** 2
        ...     stream = residual_variance_map(stream, weights)
        >>> print(f"{stream:.12f}")
        2.000000000000
    """
    if isinstance(branches, bool | np.bool_):
        raise TypeError(f"branches = {branches!r}: give a whole number of at least 1")
    count = index(branches)
    if count < 1:
        raise ValueError(f"branches = {count}: give a whole number of at least 1")
    return 1.0 / count


@dataclass(frozen=True)
class InitializedLayer:
    """A layer whose weights were drawn.

    Attributes:
        name: its name in the network.
        rule: what its variance was taken for, in words, as ``"fed by elu"``.
        fan: how many weights meet in an output, on average.
        gain: the standard deviation of the weights times the root of the fan.
        predicted: the mean of the second moments of its outputs over the draws of all weights, to
            leading order in the width; None where it is not known.
        measured: their mean over the draws that were made; None if nothing was measured.
        standard_error: that of the mean; None with fewer than two draws.
        draws: over how many draws it was measured; 0 takes the standard error for exact.
        approximate: whether the prediction takes for Gaussian what is only nearly so, however wide
            the network is, as sums over a few channels, and what a normalization gives.

    Examples:
        >>> layer = InitializedLayer("2", "fed by elu", 64, 1.245198, 1.0, 1.03, 0.02)
        >>> print(f"{layer.z:.2f} {layer.weight_variance:.6f}")
        1.50 0.024227
    """

    name: str
    rule: str
    fan: float
    gain: float
    predicted: float | None = None
    measured: float | None = None
    standard_error: float | None = None
    approximate: bool = False
    draws: int = 0

    @property
    def weight_variance(self) -> float:
        """The variance of the weights."""
        return self.gain**2 / self.fan

    @property
    def z(self) -> float | None:
        """How far measured and predicted are apart, as a normal score; None where it is not known.

        The standard error is measured, too, so the distance in units of it follows Student's t
        distribution with one degree of freedom less than draws; the score is as improbable.
        """
        if self.predicted is None or self.measured is None or not self.standard_error:
            return None
        distance = (self.measured - self.predicted) / self.standard_error
        if self.draws < 2:
            return distance
        return math.copysign(float(ndtri(stdtr(self.draws - 1, -abs(distance)))), distance)


@dataclass(frozen=True)
class LeftAlone:
    """A layer that is as it was.

    Attributes:
        name: its name in the network.
        reason: why its weights were not drawn.
    """

    name: str
    reason: str


COLUMNS = ("layer", "rule", "fan", "gain", "predicted", "measured", "z")

UNKNOWN = "-"


@dataclass(frozen=True)
class InitializedNetwork:
    """What was done to a network: a table to print, and the numbers in it.

    Attributes:
        layers: the layers whose weights were drawn, in the order in which they are called.
        left_alone: what was not touched.
        redraws: over how many draws of all weights the second moments were measured.

    Examples:
        >>> first = InitializedLayer("0", "first layer", 64, 1.0, 1.0, 0.99, 0.02)
        >>> second = InitializedLayer("2", "fed by elu", 32, 1.245198, 1.0)
        >>> table = InitializedNetwork((first, second), (LeftAlone("1", "a norm"),), 8)
        >>> print(table)
        layer  rule         fan   gain  predicted     measured     z
        0      first layer   64  1.000      1.000  0.990±0.020  -0.5
        2      fed by elu    32  1.245      1.000            -     -
        second moments of outputs over 8 draws of the weights
        left alone: 1 (a norm)
        >>> table
        <InitializedNetwork: 2 layers initialized, 1 left alone; print() shows the table>
        >>> table["2"].gain
        1.245198
    """

    layers: tuple[InitializedLayer, ...]
    left_alone: tuple[LeftAlone, ...] = ()
    redraws: int = 0

    def __getitem__(self, name: str) -> InitializedLayer:
        """The layer of a name.

        Raises:
            KeyError: if none of this name was initialized; the message says why.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        for other in self.left_alone:
            if other.name == name:
                raise KeyError(f"{name} was left alone: {other.reason}")
        known = ", ".join(repr(layer.name) for layer in self.layers)
        raise KeyError(f"{name!r} is no layer of the network: there are {known}")

    @property
    def unpredicted(self) -> tuple[InitializedLayer, ...]:
        """The layers whose second moments are not known beforehand."""
        return tuple(layer for layer in self.layers if layer.predicted is None)

    def __repr__(self) -> str:
        return (
            f"<InitializedNetwork: {len(self.layers)} layers initialized,"
            f" {len(self.left_alone)} left alone; print() shows the table>"
        )

    def __str__(self) -> str:
        rows = [COLUMNS, *map(_cells, self.layers)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        aligned = [
            "  ".join(
                cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*aligned, *self._notes()])

    def _repr_html_(self) -> str:
        """The table of a notebook."""
        rows = [("th", COLUMNS), *(("td", _cells(layer)) for layer in self.layers)]
        body = "".join(
            f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"
            for tag, row in rows
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"<table>{body}</table>{notes}"

    def _notes(self) -> Iterator[str]:
        if self.redraws:
            draws = "1 draw" if self.redraws == 1 else f"{self.redraws} draws"
            yield f"second moments of outputs over {draws} of the weights"
        if any(layer.approximate for layer in self.layers):
            yield "≈ takes for Gaussian what is only nearly so"
        if self.unpredicted:
            names = ", ".join(layer.name for layer in self.unpredicted)
            yield f"unpredicted: {names}"
        reason = attrgetter("reason")
        for why, group in groupby(sorted(self.left_alone, key=reason), key=reason):
            yield f"left alone: {', '.join(each.name for each in group)} ({why})"


def _cells(layer: InitializedLayer) -> Sequence[str]:
    predicted = UNKNOWN if layer.predicted is None else _shown(layer.predicted)
    return (
        layer.name,
        layer.rule,
        f"{layer.fan:g}",
        _shown(layer.gain),
        f"≈{predicted}" if layer.approximate and layer.predicted is not None else predicted,
        _measured(layer.measured, layer.standard_error),
        UNKNOWN if layer.z is None else f"{layer.z:+.1f}",
    )


def _measured(value: float | None, error: float | None) -> str:
    """A measurement to two digits of its error."""
    if value is None:
        return UNKNOWN
    if error is None:
        return _shown(value)
    if not 1e-5 < error < 100.0:
        return f"{_shown(value)}±{error:.1e}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f}±{error:.{digits}f}"


def _shown(value: float) -> str:
    """Three decimals where these are enough to see it, four digits elsewhere."""
    if value == 0.0 or 1e-2 <= abs(value) < 1e4:
        return f"{value:.3f}"
    return f"{value:.3e}" if math.isfinite(value) else str(value)
