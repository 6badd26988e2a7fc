"""The layers of Keras that multiply by weights, and what they do to second moments.

Needs the extra ``keras``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any

import keras
import numpy as np

from elu_sym.interop.weighted_layer import WeightedLayer
from elu_sym.numeric.operations import FloatArray

__all__ = ["Kernel", "KernelLayer", "kernels_of"]


@dataclass(eq=False)
class Kernel:
    """The weights of a layer, and what is done with them.

    Attributes:
        variable: the weights.
        fan: how many of them meet in an output, on average.
        channels: over how many channels an output is a sum.
        multiply: from inputs and weights to outputs, without biases and activation.
        is_table: whether rows of it are looked up.
    """

    variable: Any
    fan: float
    channels: int
    multiply: Callable[[Any, Any], Any]
    is_table: bool = False


@dataclass(eq=False)
class KernelLayer(WeightedLayer):
    """A layer with weights of one variance.

    Attributes:
        kernel: its weights.
        inputs: what it looks up, of an embedding.
    """

    kernel: Kernel = field(kw_only=True)
    inputs: Any = None

    def weigh(self, squares: FloatArray) -> FloatArray:
        """The second moments of the outputs, by those of the inputs, for weights of variance 1."""
        ones = keras.ops.ones(self.kernel.variable.shape)
        if self.kernel.is_table:
            fed = self.inputs
        else:
            with np.errstate(over="ignore"):
                fed = keras.ops.convert_to_tensor(np.asarray(squares, dtype=np.float32))
        found = keras.ops.convert_to_numpy(self.kernel.multiply(fed, ones))
        return np.asarray(found, dtype=np.float64)


def kernels_of(layer: Any) -> list[Kernel]:
    """The weights of a layer in the order in which it multiplies by them.

    Args:
        layer: a layer of Keras, built.

    Returns:
        One, or the two of a separable convolution; none for a layer of another kind.

    Examples:
        >>> layer = keras.layers.Conv2DTranspose(8, 4, strides=2)
        >>> layer.build((None, 5, 5, 3))
        >>> [kernel.fan for kernel in kernels_of(layer)]
        [12.0]
    """
    return list(_kernels(layer))


def _kernels(layer: Any) -> Iterator[Kernel]:
    of = keras.layers
    if isinstance(layer, of.Embedding):
        yield Kernel(layer.embeddings, 1.0, 1, _rows, is_table=True)
    elif isinstance(layer, of.Dense):
        count = int(layer.kernel.shape[0])
        yield Kernel(layer.kernel, float(count), count, keras.ops.matmul)
    elif isinstance(layer, of.EinsumDense):
        inputs, outputs = layer.equation.split("->")
        letters = inputs.split(",")[1].replace("...", "")
        lengths = zip(letters, layer.kernel.shape, strict=True)
        count = prod(length for letter, length in lengths if letter not in outputs)
        multiply = partial(keras.ops.einsum, layer.equation)
        yield Kernel(layer.kernel, float(count), count, multiply)
    elif isinstance(layer, of.Conv1DTranspose | of.Conv2DTranspose | of.Conv3DTranspose):
        *size, _, channels = layer.kernel.shape
        # Of the places of a transposed convolution, one in as many has an input.
        fan = prod(size) * channels / prod(layer.strides)
        options = {**_options(layer, layer.padding), "output_padding": layer.output_padding}
        yield Kernel(layer.kernel, fan, channels, partial(keras.ops.conv_transpose, **options))
    elif isinstance(layer, of.DepthwiseConv1D | of.DepthwiseConv2D):
        yield _convolution(layer, layer.kernel, keras.ops.depthwise_conv)
    elif isinstance(layer, of.SeparableConv1D | of.SeparableConv2D):
        pointwise, data_format = layer.pointwise_kernel, layer.data_format
        yield _convolution(layer, layer.depthwise_kernel, keras.ops.depthwise_conv)
        by_place = partial(keras.ops.conv, padding="valid", data_format=data_format)
        count = int(pointwise.shape[-2])
        yield Kernel(pointwise, float(count), count, by_place)
    elif isinstance(layer, of.Conv1D | of.Conv2D | of.Conv3D):
        yield _convolution(layer, layer.kernel, keras.ops.conv)


def _rows(indices: Any, table: Any) -> Any:
    return keras.ops.take(table, indices, axis=0)


def _options(layer: Any, padding: str) -> dict[str, Any]:
    return {
        "strides": layer.strides,
        "padding": padding,
        "data_format": layer.data_format,
        "dilation_rate": layer.dilation_rate,
    }


def _convolution(layer: Any, variable: Any, convolve: Callable[..., Any]) -> Kernel:
    """A convolution, of all channels or of each by itself."""
    causal = layer.padding == "causal"
    options = _options(layer, "valid" if causal else layer.padding)

    def multiply(inputs: Any, weights: Any) -> Any:
        if causal:  # nothing is seen that comes later
            before = layer.dilation_rate[0] * (layer.kernel_size[0] - 1)
            channels_last = layer.data_format == "channels_last"
            pads = [(0, 0), (before, 0), (0, 0)] if channels_last else [(0, 0), (0, 0), (before, 0)]
            inputs = keras.ops.pad(inputs, pads)
        return convolve(inputs, weights, **options)

    is_by_channel = convolve is keras.ops.depthwise_conv
    *size, channels, _ = variable.shape
    count = 1 if is_by_channel else int(channels)
    return Kernel(variable, float(prod(size) * count), count, multiply)
