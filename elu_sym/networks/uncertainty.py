"""What an uncertain input makes of the output of a network: its mean and its covariance.

The input is known as a mean and a covariance: the noise of a sensor, pixels that are missing,
weights of which only a distribution is known. Everything here is about the two numbers and the
table that one asks for, the mean, the variance and the covariances of the outputs, and no sample is
drawn.

Of one layer of each kind they are exact, for Gaussian inputs. In a deeper network the inputs of the
second activation layer are not Gaussian, and are taken for it: the result is an approximation, by
moments (assumed density), which is the better the wider the layers and the smaller the uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from elu_sym.book.formula import Activation
from elu_sym.networks.activation_covariances import covariances_between
from elu_sym.networks.gaussian_layers import (
    ActivationLayer,
    DenseLayer,
    DropoutLayer,
    GaussianLaw,
    GaussianLayer,
    ResidualLayer,
    law_after,
)
from elu_sym.numeric.arguments import Domain, broadcast_arguments
from elu_sym.numeric.operations import FloatArray

__all__ = ["Method", "OutputMoments", "checked_law", "propagate"]

Method = Literal["full", "diagonal"]
"""Whether covariances are carried through the network, or variances alone."""

FINITE = Domain(np.isinf, "a finite number")
VARIANCE = Domain(lambda x: (x < 0.0) | (x == np.inf), "a finite variance, zero or more")
PROBABILITY = Domain(lambda x: (x < 0.0) | (x >= 1.0), "a probability, at least 0 and below 1")

TOLERANCE = 1e-6
"""How far, relative to its largest entry, rounding may take a covariance from one."""

KINDS = (
    "a pair (weights, bias), the name of an activation, a DenseLayer, an ActivationLayer,"
    " a DropoutLayer or a ResidualLayer"
)


class OutputMoments(NamedTuple):
    """What is known of the outputs.

    Attributes:
        mean: the means, of shape (..., outputs).
        covariance: the covariances, of shape (..., outputs, outputs), with the axes of a batch only
            where they differ along it; by the method ``"diagonal"`` the variances.
    """

    mean: Any
    covariance: Any


def propagate(
    network: Sequence[Any], mean: Any, covariance: Any, method: Method = "full"
) -> OutputMoments:
    """The mean and the covariance of the outputs of a network with an uncertain input.

    Args:
        network: the layers in order. A pair of weights, of shape (outputs, inputs), and biases is a
            dense layer; the name of an activation is a layer of it. With more to say there are, in
            :mod:`elu_sym.networks.gaussian_layers`, ``DenseLayer`` with variances of the weights,
            ``ActivationLayer.of`` with parameters, ``DropoutLayer`` and ``ResidualLayer``.
        mean: the mean of the input, of shape (..., inputs).
        covariance: its covariance, of shape (..., inputs, inputs): one, or one for each mean. By
            the method ``"diagonal"`` its variances, which broadcast to the means.
        method: ``"full"``, or ``"diagonal"`` to carry variances alone, as if all units were
            uncorrelated at every layer: n numbers for n^2, and a cruder approximation.

    Returns:
        The mean and the covariance of the outputs, by the method ``"diagonal"`` the variances; NaN
        where they depend on one.

    Raises:
        TypeError: if an argument is no array of real numbers, or a layer none of those above.
        ValueError: if shapes do not fit, a covariance is not symmetric or has a negative
            eigenvalue, a number is not finite, or a name is unknown; the message names the layer.

    Accuracy:
        A network of dense layers and dropout: exact by ``"full"``, whatever the law of the input.
        One activation layer, with dense layers of known weights before it and any after it: exact
        by ``"full"`` for a Gaussian input. Deeper networks, and dropout or weights with variances
        before an activation: an approximation, which takes what comes into each activation layer
        for jointly Gaussian. ``"diagonal"`` is exact for the means and variances of the first dense
        layer and activation, if the inputs are uncorrelated, and beyond takes units for that which
        are not: in trained networks variances may come out ten times too small and worse. Neither
        is a bound, nor says anything of the shape of the distribution of the outputs. The rounding
        is that of the formulas of the book and of
        :func:`~elu_sym.numeric.joint_expectations.joint_expectation`.

    Source:
        Frey, Hinton: Variational learning in nonlinear Gaussian belief networks, Neural Computation
        11, 1999, for the moments of a unit; with the exact covariances of ELU and its kin here.

    Examples:
        >>> network = [([[1.0, 2.0], [0.5, -1.0]], [0.0, 0.5]), "elu", ([[1.0, 1.0]], [0.0])]
        >>> output = propagate(network, mean=[0.2, -0.1], covariance=[[0.5, 0.2], [0.2, 0.3]])
        >>> print(f"{output.mean[0]:.6f} +- {np.sqrt(output.covariance[0, 0]):.6f}")
        1.031799 +- 1.047914
        >>> simpler = propagate(network, [0.2, -0.1], [0.5, 0.3], method="diagonal")
        >>> print(f"{simpler.mean[0]:.6f} +- {np.sqrt(simpler.covariance[0]):.6f}")
        0.955847 +- 1.171844
    """
    law = checked_law(mean, covariance, method)
    layers = _read(network, law.mean.shape[-1], "network")
    found = law_after(layers, law, _NumPyMoments())
    return OutputMoments(found.mean, found.covariance)


def checked_law(mean: Any, covariance: Any, method: Method) -> GaussianLaw:
    """The law of an input whose mean and covariance have been checked.

    Args:
        mean: as for :func:`propagate`.
        covariance: as there.
        method: as there.

    Raises:
        TypeError: as there.
        ValueError: as there.
    """
    if method not in get_args(Method):
        known = " or ".join(map(repr, get_args(Method)))
        raise ValueError(f"method = {method!r}: give {known}")
    if method == "diagonal":
        checked = broadcast_arguments(mean=(mean, FINITE), covariance=(covariance, VARIANCE))
        if not checked.shape:
            raise ValueError(f"mean = {mean!r} is a number: give an array of shape (..., inputs)")
        shapes = [each.shape for each in checked.arrays]
        if len(shapes[1]) > max(len(shapes[0]), 1):
            raise ValueError(
                f'covariance has shape {shapes[1]} and mean {shapes[0]}: method="diagonal" takes'
                " variances, an array of the shape of the mean or one that broadcasts to it; a"
                ' covariance is for method="full"'
            )
        means, variances = (np.broadcast_to(each, checked.shape) for each in checked.arrays)
        return GaussianLaw(means, variances, full=False)
    (means,) = broadcast_arguments(mean=(mean, FINITE)).arrays
    (matrices,) = broadcast_arguments(covariance=(covariance, FINITE)).arrays
    units = means.shape[-1:]
    if not units or matrices.shape[-2:] != (*units, *units):
        wanted = f"(..., {units[0]}, {units[0]})" if units else "(..., inputs, inputs)"
        given = f"mean has shape {means.shape} and covariance {matrices.shape}"
        raise ValueError(
            f"{given}: give a mean of shape (..., inputs) and a covariance of shape {wanted}, or"
            ' variances by method="diagonal"'
        )
    try:
        np.broadcast_shapes(means.shape[:-1], matrices.shape[:-2])
    except ValueError:
        raise ValueError(
            f"the batch of mean has shape {means.shape[:-1]} and that of covariance"
            f" {matrices.shape[:-2]}: give one covariance, or one for each mean"
        ) from None
    _check_covariance(matrices)
    return GaussianLaw(means, matrices, full=True)


def _check_covariance(matrices: FloatArray) -> None:
    """Refuse what is no covariance, but for rounding.

    Raises:
        ValueError: naming the entries, or the matrix and its eigenvalue.
    """
    mirrored = matrices.swapaxes(-2, -1)
    scale = TOLERANCE * np.abs(matrices).max(axis=(-2, -1), keepdims=True, initial=0.0)
    uneven = np.argwhere(np.abs(matrices - mirrored) > scale)
    if len(uneven):
        index = tuple(map(int, uneven[0]))
        mirror = (*index[:-2], index[-1], index[-2])
        raise ValueError(
            f"covariance{[*index]} = {matrices[index]} and covariance{[*mirror]} ="
            f" {matrices[mirror]}: give a symmetric matrix"
        )
    known = np.isfinite(matrices).all(axis=(-2, -1))
    least = np.linalg.eigvalsh(matrices[known]).min(axis=-1, initial=0.0)
    negative = np.argwhere(least < -matrices.shape[-1] * scale[known][..., 0, 0])
    if len(negative):
        place = [*map(int, np.argwhere(known)[negative[0, 0]])] if known.ndim else ""
        raise ValueError(
            f"covariance{place} has the eigenvalue {least[tuple(negative[0])]:.6g}: give a"
            " covariance, which has none below 0"
        )


class _NumPyMoments:
    """The moments of an activation layer by the formulas of the book."""

    def moments(self, layer: ActivationLayer, law: GaussianLaw) -> tuple[FloatArray, FloatArray]:
        arguments = (law.mean, np.sqrt(law.variances), *layer.parameters)
        return layer.activation.mean(*arguments), layer.activation.variance(*arguments)

    def slopes(self, layer: ActivationLayer, law: GaussianLaw) -> FloatArray:
        deviations = np.sqrt(law.variances)
        found: FloatArray = layer.activation.derivative_mean(
            law.mean, deviations, *layer.parameters
        )
        return found

    def covariances(self, layer: ActivationLayer, law: GaussianLaw) -> FloatArray:
        return covariances_between(layer.pieces, law.mean, law.covariance)

    def on_diagonal(self, variances: FloatArray) -> FloatArray:
        # No product: a variance that is not known is none of the covariances beside it.
        return np.where(np.eye(variances.shape[-1], dtype=bool), variances[..., None], 0.0)


def _read(network: Sequence[Any], units: int, name: str) -> list[GaussianLayer]:
    """The layers with checked arrays.

    Raises:
        TypeError: if one is no layer.
        ValueError: if shapes do not fit, or a number is outside its domain.
    """
    if isinstance(network, str) or not isinstance(network, Sequence):
        raise TypeError(
            f"{name} is a {type(network).__name__}: give a list of layers, each {KINDS}"
        )
    layers: list[GaussianLayer] = []
    for index, given in enumerate(network):
        place, layer = f"{name}[{index}]", given
        if isinstance(given, tuple) and len(given) == 2:
            layer = DenseLayer(*given)
        elif isinstance(given, str | Activation):
            layer = _activation(given, place)
        if isinstance(layer, DenseLayer):
            layer = _dense(layer, units, place)
            units = layer.weights.shape[0]
        elif isinstance(layer, ResidualLayer):
            layer = _residual(layer, units, place)
        elif isinstance(layer, DropoutLayer):
            layer = _dropout(layer, place)
        elif not isinstance(layer, ActivationLayer):
            raise TypeError(f"{place} is a {type(layer).__name__}: give {KINDS}")
        layers.append(layer)
    return layers


def _activation(given: str | Activation, place: str) -> ActivationLayer:
    try:
        return ActivationLayer.of(given)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error


def _dropout(layer: DropoutLayer, place: str) -> DropoutLayer:
    (rate,) = broadcast_arguments(**{f"{place}.rate": (layer.rate, PROBABILITY)}).arrays
    if rate.ndim:
        raise ValueError(f"{place}.rate has shape {rate.shape}: give one number for all units")
    return DropoutLayer(float(rate))


def _dense(layer: DenseLayer, units: int, place: str) -> DenseLayer:
    arrays: dict[str, Any] = {}
    for name, domain in (
        ("weights", FINITE),
        ("bias", FINITE),
        ("weight_variances", VARIANCE),
        ("bias_variances", VARIANCE),
    ):
        value = getattr(layer, name)
        if value is not None or name in ("weights", "bias"):  # which cannot be left out
            arrays[name] = broadcast_arguments(**{f"{place}.{name}": (value, domain)}).arrays[0]
    weights = arrays["weights"]
    if weights.ndim != 2 or weights.shape[1] != units:
        raise ValueError(
            f"{place}: weights of shape {weights.shape} are fed by {units} units: give weights of"
            f" shape (outputs, {units})"
        )
    for name in arrays.keys() - {"weights"}:
        shape = weights.shape if name == "weight_variances" else weights.shape[:1]
        try:
            arrays[name] = np.broadcast_to(arrays[name], shape)
        except ValueError:
            raise ValueError(
                f"{place}: {name} of shape {arrays[name].shape} for weights of shape"
                f" {weights.shape}: give numbers of shape {shape}"
            ) from None
    return replace(layer, **arrays)


def _residual(layer: ResidualLayer, units: int, place: str) -> ResidualLayer:
    branch = _read(layer.branch, units, f"{place}.branch")
    dense = [each for each in branch if isinstance(each, DenseLayer)]
    if dense and dense[-1].weights.shape[0] != units:
        raise ValueError(
            f"{place}: the branch gives {dense[-1].weights.shape[0]} units and is added to {units}:"
            " give a last dense layer with as many outputs"
        )
    return ResidualLayer(branch)
