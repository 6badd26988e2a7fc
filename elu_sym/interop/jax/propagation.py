"""The second moments of the values in a network, operation by operation.

Each rule takes an operation and what is known of its operands, and says what is known of the
results; what none understands is :class:`~elu_sym.interop.jax.signals.Unknown`, and no guess. Needs
the extra ``jax``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from elu_sym.interop.jax.arranging import ARRANGING, arranged
from elu_sym.interop.jax.entry_rules import of_entries
from elu_sym.interop.jax.parameters import Parameter
from elu_sym.interop.jax.products import PRODUCTS, Product, fan_of
from elu_sym.interop.jax.traced_operations import Constant, Operation, Trace
from elu_sym.interop.signals import Gaussian, Given, Library, Random, Unknown, ancestors_of
from elu_sym.interop.weighted_layer import finish
from elu_sym.numeric.operations import FloatArray

__all__ = ["Propagation"]


class Propagation:
    """What is known of every value of a network.

    Args:
        network: its operations.
        parameters: the leaves of its parameters by name, which come first among the inputs.
        data: the other inputs.

    Attributes:
        layers: its layers with weights, in order.
        biases: the leaves that are added to a signal.
        used: of each leaf that is neither, what is done with it.
        values: what is known of the value at each place.
    """

    def __init__(self, network: Trace, parameters: Mapping[str, Any], data: Sequence[Any]) -> None:
        """Go through all operations; no moment is computed yet."""
        self.names = list(parameters)
        self.layers: list[Product] = []
        branches: set[int] = set()
        self._branches = branches
        self.biases: set[int] = set()
        self.used: dict[int, str] = {}
        leaves = (
            Parameter(index, leaf, sum(length > 1 for length in np.shape(leaf)) < 2)
            for index, leaf in enumerate(parameters.values())
        )
        known = dict(zip(network.inputs, [*leaves, *map(Given, data)], strict=True))
        self.values: dict[int, Any] = known
        for operation in network.operations:
            operands = [
                Given(each.value) if isinstance(each, Constant) else known[each]
                for each in operation.operands
            ]
            results = self._results(operation, operands)
            known.update(zip(operation.results, results, strict=True))
        finish(self.layers, branches)

    def _results(self, operation: Operation, operands: list[Any]) -> list[Any]:
        if any(isinstance(each, Parameter) for each in operands):
            found = self._of_parameter(operation, operands) or self._of_layer(operation, operands)
            if found is not None:
                return found
        # No rule says what the parameter is for: it is a number as it stands.
        operands = [
            self._as_number(each, operation) if isinstance(each, Parameter) else each
            for each in operands
        ]
        if all(isinstance(each, Given) for each in operands):
            is_data = all(each.is_data for each in operands)
            values = operation.apply([each.value for each in operands])
            return [Given(value, is_data) for value in values]
        found = arranged(operation, operands) or of_entries(operation, operands, self._branches)
        return found or _unknown(operation, operands)

    def _as_number(self, leaf: Parameter, operation: Operation) -> Given | Unknown:
        """A parameter in an operation that no rule has."""
        if any(each.key == leaf.index for each in self.layers):
            ancestors, shape = frozenset({leaf.index}), np.shape(leaf.value)
            return Unknown(shape, ancestors, reason=operation.name, place=operation.results[0])
        if leaf.index in self.biases:
            return Given(np.zeros_like(leaf.value))
        self.used.setdefault(leaf.index, operation.name)
        return Given(leaf.value, is_data=False)

    def _of_parameter(self, operation: Operation, operands: list[Any]) -> list[Any] | None:
        """A leaf in another shape or by a factor, or as a bias."""
        leaves = [each for each in operands if isinstance(each, Parameter)]
        others = [each for each in operands if not isinstance(each, Parameter)]
        if len(leaves) != 1:
            return None
        (leaf,), name, at = leaves, operation.name, operands.index(leaves[0])
        is_bias = leaf.is_vector and leaf.index not in self.used
        if name in ("add", "add_any") and is_bias and isinstance(others[0], Random):
            self.biases.add(leaf.index)
            return others
        if not all(isinstance(each, Given) for each in others):
            return None
        factor = leaf.factor
        if (name == "mul" or (name == "div" and at == 0)) and others[0].uniform:
            step = float(others[0].uniform)
            factor *= step if name == "mul" else 1.0 / step
        elif at != 0 or name not in ARRANGING | {"convert_element_type"} or name == "gather":
            return None
        values = operation.apply([leaf.value if each is leaf else each.value for each in operands])
        size = np.size(leaf.value)
        return [
            Parameter(leaf.index, value, leaf.is_vector, factor, leaf.whole and value.size == size)
            for value in values
        ]

    def _of_layer(self, operation: Operation, operands: list[Any]) -> list[Any] | None:
        """What a layer with weights gives."""
        leaves = [each for each in operands if isinstance(each, Parameter)]
        if operation.name not in PRODUCTS or len(leaves) != 1 or len(operands) != 2:
            return None
        (leaf,), at = leaves, operands.index(leaves[0])
        feeding = operands[1 - at]
        table = operation.name == "gather"
        if not leaf.whole or np.ndim(leaf.value) < 2 or leaf.index in self.used:
            return None
        if table and not (at == 0 and isinstance(feeding, Given) and _takes_rows(operation)):
            return None
        if operation.name == "conv_general_dilated" and at == 0:
            return None
        first = next((each for each in self.layers if each.key == leaf.index), None)
        ancestors = ancestors_of([feeding])
        if first is not None and (leaf.index in ancestors or isinstance(feeding, Unknown)):
            return None  # weights that meet what they have made
        fan, channels = fan_of(operation, at, np.shape(leaf.value))
        layer = Product(
            leaf.index,
            self.names[leaf.index],
            feeding,
            fan,
            channels,
            leaf.factor,
            keeps_data=isinstance(feeding, Given) and feeding.is_data,
            is_embedding=table,
            weights=leaf,
            operation=operation,
            at=at,
        )
        if first is None:
            self.layers.append(layer)

        def squares() -> FloatArray:
            if first is not None:
                layer.variance = first.variance
            return layer.squares()

        own = frozenset({leaf.index})
        shape, library = operation.shapes[0].shape, _library(operation.shapes[0].dtype)
        return [Gaussian(shape, own | ancestors, own, squares=squares, library=library)]


def _library(kind: Any) -> Library:
    """How JAX computes with values of a type."""
    kind = kind if jnp.issubdtype(kind, jnp.floating) else jnp.float32

    def from_numpy(values: FloatArray) -> Any:
        return jnp.asarray(values, kind)

    return Library(from_numpy, np.asarray, float(jnp.finfo(kind).eps))


def _takes_rows(operation: Operation) -> bool:
    """Whether a gather takes whole rows of a table with two axes."""
    numbers, sizes = operation.parameters["dimension_numbers"], operation.parameters["slice_sizes"]
    return len(sizes) == 2 and sizes[0] == 1 and tuple(numbers.start_index_map) == (0,)


def _unknown(operation: Operation, operands: Sequence[Any]) -> list[Any]:
    blamed = next((each.reason for each in operands if isinstance(each, Unknown)), operation.name)
    ancestors = ancestors_of(operands)
    return [
        Unknown(shape.shape, ancestors, reason=blamed, place=place)
        for shape, place in zip(operation.shapes, operation.results, strict=True)
    ]
