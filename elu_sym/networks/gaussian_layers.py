"""Layers of a network as they move a mean and a covariance, written once for NumPy and PyTorch.

What a layer does to the mean and the covariance of its inputs is exact: of any inputs for a dense
layer and for dropout, of jointly Gaussian ones for an activation. The next layer takes what comes
out for Gaussian, too, with the mean and the covariance that it has. That is an approximation, the
only one with the whole covariance. Beside it, variances alone take the units for uncorrelated.

The arithmetic is that of the operators, which all arrays have. What else is needed stands in
:class:`LayerMoments`; it is where NumPy and PyTorch differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from elu_sym.book.activation_pieces import ActivationPieces, activation_pieces
from elu_sym.book.formula import Activation
from elu_sym.networks.activation_argument import ActivationArgument, book_activation_of
from elu_sym.numeric.arguments import POSITIVE, broadcast_arguments

__all__ = [
    "ActivationLayer",
    "DenseLayer",
    "DropoutLayer",
    "GaussianLaw",
    "GaussianLayer",
    "LayerMoments",
    "ResidualLayer",
    "law_after",
]

Array = Any
"""An array of the library at hand."""


@dataclass(frozen=True)
class GaussianLaw:
    """What is known of the units at one place of a network.

    Attributes:
        mean: the means, along the last axis.
        covariance: the covariance matrices along the last two axes; without ``full`` the variances
            along the last one. The axes before are a batch, and broadcast with those of the mean.
        full: whether covariances are kept, or variances alone.
        crosses: with ``full``, the covariances of these units with those at the beginning of each
            residual branch that this place is in, the outermost first.
    """

    mean: Array
    covariance: Array
    full: bool
    crosses: tuple[Array, ...] = ()

    @property
    def variances(self) -> Array:
        """The variances, along the last axis; 0 where rounding has made one negative."""
        found = self.covariance.diagonal(0, -2, -1) if self.full else self.covariance
        return found * (found >= 0.0)

    def with_spread(self, variances: Array, moments: LayerMoments) -> GaussianLaw:
        """The law of the units and independent noise of these variances together."""
        added = moments.on_diagonal(variances) if self.full else variances
        return replace(self, covariance=self.covariance + added)


class LayerMoments(Protocol):
    """What the layers ask of a library of arrays."""

    def moments(self, layer: ActivationLayer, law: GaussianLaw) -> tuple[Array, Array]:
        """The means and the variances of f at every unit."""

    def slopes(self, layer: ActivationLayer, law: GaussianLaw) -> Array:
        """E f' at every unit."""

    def covariances(self, layer: ActivationLayer, law: GaussianLaw) -> Array:
        """The covariances of f at every two units, and 0 on the diagonal."""

    def on_diagonal(self, variances: Array) -> Array:
        """Matrices that have these on the diagonal, and 0 elsewhere."""


class GaussianLayer(Protocol):
    """What can stand in a network."""

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        """The law of what the layer gives."""


def law_after(
    layers: Sequence[GaussianLayer], law: GaussianLaw, moments: LayerMoments
) -> GaussianLaw:
    """The law of what layers give, one after the other."""
    for layer in layers:
        law = layer.after(law, moments)
    return law


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """y = W x + b, with weights that are known, or independent with known means and variances.

    Attributes:
        weights: W, or its mean, of shape (outputs, inputs).
        bias: b, or its mean, of shape (outputs,).
        weight_variances: the variances of the weights, of the same shape; None if they are known.
        bias_variances: the variances of the biases; None if they are known.
    """

    weights: Array
    bias: Array = 0.0
    weight_variances: Array | None = None
    bias_variances: Array | None = None

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        """The law of y: Cov(y_i, y_k) = (W C W^T)_ik, and for i = k sum_j Var W_ij E x_j^2 more."""
        forward = self.weights.swapaxes(0, 1)
        if law.full:
            product = self.weights @ law.covariance @ forward
            covariance = (product + product.swapaxes(-2, -1)) / 2.0
        else:
            covariance = law.covariance @ forward**2
        crosses = tuple(self.weights @ cross for cross in law.crosses)
        found = GaussianLaw(law.mean @ forward + self.bias, covariance, law.full, crosses)
        if self.weight_variances is not None:
            squares = law.variances + law.mean**2
            spread = squares @ self.weight_variances.swapaxes(0, 1)
            found = found.with_spread(spread, moments)
        if self.bias_variances is not None:
            found = found.with_spread(self.bias_variances, moments)
        return found


@dataclass(frozen=True)
class ActivationLayer:
    """y = f(x), unit by unit.

    Attributes:
        activation: an activation of the book.
        parameters: its parameters, in order.

    Examples:
        >>> ActivationLayer.of("celu", alpha=2.0)
        ActivationLayer(activation=<activation celu(x, alpha)>, parameters=(2.0,))
    """

    activation: Activation
    parameters: tuple[float, ...]

    @classmethod
    def of(cls, activation: ActivationArgument, **parameters: float) -> ActivationLayer:
        """An activation with its parameters by name; the others have their defaults.

        Raises:
            TypeError: if a parameter is unknown, or no real number.
            ValueError: if the activation is none of the book, or a parameter is no positive number.
        """
        function = book_activation_of(activation)
        bound = function.bind((), parameters)
        for name, value in bound.items():
            (number,) = broadcast_arguments(**{name: (value, POSITIVE)}).arrays
            if number.ndim:
                raise ValueError(f"{name} has shape {number.shape}: give one number for all units")
        layer = cls(function, tuple(map(float, bound.values())))
        assert layer.pieces  # an error for another shape than two pieces with a bend at 0
        return layer

    @property
    def pieces(self) -> ActivationPieces:
        """The shape of the activation."""
        return activation_pieces(self.activation, self.parameters)

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        """The law of y; Cov(f(x_i), z) = E f'(x_i) Cov(x_i, z) for Gaussian x_i and z (Stein)."""
        mean, variances = moments.moments(self, law)
        if not law.full:
            return GaussianLaw(mean, variances, full=False)
        covariance = moments.covariances(self, law) + moments.on_diagonal(variances)
        crosses = law.crosses
        if crosses:
            slopes = moments.slopes(self, law)[..., None]
            crosses = tuple(slopes * cross for cross in crosses)
        return GaussianLaw(mean, covariance, full=True, crosses=crosses)


@dataclass(frozen=True)
class DropoutLayer:
    """y_i = x_i/(1 - rate) with probability 1 - rate and else 0, independently, as in training.

    Attributes:
        rate: the probability of 0, at least 0 and below 1.
    """

    rate: float

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        """The law of y: the means stay, and variances grow by rate/(1 - rate) E x_i^2."""
        squares = law.variances + law.mean**2
        return law.with_spread(self.rate / (1.0 - self.rate) * squares, moments)


@dataclass(frozen=True)
class ResidualLayer:
    """y = x + branch(x).

    With the whole covariance that of x and branch(x) is carried through the branch: by the weights
    of a dense layer, and by E f' at an activation, which is exact for Gaussian x up to the first
    activation of the branch and the dense layers after it. With variances alone x and branch(x) are
    taken for uncorrelated.

    Attributes:
        branch: the layers of the branch, written as those of a network; it gives as many units as
            it gets.
    """

    branch: Sequence[Any]

    def after(self, law: GaussianLaw, moments: LayerMoments) -> GaussianLaw:
        """The law of y."""
        begin = replace(law, crosses=(*law.crosses, law.covariance)) if law.full else law
        end = law_after(self.branch, begin, moments)
        mean, covariance = law.mean + end.mean, law.covariance + end.covariance
        if not law.full:
            return GaussianLaw(mean, covariance, full=False)
        *outer, inner = end.crosses
        covariance = covariance + (inner + inner.swapaxes(-2, -1))  # symmetric to the last digit
        crosses = tuple(a + b for a, b in zip(law.crosses, outer, strict=True))
        return GaussianLaw(mean, covariance, full=True, crosses=crosses)
