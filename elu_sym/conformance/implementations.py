"""ELU, CELU and SELU of each library behind one signature, with their derivatives.

An implementation is a library in one of its modes: how it compiles, or what it computes on. It is
asked for a :class:`Call` and gives a function of doubles, which hold the numbers of every smaller
format exactly; in between it computes in the format, with the library's own conversions.
Derivatives are those of its automatic differentiation, and for NumPy, which has none, what one
types instead.
"""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from elu_sym.algebra.rounding import FLOAT32, FloatingPointFormat
from elu_sym.experiments.library_functions import (
    Evaluate,
    in_jax,
    in_numpy,
    in_torch,
    jax_derivative,
    torch_derivative,
)
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS

SELU_ALPHA, SELU_SCALE = (PUBLISHED_CONSTANTS[f"selu.{name}"].value for name in ("alpha", "scale"))
"""The decimals that the libraries have in common."""

ORDERS = ("value", "derivative", "second derivative")
"""What can be asked of a function, by the order of the derivative."""


class Call(NamedTuple):
    """What is asked of a library.

    Attributes:
        function: ``elu``, ``celu`` or ``selu``.
        alpha: its parameter; None for SELU, whose parameters are its own.
        order: 0 for the value, 1 and 2 for its derivatives.
        number_format: the format that it computes in.
    """

    function: str
    alpha: float | None
    order: int
    number_format: FloatingPointFormat


class Missing(LookupError):
    """A library has no such function, or not in this format: nothing is measured."""


@dataclass(frozen=True)
class Implementation:
    """A library in one of its modes.

    Attributes:
        library: the module that is imported.
        mode: how it computes, such as ``eager`` or ``jit``.
        evaluate: gives the function for a call. It raises :class:`Missing` where there is none,
            and whatever the library raises where that refuses.
        stride: of the points of a dense grid, every how many are measured.
    """

    library: str
    mode: str
    evaluate: Callable[[Call], Evaluate]
    stride: int = 1

    def __str__(self) -> str:
        return f"{self.library} {self.mode}"


def imported(library: str) -> Any:
    """A library, without what TensorFlow tells about itself.

    Raises:
        ModuleNotFoundError: if it is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return importlib.import_module(library)


def _chosen(call: Call, elu: Any, celu: Any, selu: Any) -> Any:
    """The function of a call: the first two take an argument and alpha, the last an argument."""
    if call.function == "selu":
        return selu
    function = {"elu": elu, "celu": celu}[call.function]
    return lambda argument: function(argument, call.alpha)


DIFFERENTIATED = {("exp", "elu"): 1, **{("clamped", name): 2 for name in ("elu", "celu", "selu")}}
"""How many derivatives one types with NumPy, in each of its modes and for each function."""


def _numpy(mode: str, call: Call) -> Evaluate:
    if call.number_format.name == "bfloat16" or call.order > DIFFERENTIATED.get(
        (mode, call.function), 0
    ):
        raise Missing("NumPy has no bfloat16, and nobody types that derivative")
    scale = float(SELU_SCALE) if call.function == "selu" else 1.0
    alpha = float(SELU_ALPHA) if call.alpha is None else call.alpha
    inner = alpha if call.function == "celu" else 1.0

    def typed(x: Any) -> Any:
        left = alpha * (np.expm1(x / inner) if mode == "expm1" else np.exp(x / inner) - 1)
        if mode == "max-min":
            return scale * (np.maximum(x, 0) + np.minimum(left, 0))
        return scale * np.where(x > 0, x, left)

    def from_value(x: Any) -> Any:  # the derivative as the paper on ELU writes it
        return np.where(x > 0, 1, typed(x) + alpha).astype(x.dtype)

    def clamped(x: Any) -> Any:  # what is computed below 0 is computed there alone
        below = np.where(x > 0, 0, x) / inner
        if call.order == 0:
            return scale * np.where(x > 0, x, alpha * np.expm1(below))
        above, factor = (scale, 0.0)[call.order - 1], scale * alpha / inner**call.order
        return np.where(x > 0, above, factor * np.exp(below)).astype(x.dtype)

    chosen = {"clamped": clamped}.get(mode, from_value if call.order else typed)
    return in_numpy(_silent(chosen), call.number_format)


def _silent(function: Any) -> Any:
    """A function of NumPy without its warnings, which is how one gets NaN unseen."""

    def values(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(x)

    return values


def _torch(mode: str, call: Call) -> Evaluate:
    import torch

    own = torch.nn.functional
    function = _chosen(call, own.elu, own.celu, own.selu)
    if mode == "compile":
        torch._dynamo.reset()
        function = torch.compile(function)
    if call.order:
        function = torch_derivative(function, call.order)
    return in_torch(function, call.number_format, "cuda" if mode == "cuda" else "cpu")


def _jax(mode: str, call: Call) -> Evaluate:
    import jax

    function = _chosen(call, jax.nn.elu, jax.nn.celu, jax.nn.selu)
    if call.order:
        function = jax_derivative(function, call.order)
    return in_jax(jax.jit(function) if mode == "jit" else function, call.number_format)


def _in_tensorflow(function: Any, call: Call, mode: str) -> Evaluate:
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")

    def derivative(inner: Any) -> Any:
        def slope(x: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = inner(x)
            return tape.gradient(y, x)

        return slope

    for _ in range(call.order):
        function = derivative(function)
    if mode != "eager":
        function = tf.function(function, jit_compile=mode == "xla" or None)
    name = call.number_format.name
    return lambda points: tf.cast(function(tf.cast(points, name)), "float64").numpy()


def _tensorflow(mode: str, call: Call) -> Evaluate:
    import tensorflow as tf

    if call.function == "celu" or call.alpha not in (1.0, None):
        raise Missing("TensorFlow has no CELU, and its ELU no alpha")
    function = tf.nn.selu if call.function == "selu" else tf.nn.elu
    return _in_tensorflow(function, call, mode)


def _keras(mode: str, call: Call) -> Evaluate:
    import keras

    if keras.backend.backend() != mode:
        raise Missing(f"KERAS_BACKEND={keras.backend.backend()} is in force")
    own = keras.activations
    function = _chosen(call, own.elu, own.celu, own.selu)
    if mode == "tensorflow":
        return _in_tensorflow(function, call, "eager")
    if mode == "torch":
        if call.order:
            function = torch_derivative(function, call.order)
        return in_torch(function, call.number_format)
    return in_jax(jax_derivative(function, call.order), call.number_format)


def _onnxruntime(mode: str, call: Call) -> Evaluate:
    import onnxruntime
    from onnx import TensorProto, helper

    types = {"float16": "FLOAT16", "float32": "FLOAT", "float64": "DOUBLE"}
    name = call.number_format.name
    if call.order or name not in types or (call.function == "celu" and name != "float32"):
        raise Missing("ONNX has no such operator")
    given = {} if call.alpha is None else {"alpha": call.alpha}
    node = helper.make_node(call.function.capitalize(), ["x"], ["y"], **given)
    kind = getattr(TensorProto, types[name])
    ends = ([helper.make_tensor_value_info(end, kind, [None])] for end in "xy")
    graph = helper.make_graph([node], call.function, *ends)
    # What every release of the runtime that has been current since 2024 reads.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    content = model.SerializeToString()
    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented as error:
        raise Missing("ONNX Runtime does not implement it") from error
    return in_numpy(lambda x: session.run(None, {"x": x})[0], call.number_format)


def _tinygrad(mode: str, call: Call) -> Evaluate:
    from tinygrad import Tensor, dtypes

    function = _chosen(call, Tensor.elu, Tensor.celu, Tensor.selu)

    def values(points: Any) -> Any:
        x = Tensor(points, device=mode).cast(getattr(dtypes, call.number_format.name)).realize()
        y = function(x)
        for _ in range(call.order):
            (y,) = y.sum().gradient(x)
        return y.cast(dtypes.float64).numpy()

    return values


ADAPTERS: dict[str, tuple[Callable[[str, Call], Evaluate], tuple[str, ...]]] = {
    "numpy": (_numpy, ("exp", "expm1", "max-min", "clamped")),
    "torch": (_torch, ("eager", "compile", "cuda")),
    "jax": (_jax, ("eager", "jit")),
    "tensorflow": (_tensorflow, ("eager", "function", "xla")),
    "keras": (_keras, ("jax", "tensorflow", "torch")),
    "onnxruntime": (_onnxruntime, ("session",)),
    "tinygrad": (_tinygrad, ("CPU", "PYTHON")),
}
"""How a call is answered by each library, and its modes."""

SLOW = {("tinygrad", "PYTHON"): 16}
"""Which strides are not 1: an interpreter would take minutes for every point."""

IMPLEMENTATIONS = tuple(
    Implementation(library, mode, partial(adapter, mode), SLOW.get((library, mode), 1))
    for library, (adapter, modes) in ADAPTERS.items()
    for mode in modes
)
"""Every library in each of its modes."""

USUAL = Call("elu", 1.0, 0, FLOAT32)
"""What every library can do: if this fails, it does not run here."""
