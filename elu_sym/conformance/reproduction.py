"""A few lines that show a row to somebody who has the library and not this package."""

from math import isfinite

from elu_sym.conformance.implementations import ORDERS
from elu_sym.conformance.measured_rows import Row

TORCH = """\
import torch
{imports}x = torch.full((64,), {x}, dtype=torch.{format}, requires_grad=True)
function = lambda x: {call}
{compiled}y = function(x)
for left in range({order} - 1, -1, -1):
    (y,) = torch.autograd.grad(y.sum(), x, create_graph=left > 0)
print(y[0].item())
"""

JAX = """\
import jax
{imports}jax.config.update("jax_enable_x64", True)
function = lambda x: {call}
for _ in range({order}):
    function = jax.grad(function)
function = jax.vmap(function)
{compiled}print(float(function(jax.numpy.full(64, {x}, "{format}"))[0]))
"""

TENSORFLOW = """\
import tensorflow as tf
{imports}
def derivative(function):
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x)
    return slope

function = lambda x: {call}
for _ in range({order}):
    function = derivative(function)
{compiled}print(float(function(tf.fill([64], tf.constant({x}, "{format}")))[0]))
"""

ONNX = """\
import numpy as np, onnxruntime
from onnx import TensorProto, helper
node = helper.make_node("{operator}", ["x"], ["y"]{alpha})
kind = helper.np_dtype_to_tensor_dtype(np.dtype("{format}"))
ends = [[helper.make_tensor_value_info(end, kind, [None])] for end in "xy"]
graph = helper.make_graph([node], "elu", *ends)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString())
print(float(session.run(None, {{"x": np.full(64, {x}, "{format}")}})[0][0]))
"""

TINYGRAD = """\
from tinygrad import Tensor, dtypes
x = Tensor([{x}] * 64, device="{mode}", dtype=dtypes.float64).cast(dtypes.{format}).realize()
y = {call}
for _ in range({order}):
    (y,) = y.sum().gradient(x)
print(float(y.cast(dtypes.float64).numpy()[0]))
"""

TEMPLATES = {
    "torch": TORCH,
    "jax": JAX,
    "tensorflow": TENSORFLOW,
    "onnxruntime": ONNX,
    "tinygrad": TINYGRAD,
}
"""What computes a value of a library, and of Keras with that backend."""

PREFIXES = {
    "torch": "torch.nn.functional",
    "jax": "jax.nn",
    "tensorflow": "tf.nn",
    "keras": "keras.activations",
    "tinygrad": "Tensor",
}
"""Where a library keeps its activations."""

COMPILED = {
    "compile": "torch.compile",
    "jit": "jax.jit",
    "function": "tf.function",
    "xla": "tf.function(jit_compile=True)",
}
"""What compiles in a mode."""


def snippet(row: Row) -> str:
    """A program that prints what a library gives in a row.

    Args:
        row: of a library that has functions of this kind.

    Returns:
        The program; empty for NumPy, of which only what one types is measured.

    Examples:
        >>> row = Row(*[""] * len(Row._fields))
        >>> row = row._replace(library="jax", mode="jit", of="value", format="float32")
        >>> print(snippet(row._replace(function="elu", alpha="1", where="-1e-07")))
        import jax
        jax.config.update("jax_enable_x64", True)
        function = lambda x: jax.nn.elu(x, 1.0)
        for _ in range(0):
            function = jax.grad(function)
        function = jax.vmap(function)
        function = jax.jit(function)
        print(float(function(jax.numpy.full(64, -1e-07, "float32"))[0]))
        <BLANKLINE>
    """
    engine = row.mode if row.library == "keras" else row.library
    if engine not in TEMPLATES:
        return ""
    x = row.where if isfinite(float(row.where)) else f'float("{row.where}")'
    takes_alpha = row.alpha and row.library != "tensorflow"  # whose ELU has 1
    alpha = f", {float(row.alpha)}" if takes_alpha else ""
    filled = TEMPLATES[engine].format(
        imports="import keras\n" if row.library == "keras" else "",
        call=f"{PREFIXES.get(row.library, '')}.{row.function}(x{alpha})",
        operator=row.function.capitalize(),
        alpha=f", alpha={float(row.alpha)}" if row.alpha else "",
        compiled=f"function = {COMPILED[row.mode]}(function)\n" if row.mode in COMPILED else "",
        order=ORDERS.index(row.of),
        x=x,
        format=row.format,
        mode=row.mode,
    )
    backend = f'import os; os.environ["KERAS_BACKEND"] = "{row.mode}"\n'
    return (backend if row.library == "keras" else "") + filled
