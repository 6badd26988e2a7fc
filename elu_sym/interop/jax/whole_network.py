"""All weights of a network of JAX by one call, and a table of what each layer gives.

Any function of parameters and a batch is a network, whatever library it was made with: it is traced
once, and read. With Flax, Haiku, Equinox and a model of Keras that is a subclass, with JAX below::

    initialize(module.apply, module.init(key, x), x, key)  # flax.linen; Haiku: without_apply_rng

    model.eval()  # flax.nnx
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    initialize(lambda params, x: nnx.merge(graph, params, rest)(x), params, x, key)

    params, rest = equinox.partition(model, equinox.is_inexact_array)
    initialize(lambda params, x: jax.vmap(equinox.combine(params, rest))(x), params, x, key)

    rest = [each.value for each in model.non_trainable_variables]  # keras
    params = [each.value for each in model.trainable_variables]
    initialize(lambda params, x: model.stateless_call(params, rest, x)[0], params, x, key)

Needs the extra ``jax``.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from elu_sym.interop.jax.initializers import DISTRIBUTIONS
from elu_sym.interop.jax.propagation import Propagation
from elu_sym.interop.jax.redrawing import Drawing
from elu_sym.interop.jax.traced_operations import trace
from elu_sym.interop.signals import Unknown
from elu_sym.networks.initialized_layers import InitializedNetwork, LeftAlone

__all__ = ["initialize"]


def initialize(
    apply: Callable[[Any, Any], Any],
    params: Any,
    batch: Any,
    key: Any,
    *,
    distribution: Literal["truncated_normal", "normal", "uniform"] = "truncated_normal",
    redraws: int = 8,
) -> tuple[Any, InitializedNetwork]:
    """Weights for every layer of a network, each by what feeds it.

    The operations of the network are read, not its layers: a leaf of the parameters that is
    multiplied with a signal, as by ``@`` or a convolution, is the weights of a layer, of mean 0 and
    variance gain**2/fan, and one of a single axis that is added to a signal is a bias, and 0. The
    rules are those of :mod:`elu_sym.networks.initialized_layers`; activations are recognized by
    their values, however they are written. Where the second moment of what feeds a layer is not
    known beforehand, as behind a normalization, pooling or attention, it is measured.

    Args:
        apply: a function of the parameters and a batch, free of side effects.
        params: a tree of arrays with the shapes and types of the parameters. What is left alone,
            such as the factors of a normalization, keeps its values.
        batch: a tree of arrays, some hundred samples of the data, scaled as for training.
        key: a key of ``jax.random``.
        distribution: ``"truncated_normal"``, ``"normal"`` or ``"uniform"``; the variance is the
            same.
        redraws: over how many draws of all weights the second moments are measured; 0 measures
            nothing that need not be. Values that are still needed are kept for every draw.

    Returns:
        The pair of the parameters, a tree like ``params``, and the table, an
        :class:`~elu_sym.networks.initialized_layers.InitializedNetwork`; ``print`` shows it. Names
        are those of ``jax.tree_util.keystr``. Second moments are those of what a layer gives
        before anything is added, the mean over its outputs and the batch.

    Raises:
        TypeError: if ``params`` has a leaf that is no array, or weights are no floating-point
            numbers; if ``redraws`` is no whole number.
        ValueError: if ``apply`` fails for these arguments, uses no weights, or what feeds a layer
            is 0 or not finite; if ``distribution`` is unknown or ``redraws`` negative.

    Accuracy:
        The predicted second moments are means over the draws of the weights, to leading order in
        the widths, computed in float32: they are off by a share of order 1/width. Approximate, and
        marked so, are those that take for Gaussian a sum over fewer than 16 channels, as of a
        depthwise convolution, where an activation follows.

    Source:
        K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, with the exact second moments in place of 1/2;
        see :mod:`elu_sym.networks.initialized_layers` for residual branches.

    Examples:
        >>> def apply(params, x):
        ...     x = jax.nn.elu(x @ params["first"] + params["bias"])
        ...     return x @ params["last"]
        >>> shapes = {"first": (20, 400), "bias": (400,), "last": (400, 3)}
        >>> params = {name: jnp.ones(shape) for name, shape in shapes.items()}
        >>> x = jax.random.normal(jax.random.key(0), (50, 20))
        >>> params, table = initialize(apply, params, x, jax.random.key(1))
        >>> print(f"{table.layers[1].gain:.2f} {20 * float(params['last'].std()):.2f}")
        1.27 1.26
    """
    if distribution not in DISTRIBUTIONS:
        choices = ", ".join(map(repr, DISTRIBUTIONS))
        raise ValueError(f"distribution = {distribution!r} is none of {choices}")
    if isinstance(redraws, bool) or index(redraws) < 0:
        raise ValueError(f"redraws = {redraws!r}: give a whole number of at least 0")
    paths, tree = jax.tree_util.tree_flatten_with_path(params)
    names = [jax.tree_util.keystr(path) for path, _ in paths]
    leaves = [_array(name, leaf) for name, (_, leaf) in zip(names, paths, strict=True)]
    data = jax.tree_util.tree_leaves(batch)
    for place, values in jax.tree_util.tree_leaves_with_path(batch):
        if not bool(jnp.isfinite(values).all()):
            raise ValueError(f"batch{jax.tree_util.keystr(place)} is not finite everywhere")
    try:
        network = trace(apply, params, batch)
    except Exception as error:
        raise ValueError(
            f"apply(params, batch) fails with {type(error).__name__}: {error}; give a function of"
            " the parameters and a batch, and arrays of the shapes that it takes"
        ) from error
    found = Propagation(network, dict(zip(names, leaves, strict=True)), data)
    if not found.layers:
        raise ValueError(
            "params has no weights: apply multiplies no signal with a leaf of at least two axes"
        )
    for layer in found.layers:
        kind = leaves[layer.key].dtype
        if not jnp.issubdtype(kind, jnp.floating):
            raise TypeError(
                f"params{layer.name} has dtype {kind} and is multiplied as weights: give"
                " floating-point numbers"
            )
    for leaf in found.biases:
        leaves[leaf] = jnp.zeros_like(leaves[leaf])
    drawing = Drawing(found, leaves, distribution)
    final, others = jax.random.split(key)
    if redraws or any(isinstance(layer.feeding, Unknown) for layer in found.layers):
        keys = jax.random.split(others, max(redraws, 1))
        measured = drawing.second_moments(network, data, keys)[:redraws]
    else:
        for layer in found.layers:
            layer.decide()
        measured = np.empty((0, len(found.layers)))
    rows = (layer.row(column) for layer, column in zip(found.layers, measured.T, strict=True))
    drawn = found.biases | {layer.key for layer in found.layers}
    left = (
        LeftAlone(name, f"used by {found.used[leaf]}" if leaf in found.used else "not used")
        for leaf, name in enumerate(names)
        if leaf not in drawn
    )
    table = InitializedNetwork(tuple(rows), tuple(left), redraws)
    return jax.tree_util.tree_unflatten(tree, drawing.parameters(final)), table


def _array(name: str, leaf: Any) -> Any:
    if not isinstance(leaf, jax.Array | np.ndarray | np.generic | float | int):
        raise TypeError(f"params{name} is of type {type(leaf).__name__}: give arrays")
    return jnp.asarray(leaf)
