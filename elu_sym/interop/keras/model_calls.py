"""The calls of which a model of Keras is made, in order, those in nested models among them.

Needs the extra ``keras``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import keras

__all__ = ["Call", "Graph", "graph_of"]


class Call(NamedTuple):
    """A layer, or an operation of ``keras.ops``, that is called on earlier values.

    Attributes:
        operation: the layer or operation.
        node: where Keras keeps the arguments.
        places: the place of the value that stands for each symbolic tensor among them.
        operands: the places of the values that it takes, in order.
        results: the places of its results.
    """

    operation: Any
    node: Any
    places: Mapping[int, int]
    operands: tuple[int, ...]
    results: tuple[int, ...]

    @property
    def kind(self) -> str:
        """The name of its class, as ``Dense`` or ``Multiply``."""
        return type(self.operation).__name__

    def apply(self, operands: Sequence[Any]) -> list[Any]:
        """The results at these operands."""
        values = dict(zip(self.operands, operands, strict=True))
        arrays = {tensor: values[place] for tensor, place in self.places.items()}
        positional, named = self.node.arguments.fill_in(arrays)
        return list(keras.tree.flatten(self.operation(*positional, **named)))


class Graph(NamedTuple):
    """A model.

    Attributes:
        inputs: the places of its inputs.
        calls: what is called, in order.
    """

    inputs: tuple[int, ...]
    calls: tuple[Call, ...]


def graph_of(model: Any) -> Graph:
    """Read the graph of a model.

    Args:
        model: a ``keras.Sequential`` that is built, or a ``keras.Model`` of inputs and outputs.

    Raises:
        ValueError: if it has no graph, as a subclass with a ``call`` of its own.

    Examples:
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.ELU()])
        >>> [call.kind for call in graph_of(model).calls]
        ['Dense', 'ELU']
    """
    if not has_graph(model):
        raise ValueError(
            f"model = {model.name} is a {type(model).__name__}, whose call is no graph of layers:"
            " make it with keras.Sequential or keras.Model(inputs, outputs); or, with JAX as"
            " backend, give elu_sym.interop.jax.initialize a function by model.stateless_call"
        )
    places = count()
    inputs = tuple(next(places) for _ in model.inputs)
    calls: list[Call] = []
    _write_out(model, inputs, calls, places)
    return Graph(inputs, tuple(calls))


def has_graph(operation: Any) -> bool:
    """Whether something is a model that was made of inputs and outputs."""
    return isinstance(operation, keras.Sequential | _functional())


@cache
def _functional() -> type:
    """The class of models of inputs and outputs, for which Keras has no public name."""
    tensor = keras.Input((1,))
    return type(keras.Model(tensor, tensor))


def _write_out(
    model: Any, inputs: Sequence[int], calls: list[Call], places: Iterator[int]
) -> list[int]:
    """Append the calls of a model, and say where its outputs are."""
    where = {id(tensor): place for tensor, place in zip(model.inputs, inputs, strict=True)}
    for node in _in_order(model.outputs, set(where)):
        operands = tuple(where[id(tensor)] for tensor in node.input_tensors)
        if has_graph(node.operation):
            outputs = _write_out(node.operation, operands, calls, places)
        else:
            outputs = [next(places) for _ in node.outputs]
            own = {id(tensor): where[id(tensor)] for tensor in node.input_tensors}
            calls.append(Call(node.operation, node, own, operands, tuple(outputs)))
        where.update(zip(map(id, node.outputs), outputs, strict=True))
    return [where[id(tensor)] for tensor in model.outputs]


def _in_order(outputs: Sequence[Any], known: set[int]) -> list[Any]:
    """The nodes that lead to some tensors, each after those that it needs."""
    found: dict[int, Any] = {}
    waiting = [(tensor, False) for tensor in reversed(outputs)]
    while waiting:
        tensor, is_ready = waiting.pop()
        if id(tensor) in known:
            continue
        operation, index, _ = tensor._keras_history
        node = operation._inbound_nodes[index]
        if id(node) in found:
            continue
        if is_ready:
            found[id(node)] = node
        else:
            waiting.append((tensor, True))
            waiting += [(each, False) for each in reversed(node.input_tensors)]
    return list(found.values())
