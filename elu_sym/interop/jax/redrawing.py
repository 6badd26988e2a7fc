"""A network of JAX with weights drawn again and again, and what its layers give.

The operations are done one after another, each for all draws, so what feeds a layer can be measured
before the variance of its weights is decided. Needs the extra ``jax``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from elu_sym.interop.jax.parameters import Parameter
from elu_sym.interop.jax.propagation import Propagation
from elu_sym.interop.jax.traced_operations import Constant, Operation, Trace
from elu_sym.interop.signals import Unknown
from elu_sym.numeric.operations import FloatArray

__all__ = ["Drawing"]

TRUNCATED = 0.87962566103423978
"""The standard deviation of a standard normal variable between -2 and 2."""


class Drawing:
    """Draws of the weights of a network.

    Args:
        found: its layers with weights.
        leaves: the leaves of its parameters, for all that is not drawn.
        distribution: ``"truncated_normal"``, ``"normal"`` or ``"uniform"``.
    """

    def __init__(self, found: Propagation, leaves: Sequence[Any], distribution: str) -> None:
        """Nothing is drawn yet."""
        self.found, self.leaves, self.distribution = found, leaves, distribution
        self.by_leaf = {layer.key: layer for layer in found.layers}

    def parameters(self, key: Any) -> list[Any]:
        """All leaves, by a key."""
        return [self.leaf(index, key) for index in range(len(self.leaves))]

    def leaf(self, index: int, key: Any) -> Any:
        """One of them."""
        like = self.leaves[index]
        if index not in self.by_leaf:
            return like
        variance = self.by_leaf[index].variance
        if variance is None:
            raise RuntimeError("weights are drawn before their variance is decided")
        deviation = variance**0.5
        return _weights(key, index, deviation, like.shape, like.dtype, self.distribution)

    def second_moments(
        self,
        network: Trace,
        data: Sequence[Any],
        keys: Any,
    ) -> FloatArray:
        """Decide the variances of the layers, and measure what they give.

        Args:
            network: its operations.
            data: the inputs that are no parameters.
            keys: one for each draw, at least one.

        Returns:
            The mean squares of the outputs, with an axis of draws and one of layers.
        """
        rehearsal = _Rehearsal(self, network, data, keys)
        layers = {layer.place: layer for layer in self.found.layers}
        measured = []
        for number, operation in enumerate(network.operations):
            place = operation.results[0] if operation.results else -1
            if isinstance(self.found.values.get(place), Parameter):
                continue  # until a layer needs it: its variance is not decided yet
            layer = layers.get(place)
            if layer is not None:
                fed = layer.feeding
                if isinstance(fed, Unknown) and fed.second_moments is None:
                    fed.second_moments = rehearsal.second_moments(operation.operands[1 - layer.at])
                layer.decide()
            rehearsal.do(operation, number)
            if layer is not None:
                measured.append(rehearsal.mean_squares(place))
        return np.array(measured).T


@partial(jax.jit, static_argnames=("shape", "kind", "distribution"))
def _weights(
    key: Any, index: int, deviation: float, shape: tuple[int, ...], kind: Any, distribution: str
) -> Any:
    """Weights of mean 0 and some standard deviation, compiled once for each shape."""
    own = jax.random.fold_in(key, index)
    if distribution == "normal":
        standard = jax.random.normal(own, shape)
    elif distribution == "uniform":
        standard = jax.random.uniform(own, shape, minval=-(3.0**0.5), maxval=3.0**0.5)
    else:
        standard = jax.random.truncated_normal(own, -2.0, 2.0, shape) / TRUNCATED
    return (deviation * standard).astype(kind)


@jax.jit
def _squares(values: Any) -> Any:
    return jnp.square(values.astype(jnp.float32))


@jax.jit
def _mean_square(values: Any) -> Any:
    return jnp.mean(_squares(values))


class _Rehearsal:
    """The values that are needed still, each a list: one value, or one for each draw.

    Weights are not among them. They are made where they are needed, for one draw at a time.
    """

    def __init__(self, drawing: Drawing, network: Trace, data: Sequence[Any], keys: Any) -> None:
        self.drawing, self.keys = drawing, list(keys)
        self.leaves = network.inputs[: len(drawing.leaves)]
        given = zip(network.inputs[len(drawing.leaves) :], data, strict=True)
        self.lists: dict[int, list[Any]] = {place: [value] for place, value in given}
        self.made_by: dict[int, tuple[Operation, int]] = {}
        self.last_use: dict[int, int] = {}
        for number, operation in enumerate(network.operations):
            self.made_by |= {place: (operation, k) for k, place in enumerate(operation.results)}
            places = (each for each in operation.operands if not isinstance(each, Constant))
            self.last_use |= dict.fromkeys(places, number)

    def do(self, operation: Operation, number: int) -> None:
        """Do an operation for all draws, and drop what is not needed after it."""
        draws = len(self.keys) if any(map(self._varies, operation.operands)) else 1
        every = [
            operation.apply([self._value(each, draw) for each in operation.operands])
            for draw in range(draws)
        ]
        for place, values in zip(operation.results, zip(*every, strict=True), strict=True):
            self.lists[place] = list(values)
        for each in operation.operands:
            if not isinstance(each, Constant) and self.last_use[each] == number:
                self.lists.pop(each, None)

    def _varies(self, place: int | Constant) -> bool:
        if isinstance(place, Constant):
            return False
        if place in self.lists:
            return len(self.lists[place]) > 1
        return self.drawing.found.values[place].index in self.drawing.by_leaf

    def _value(self, place: int | Constant, draw: int) -> Any:
        if isinstance(place, Constant):
            return place.value
        if place in self.lists:
            values = self.lists[place]
            return values[draw] if len(values) > 1 else values[0]
        if place in self.leaves:
            return self.drawing.leaf(self.leaves.index(place), self.keys[draw])
        operation, which = self.made_by[place]
        return operation.apply([self._value(each, draw) for each in operation.operands])[which]

    def second_moments(self, place: int | Constant) -> FloatArray:
        """Of each entry of a value, over the draws."""
        values = [place.value] if isinstance(place, Constant) else self.lists[place]
        return np.mean([_squares(each) for each in values], axis=0, dtype=np.float64)

    def mean_squares(self, place: int) -> list[float]:
        """Over the entries of a value, one for each draw."""
        return [float(_mean_square(each)) for each in self.lists[place]]
