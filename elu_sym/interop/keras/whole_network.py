"""All weights of a model of Keras by one call, and a table of what each layer gives.

Importable from :mod:`elu_sym.interop.keras`. Needs the extra ``keras``.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from random import randrange
from typing import Any, Literal

import keras
import numpy as np

from elu_sym.interop.keras.call_rules import CallRules
from elu_sym.interop.keras.kernels import KernelLayer
from elu_sym.interop.keras.model_calls import Graph, graph_of
from elu_sym.interop.keras.tried_calls import to_numpy
from elu_sym.interop.signals import Unknown
from elu_sym.networks.initialized_layers import InitializedNetwork, LeftAlone
from elu_sym.numeric.operations import FloatArray

__all__ = ["initialize"]

Distribution = Literal["truncated_normal", "untruncated_normal", "uniform"]

DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")

TRUNCATED = 0.87962566103423978
"""The standard deviation of a standard normal variable between -2 and 2."""


def initialize(
    model: Any,
    batch: Any,
    *,
    distribution: Distribution = "truncated_normal",
    redraws: int = 8,
    seed: int | None = None,
) -> InitializedNetwork:
    """Draw the weights of every layer of a model by what feeds it, and measure what comes out.

    The graph of the model is followed, as it is at inference: through dense layers, embeddings and
    convolutions, with their padding, strides, groups and dilation, transposed and separable ones
    among them, through activations, whether they are arguments of layers, layers or operations,
    sums, products and concatenations. The rules are those of
    :mod:`elu_sym.networks.initialized_layers`. Biases of these layers are 0. What feeds a layer is
    measured where it is not known beforehand, as behind pooling, attention or a normalization of
    each sample. Other layers with variables are left alone, and so are layers that are not
    trainable.

    Args:
        model: a ``keras.Sequential``, or a ``keras.Model`` of inputs and outputs, with other such
            models in it; a sequence that is not built is built for the batch.
        batch: what it is called with, some hundred samples of the data, scaled as for training: an
            array, or a list or mapping of arrays.
        distribution: ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``; the
            variance is the same.
        redraws: over how many draws of all weights the second moments are measured; 0 measures
            nothing that need not be. Values that are still needed are kept for every draw.
        seed: a whole number, from which the weights follow on every backend; by default another one
            on every call, which ``keras.utils.set_random_seed`` makes repeatable.

    Returns:
        A table, to be printed. Second moments are those of what a layer gives before its bias and
        activation, the mean over its outputs and the batch.

    Raises:
        TypeError: if ``model`` is no model of Keras, or ``redraws`` or ``seed`` no whole number.
        ValueError: if the model has no graph, as a subclass with a ``call`` of its own, does not
            run on the batch, or has no layer to initialize; if the batch is not finite, or
            ``distribution`` or ``redraws`` is none. The weights are as before then.

    Accuracy:
        The predicted second moments are means over the draws of the weights, to leading order in
        the widths, computed in float32: they are off by a share of order 1/width. Approximate, and
        marked so, are those that take for Gaussian a sum over fewer than 16 channels, as of a
        depthwise convolution, where an activation follows.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with the exact second moments in place of 1/2;
        see :mod:`elu_sym.networks.initialized_layers` for residual branches.

    Examples:
        >>> model = keras.Sequential([
        ...     keras.layers.Dense(400, activation="elu"),
        ...     keras.layers.Dense(300), keras.layers.ELU(), keras.layers.Dense(3),
        ... ])
        >>> samples = np.random.default_rng(0).standard_normal((50, 20))
        >>> table = initialize(model, samples, seed=1)
        >>> [layer.rule for layer in table.layers]
        ['first layer', 'fed by elu', 'fed by elu']
        >>> print(f"{table.layers[2].gain:.3f}")
        1.247
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model is of type {type(model).__name__}: give a keras.Model")
    if distribution not in DISTRIBUTIONS:
        choices = ", ".join(map(repr, DISTRIBUTIONS))
        raise ValueError(f"distribution = {distribution!r} is none of {choices}")
    if isinstance(redraws, bool) or index(redraws) < 0:
        raise ValueError(f"redraws = {redraws!r}: give a whole number of at least 0")
    data = [keras.ops.convert_to_tensor(each) for each in keras.tree.flatten(batch)]
    for number, each in enumerate(data):
        if not np.isfinite(to_numpy(each)).all():
            raise ValueError(f"batch is not finite everywhere, in array {number}")
    try:
        model(batch)
    except Exception as error:
        raise ValueError(
            f"model(batch) fails with {type(error).__name__}: {error}; give arrays of the shapes"
            " that the model takes"
        ) from error
    graph = graph_of(model)
    data = [
        keras.ops.cast(each, tensor.dtype) for each, tensor in zip(data, model.inputs, strict=True)
    ]
    found = CallRules(graph, data)
    left = tuple(LeftAlone(*each) for each in found.left_alone.items())
    if not found.layers:
        listed = "; ".join(f"{each.name}: {each.reason}" for each in left)
        raise ValueError(f"model has no layer whose weights can be drawn ({listed or 'none'})")
    drawing = _Drawing(randrange(2**31) if seed is None else seed, distribution)
    if redraws or any(isinstance(layer.feeding, Unknown) for layer in found.layers):
        measured = _measured(graph, found, data, drawing, max(redraws, 1))[:redraws]
    else:
        for layer in found.layers:
            layer.decide()
        measured = np.empty((0, len(found.layers)))
    rows = tuple(layer.row(column) for layer, column in zip(found.layers, measured.T, strict=True))
    for layer in found.layers:
        layer.kernel.variable.assign(drawing.weights(layer, max(redraws, 1)))
    for call in graph.calls:
        bias = getattr(call.operation, "bias", None)
        if bias is not None and call.results[0] in found.called:
            bias.assign(np.zeros(bias.shape))
    return InitializedNetwork(rows, left, redraws)


class _Drawing:
    """Weights, from NumPy's random numbers, which are the same on every backend."""

    def __init__(self, seed: int, distribution: str) -> None:
        self.seed, self.distribution = index(seed), distribution

    def weights(self, layer: KernelLayer, draw: int) -> Any:
        """The weights of a layer in one of the draws."""
        variable = layer.kernel.variable
        assert layer.variance is not None
        of_name = np.frombuffer(layer.name.encode(), dtype=np.uint8).tolist()
        rng = np.random.default_rng([self.seed, draw, *of_name])
        standard = self._standard(rng, tuple(variable.shape))
        values = np.asarray(layer.variance**0.5 * standard, dtype=np.float32)
        return keras.ops.cast(keras.ops.convert_to_tensor(values), variable.dtype)

    def _standard(self, rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Numbers of mean 0 and variance 1."""
        if self.distribution == "uniform":
            return rng.uniform(-(3.0**0.5), 3.0**0.5, shape)
        values = rng.standard_normal(shape)
        if self.distribution == "untruncated_normal":
            return values
        while (far := np.abs(values) > 2.0).any():
            values[far] = rng.standard_normal(int(far.sum()))
        return values / TRUNCATED


def _measured(
    graph: Graph, found: CallRules, data: Sequence[Any], drawing: _Drawing, draws: int
) -> FloatArray:
    """Decide the variances of the layers, and measure what they give, for each draw.

    The calls are done one after another, each for all draws, so what feeds a layer can be measured
    before the variance of its weights is decided.
    """
    lists: dict[int, list[Any]] = dict(zip(graph.inputs, ([each] for each in data), strict=True))
    last = {place: number for number, call in enumerate(graph.calls) for place in call.operands}
    measured = []
    for number, call in enumerate(graph.calls):
        given = [lists[place] for place in call.operands]
        layers = found.called.get(call.results[0], ())
        if layers:
            values = given[0]
            for own, first in layers:
                if own is first:
                    fed = own.feeding
                    if isinstance(fed, Unknown) and fed.second_moments is None:
                        fed.second_moments = np.mean([to_numpy(each) ** 2 for each in values], 0)
                    own.decide()
                values = [
                    own.kernel.multiply(values[draw % len(values)], drawing.weights(first, draw))
                    for draw in range(draws)
                ]
                if own is first:
                    measured.append([float((to_numpy(each) ** 2).mean()) for each in values])
            activation = getattr(call.operation, "activation", None)
            lists[call.results[0]] = [activation(each) for each in values] if activation else values
        else:
            count = max(map(len, given), default=1)
            every = [
                call.apply([each[draw % len(each)] for each in given]) for draw in range(count)
            ]
            for place, results in zip(call.results, zip(*every, strict=True), strict=True):
                lists[place] = list(results)
        for place in call.operands:
            if last[place] == number:
                lists.pop(place, None)
    return np.array(measured).T
