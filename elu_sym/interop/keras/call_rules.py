"""The second moments of the values in a model of Keras, call by call.

Layers that multiply by weights have rules, and what joins several values. What a call does to one
value is tried out. What is none of these is :class:`~elu_sym.interop.signals.Unknown`, and no
guess. Needs the extra ``keras``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import keras
import numpy as np

from elu_sym.interop.keras.kernels import Kernel, KernelLayer, kernels_of
from elu_sym.interop.keras.model_calls import Call, Graph
from elu_sym.interop.keras.tried_calls import (
    agree,
    applied,
    composed,
    shape_of,
    to_numpy,
    to_tensor,
    tried_out,
)
from elu_sym.interop.signals import (
    Composed,
    Gaussian,
    Given,
    Library,
    Moments,
    Random,
    Unknown,
    ancestors_of,
    branch_of,
    made_of,
    product_of,
    second_moments_of,
    sum_of,
)
from elu_sym.interop.weighted_layer import finish
from elu_sym.numeric.operations import FloatArray

__all__ = ["CallRules"]

PRECISIONS = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}


class CallRules:
    """What is known of every value of a model.

    Args:
        graph: its calls.
        data: its inputs, in order.

    Attributes:
        layers: its layers with weights, in order.
        called: of each call of one or two of them, by the place of its result, these and those
            that have the variances of their weights: themselves, if it is the first call.
        left_alone: the reasons for layers whose variables are not drawn, by name.
    """

    def __init__(self, graph: Graph, data: Sequence[Any]) -> None:
        """Go through all calls; no moment is computed yet."""
        self.layers: list[KernelLayer] = []
        self.called: dict[int, list[tuple[KernelLayer, KernelLayer]]] = {}
        self.left_alone: dict[str, str] = {}
        self._branches: set[Any] = set()
        self._at_work: dict[int, Any] = dict(zip(graph.inputs, data, strict=True))
        self.values: dict[int, Any] = dict(zip(graph.inputs, map(Given, data), strict=True))
        for call in graph.calls:
            operands = [self._at_work[place] for place in call.operands]
            self._at_work.update(zip(call.results, call.apply(operands), strict=True))
            known = [self.values[place] for place in call.operands]
            self.values.update(zip(call.results, self._results(call, known), strict=True))
        finish(self.layers, self._branches)

    def _results(self, call: Call, operands: list[Any]) -> list[Any]:
        like = [self._at_work[place] for place in call.results]
        kernels = kernels_of(call.operation)
        frozen = bool(kernels) and not call.operation.trainable
        if kernels and not frozen:
            found = self._of_kernels(call, kernels, operands[0])
        else:
            if getattr(call.operation, "weights", ()):
                self.left_alone[call.operation.name] = "frozen" if frozen else call.kind
            if not any(isinstance(each, Random) for each in operands):
                is_data = not frozen and all(each.is_data for each in operands)
                return [Given(value, is_data) for value in like]
            if call.kind in ("Add", "Subtract"):
                self._note_branch(operands)
            known = not any(isinstance(each, Unknown) for each in operands)
            found = self._joined(call, operands) if known and len(operands) > 1 else None
            if known and len(operands) == 1:
                found = tried_out(call, operands[0], like, self._at_work[call.operands[0]].dtype)
        reasons = [each.reason for each in operands if isinstance(each, Unknown)]
        reason = reasons[0] if reasons else call.operation.name
        return found or [
            Unknown(shape_of(each), self._ancestors(call), reason=reason, place=place)
            for each, place in zip(like, call.results, strict=True)
        ]

    def _ancestors(self, call: Call) -> frozenset[Any]:
        own = (first.key for _, first in self.called.get(call.results[0], ()))
        return ancestors_of(self.values[place] for place in call.operands) | frozenset(own)

    def _note_branch(self, operands: list[Any]) -> None:
        stream, *branches = operands
        for each in branches:
            if isinstance(stream, Random) and isinstance(each, Random):
                self._branches |= branch_of(stream, each)

    def _of_kernels(self, call: Call, kernels: list[Kernel], value: Any) -> list[Any] | None:
        """What a layer with weights gives."""
        place = call.results[0]
        self.called[place] = []
        library, shape = _library(self._at_work[place]), shape_of(self._at_work[place])
        for kernel in kernels:
            path, ancestors = kernel.variable.path, ancestors_of([value])
            own = KernelLayer(
                path,
                path.removesuffix("/kernel").removesuffix("/embeddings"),
                value,
                kernel.fan,
                kernel.channels,
                keeps_data=isinstance(value, Given) and value.is_data,
                is_embedding=kernel.is_table,
                kernel=kernel,
                inputs=value.value if isinstance(value, Given) else None,
            )
            known = (each for each in self.layers if each.key == path)
            first = next(known, own)
            self.called[place].append((own, first))
            if first is own:
                self.layers.append(own)
            elif path in ancestors or isinstance(value, Unknown):
                return None  # weights that meet what they have made
            given: dict[str, Any] = {"squares": partial(_squares_of, own, first)}
            both, centred = ancestors | {path}, frozenset({path})
            if kernel is kernels[-1]:
                value = Gaussian(shape, both, centred, library=library, **given)
            else:
                value = _Between((), both, centred, **given)
        activation = getattr(call.operation, "activation", None)
        if activation is None or activation is keras.activations.linear:
            return [value]
        numbers = np.random.default_rng(0).standard_normal((4, 6))

        def tried(values: FloatArray) -> FloatArray:
            return to_numpy(activation(to_tensor(values, self._at_work[place].dtype)))

        found = tried(numbers)
        if found.shape != numbers.shape or not agree(tried(numbers[::-1, ::-1]), found[::-1, ::-1]):
            return None
        if not agree(tried(numbers[:, :2]), found[:, :2]):
            return None  # as of softmax, which mixes entries
        return [Composed(shape, value.ancestors, source=value, function=activation)]

    def _joined(self, call: Call, operands: list[Any]) -> list[Any] | None:
        """Several values: side by side, a sum, or a product."""
        shape = shape_of(self._at_work[call.results[0]])
        if call.kind == "Concatenate":
            return [made_of(operands, partial(applied, call, operands, 0), shape)]
        random = [each for each in operands if isinstance(each, Random)]
        if len(random) < len(operands):
            if call.kind in ("Add", "Subtract") and len(operands) == 2 and random[0].centred:
                squares = partial(_sum_of_squares, operands)
                origins = tuple(operands)
                return [Moments(shape, random[0].ancestors, squares=squares, origins=origins)]
            return None
        rules = {"Add": sum_of, "Subtract": sum_of, "Multiply": product_of}
        found = composed(operands, lambda *values: call.apply(values)[0])
        if found is None and call.kind in rules:
            total: Any = random[0]
            for each in random[1:]:
                total = None if total is None else rules[call.kind](total, each, shape)
            return None if total is None else [total]
        return found


class _Between(Moments):
    """What the first kernel of a separable convolution gives to the second, in its own shape."""

    @cached_property
    def second_moments(self) -> FloatArray:
        """The second moments of the entries."""
        return self.squares()

    def describe(self) -> str:
        """What it is, in words."""
        return "its depthwise kernel"


def _library(values: Any) -> Library:
    """How Keras computes with values of a type."""
    kind = keras.backend.standardize_dtype(values.dtype)
    return Library(partial(to_tensor, kind=kind), to_numpy, PRECISIONS.get(kind, 2.0**-23))


def _squares_of(layer: KernelLayer, first: KernelLayer) -> FloatArray:
    layer.variance = first.variance
    return layer.squares()


def _sum_of_squares(values: Sequence[Any]) -> FloatArray:
    return second_moments_of(values[0]) + second_moments_of(values[1])
