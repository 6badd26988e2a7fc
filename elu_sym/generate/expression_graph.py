"""What a formula computes, as a graph: the primitives of ``numeric`` evaluated at names.

The primitives are written once over ``elu_sym.numeric.operations.Operations``.  Here these are the
operations of a ``Node``: nothing is computed, what would be is written down, each expression once.
A choice between two regimes keeps apart what only one of them asks for.  No SymPy is needed, so
that the compiled module can be made from the primitives wherever it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from elu_sym.numeric.law import LimitLaw, NormalLaw
from elu_sym.numeric.operations import NUMPY

TRUTH = frozenset({"less", "at_most", "both", "either", "not", "same", "within_reach"})
"""Operations whose results are truth values; all others are of numbers."""


class UntracedError(TypeError):
    """A function asks for more than the operations on a law: it calls a library itself."""


class Node:
    """A value: an operation on other values, an argument, or a constant.

    Attributes:
        graph: where it is written down.
        operation: its name; ``argument``, ``constant``; ``chosen``, one of the results of a choice;
            ``result``, one of the results of a function of several.
        operands: the values that it is made of.
        detail: the name of an argument, the value of a constant, the place among several results.
        place: when it was written down; what it is made of came before.
    """

    def __init__(
        self, graph: Graph, operation: str, operands: tuple[Node, ...], detail: Any
    ) -> None:
        """Take the parts as they are."""
        self.graph, self.operation, self.operands, self.detail = graph, operation, operands, detail
        self.place = len(graph.nodes)

    def __array_ufunc__(self, function: Any, *others: Any, **keywords: Any) -> Any:
        """Refuse what NumPy or SciPy is asked for."""
        raise UntracedError(f"{function.__name__} is none of the operations on a law")

    @property
    def is_truth(self) -> bool:
        """Whether it is a truth value."""
        if self.operation in ("chosen", "where"):
            return self.operands[-1].is_truth
        return self.operation in TRUTH

    def is_number(self, value: float) -> bool:
        """Tell whether it is the constant of this value."""
        return self.operation == "constant" and bool(self.detail == value)

    def _with(self, operation: str, other: Any) -> Node:
        return self.graph.node(operation, self, other)

    def _after(self, operation: str, other: Any) -> Node:
        return self.graph.node(operation, other, self)

    def __add__(self, other: Any) -> Node:
        return self._with("add", other)

    def __radd__(self, other: Any) -> Node:
        return self._after("add", other)

    def __sub__(self, other: Any) -> Node:
        return self._with("subtract", other)

    def __rsub__(self, other: Any) -> Node:
        return self._after("subtract", other)

    def __mul__(self, other: Any) -> Node:
        return self._with("multiply", other)

    def __rmul__(self, other: Any) -> Node:
        return self._after("multiply", other)

    def __truediv__(self, other: Any) -> Node:
        return self._with("divide", other)

    def __rtruediv__(self, other: Any) -> Node:
        return self._after("divide", other)

    def __pow__(self, exponent: int) -> Any:
        power: Any = 1.0
        for _ in range(exponent):
            power = power * self
        return power

    def __neg__(self) -> Node:
        return self.graph.node("negative", self)

    def __abs__(self) -> Node:
        return self.graph.node("absolute", self)

    def __lt__(self, other: Any) -> Node:
        return self._with("less", other)

    def __le__(self, other: Any) -> Node:
        return self._with("at_most", other)

    def __gt__(self, other: Any) -> Node:
        return self._after("less", other)

    def __ge__(self, other: Any) -> Node:
        return self._after("at_most", other)

    def __eq__(self, other: object) -> Node:  # type: ignore[override]
        return self._with("same", other)

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Node:
        return self._with("both", other)

    def __or__(self, other: Any) -> Node:
        return self._with("either", other)

    def __invert__(self) -> Node:
        return self.graph.node("not", self)


class Choice:
    """A choice between two regimes, of one result or several.

    Attributes:
        condition: where the first applies.
        yes: its results.
        no: those of the other.
    """

    def __init__(self, condition: Node, yes: tuple[Node, ...], no: tuple[Node, ...]) -> None:
        """Take the parts as they are."""
        self.condition, self.yes, self.no = condition, yes, no


class Graph:
    """All that is computed on the way to some results, each expression once.

    Attributes:
        nodes: the values in an order in which they can be computed.
    """

    def __init__(self) -> None:
        """Begin without a value."""
        self.nodes: list[Node] = []
        self._known: dict[Any, Node] = {}

    def value(self, value: Any) -> Node:
        """Return a node, or the constant for a number."""
        if isinstance(value, Node):
            return value
        return self._written("constant", (), float(value))

    def argument(self, name: str) -> Node:
        """Return the argument of this name."""
        return self._written("argument", (), name)

    def node(self, operation: str, *operands: Any, detail: Any = None) -> Node:
        """Return the value of an operation, simplified where a zero's sign at most would tell."""
        values = tuple(map(self.value, operands))
        return _simplified(operation, values) or self._written(operation, values, detail)

    def results(self, operation: str, count: int, *operands: Any) -> tuple[Node, ...]:
        """Return the values of a function of several results."""
        whole = self.node(operation, *operands)
        return tuple(self._written("result", (whole,), k) for k in range(count))

    def chosen(self, condition: Node, yes: Any, no: Any) -> Any:
        """Return the results of one regime or of the other."""
        if not isinstance(yes, tuple):
            return self.chosen(condition, (yes,), (no,))[0]
        first, second = tuple(map(self.value, yes)), tuple(map(self.value, no))
        choice = Choice(condition, first, second)
        return tuple(
            one if one is other else self._written("chosen", (condition, one, other), (choice, k))
            for k, (one, other) in enumerate(zip(first, second, strict=True))
        )

    def _written(self, operation: str, operands: tuple[Node, ...], detail: Any) -> Node:
        # Zeros of both signs are equal.
        places = tuple(operand.place for operand in operands)
        key = operation, places, repr(detail) if operation == "constant" else detail
        if key not in self._known:
            self._known[key] = node = Node(self, operation, operands, detail)
            self.nodes.append(node)
        return self._known[key]


def _simplified(operation: str, operands: tuple[Node, ...]) -> Any:
    """Return what an operation comes to if an operand is 0 or 1, or if all are constants."""
    first, last = operands[0], operands[-1]
    match operation:
        case "multiply" if first.is_number(1.0):
            return last
        case "multiply" | "divide" if last.is_number(1.0):
            return first
        case "multiply" if first.is_number(0.0) or last.is_number(0.0):  # no other one is infinite
            return first if first.is_number(0.0) else last
        case "add" if first.is_number(0.0):
            return last
        case "add" | "subtract" if last.is_number(0.0):
            return first
        case "where" if operands[1] is operands[2]:
            return operands[1]
    if len(operands) == 2 and all(each.operation == "constant" for each in operands):
        x, y = first.detail, last.detail
        found = {"add": x + y, "subtract": x - y, "multiply": x * y}.get(operation)
        return None if found is None else first.graph.value(found)
    if operation == "negative" and first.operation == "constant":
        return first.graph.value(-first.detail)
    if operation == "negative" and first.operation == "negative":
        return first.operands[0]
    return None


class GraphOperations:
    """``elu_sym.numeric.operations.Operations`` on nodes of a graph."""

    least, unit = NUMPY.least, NUMPY.unit

    def __init__(self, graph: Graph) -> None:
        """Write to a graph."""
        self.graph = graph

    def exp(self, x: Any) -> Node:
        """Return e^x."""
        return self.graph.node("exp", x)

    def decay(self, x: Any) -> Any:
        """Return e^min(x, 0), which is nearly everywhere 1."""
        return self.choose(x < 0.0, self.exp, lambda x: 1.0, x)

    def expm1(self, x: Any) -> Node:
        """Return e^x - 1."""
        return self.graph.node("expm1", x)

    def sqrt(self, x: Any) -> Node:
        """Return the square root."""
        return self.graph.node("sqrt", x)

    def hypot(self, x: Any, y: Any) -> Node:
        """Return the root of the sum of squares."""
        return self.graph.node("hypot", x, y)

    def maximum(self, x: Any, y: Any) -> Node:
        """Return the larger of x and y."""
        return self.graph.node("larger", x, y)

    def minimum(self, x: Any, y: Any) -> Node:
        """Return the smaller of x and y."""
        return self.graph.node("lesser", x, y)

    def multiply_add(self, x: Any, y: Any, z: Any) -> Node:
        """Return x y + z."""
        return self.graph.node("multiply_add", x, y, z)

    def product_rest(self, product: Any, x: Any, y: Any) -> Node:
        """Return x y - product, exactly."""
        return self.graph.node("multiply_add", x, y, -product)

    def ordinary_unit(self, x: Any) -> Any:
        """Return powers of two that bring positive x between ``unit`` and its reciprocal."""
        small = self.where(x < self.unit, 1.0 / self.unit, 1.0)
        return self.where(x > 1.0 / self.unit, self.unit, small)

    def where(self, condition: Any, x: Any, y: Any) -> Node:
        """Return x where the condition holds, elsewhere y."""
        return self.graph.node("where", condition, x, y)

    def choose(
        self, condition: Any, yes: Callable[..., Any], no: Callable[..., Any], *values: Any
    ) -> Any:
        """Return ``yes(*values)`` where the condition holds, elsewhere ``no(*values)``."""
        return self.graph.chosen(condition, yes(*values), no(*values))

    def whole(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return the results of a function that is written in C as it stands."""
        return WHOLE[function.__name__](self.graph, *arguments)


WHOLE: dict[str, Callable[..., Any]] = {
    "mills_ratio": lambda graph, x: graph.node("mills_ratio", x),
    "mills_derivatives": lambda graph, order, x: list(
        graph.results("mills_derivatives", order + 1, x, order)
    ),
    "within_reach": lambda graph, x, farthest: graph.node("within_reach", x, farthest),
    "divided_difference": lambda graph, points: graph.node("divided_difference", *points),
    "divided_differences": lambda graph, points: list(
        graph.results("divided_differences", len(points), *points)
    ),
    "relative_difference": lambda graph, points: graph.node("relative_difference", *points),
}
"""The functions of ``numeric.mills``, by which C has its own."""


def traced(
    function: Callable[..., Any], parameters: tuple[str, ...], limit: bool = False
) -> tuple[Node, ...]:
    """Write down what a function of a law and of parameters computes.

    Args:
        function: a function of ``numeric._generated`` or ``numeric._gradients``.
        parameters: the names of its parameters.
        limit: whether sigma = 0 or mu is infinite; otherwise neither is.

    Returns:
        The results.

    >>> from elu_sym.numeric._generated import relu_mean
    >>> (mean,) = traced(relu_mean, ())
    >>> mean.operation, len(mean.graph.nodes) < 100
    ('multiply', True)
    """
    graph = Graph()
    mu, sigma, *others = map(graph.argument, ("mu", "sigma", *parameters))
    ops: Any = GraphOperations(graph)
    found = function((LimitLaw if limit else NormalLaw)(ops, mu, sigma), *others)
    return tuple(map(graph.value, found if isinstance(found, tuple) else (found,)))


def used(results: tuple[Node, ...]) -> Iterator[Node]:
    """Yield what the results are made of, each value once, in the order of their places."""
    found: dict[int, Node] = {}
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node.place not in found:
            found[node.place] = node
            waiting.extend(node.operands)
    for place in sorted(found):
        yield found[place]
