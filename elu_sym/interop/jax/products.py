"""A layer of a network of JAX: a product of a signal with a leaf of the parameters.

With independent weights of mean 0 and variance v, the second moments of what a layer gives are the
layer itself, applied to the second moments of what feeds it, with v in place of each weight: the
padding, strides, groups and dilations of a convolution are where they are in the network. Needs the
extra ``jax``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

import jax.numpy as jnp
import numpy as np
from jax import lax

from elu_sym.interop.jax.parameters import Parameter
from elu_sym.interop.jax.traced_operations import Operation, apply_primitive, in_float32
from elu_sym.interop.weighted_layer import WeightedLayer
from elu_sym.numeric.operations import FloatArray

__all__ = ["PRODUCTS", "Product", "fan_of"]

PRODUCTS = ("dot_general", "conv_general_dilated", "gather")
"""What multiplies by weights; the last takes rows of a table."""


@dataclass(eq=False)
class Product(WeightedLayer):
    """A layer, where the network multiplies by its weights.

    Attributes:
        weights: which of the parameters, as it is multiplied.
        operation: what multiplies.
        at: which operand of it the weights are.
    """

    weights: Parameter = field(kw_only=True)
    operation: Operation = field(kw_only=True)
    at: int = field(kw_only=True)

    @property
    def place(self) -> int:
        """Where in the trace what it gives is."""
        return self.operation.results[0]

    def weigh(self, squares: FloatArray) -> FloatArray:
        """The second moments of the outputs, by those of the inputs, for weights of variance 1."""
        if self.operation.name == "gather":
            return np.ones(self.operation.shapes[0].shape)
        parameters = dict(self.operation.parameters)
        parameters |= {"preferred_element_type": None, "precision": lax.Precision.HIGHEST}
        operands = [in_float32(squares)]
        operands.insert(self.at, jnp.ones(np.shape(self.weights.value), jnp.float32))
        (found,) = apply_primitive(self.operation.primitive, parameters, operands)
        return np.asarray(found, dtype=np.float64)


def fan_of(operation: Operation, at: int, shape: tuple[int, ...]) -> tuple[float, int]:
    """How many weights meet in an output, on average, and over how many channels it is a sum.

    Args:
        operation: what multiplies.
        at: which operand of it the weights are.
        shape: that of the weights.
    """
    if operation.name == "gather":
        return 1.0, 1
    numbers = operation.parameters["dimension_numbers"]
    if operation.name == "dot_general":
        met = prod(shape[axis] for axis in numbers[0][at])
        return float(met), met
    _, channels, *kernel = numbers.rhs_spec
    met = shape[channels] * prod(shape[axis] for axis in kernel)
    # Of the places of a transposed convolution, one in as many has an input.
    return met / prod(operation.parameters["lhs_dilation"]), shape[channels]
