"""A graph as a function in C, of one element or of several at once.

The text is written in the words of ``numeric/compiled/vectors.h``: ``real`` is a number or a vector
of them, ``truth`` a truth value of each.  Of a choice each regime is computed where an element asks
for it, with all that no other regime asks for.  A product that is used once, in a sum, is fused
with it, so that all machines and all widths compute the same bits.  It is C and CUDA C++ alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from elu_sym.generate.expression_graph import Choice, Node, used

__all__ = ["c_function"]

_WORDS = {
    "exp": "exponential",
    "expm1": "exponential_growth",
    "sqrt": "root_of",
    "hypot": "length",
}
"""The names of functions that ``math.h`` has for single numbers."""

FUNCTION = """
FUNCTION void compute_{name}(const real *given, real *found)
{{
{body}}}
"""


def c_function(name: str, arguments: Sequence[str], results: Sequence[Node]) -> str:
    """Return a function of C that computes results of a graph.

    Args:
        name: its name, after ``compute_``.
        arguments: the names of the arguments in the order in which they are given.
        results: what it is to compute.

    >>> from elu_sym.generate.expression_graph import Graph
    >>> x = Graph().argument("x")
    >>> print(c_function("line", ["x"], [2.0 * x + 1.0]).strip())
    FUNCTION void compute_line(const real *given, real *found)
    {
        const real x = given[0];
        const real v4 = fused(number(0x1.0000000000000p+1), x, number(0x1.0000000000000p+0));
        found[0] = v4;
    }
    """
    nodes = list(used(tuple(results)))
    text = _Text(nodes, results)
    asked = {node.detail for node in nodes if node.operation == "argument"}
    lines = [
        f"const real {name} = given[{k}];" for k, name in enumerate(arguments) if name in asked
    ]
    lines += text.lines(_blocks(nodes, results))
    lines += [f"found[{k}] = {text.word(result)};" for k, result in enumerate(results)]
    return FUNCTION.format(name=name, body="".join(f"    {line}\n" for line in lines))


class _Block:
    """What is computed under one condition: the whole function, or one side of a choice.

    Attributes:
        outer: the block around it.
        depth: how many blocks are around it.
        content: the nodes and choices in it, the last first.
    """

    def __init__(self, outer: _Block | None = None) -> None:
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer else 0
        self.content: list[Node | tuple[Choice, list[Node], _Block, _Block]] = []


def _around(first: _Block, second: _Block) -> _Block:
    """Return the innermost block around both."""
    while first is not second:
        deeper, other = (first, second) if first.depth >= second.depth else (second, first)
        assert deeper.outer is not None
        first, second = deeper.outer, other
    return first


def _blocks(nodes: list[Node], results: Sequence[Node]) -> _Block:
    """Put every node into the innermost block around all that use it."""
    whole = _Block()
    where = {result.place: whole for result in results}

    def use(node: Node, block: _Block) -> None:
        where[node.place] = _around(where.get(node.place, block), block)

    taken: list[Node] = []
    for k, node in reversed(list(enumerate(nodes))):
        if node.operation != "chosen":
            where[node.place].content.append(node)
            for operand in node.operands:
                use(operand, where[node.place])
            continue
        taken.append(node)  # the results of a choice stand next to each other
        choice = node.detail[0]
        if k and nodes[k - 1].operation == "chosen" and nodes[k - 1].detail[0] is choice:
            continue
        block = where[node.place]
        for each in taken:
            block = _around(block, where[each.place])
        yes, no = _Block(block), _Block(block)
        block.content.append((choice, taken, yes, no))
        use(choice.condition, block)
        for each in taken:
            use(each.operands[1], yes)
            use(each.operands[2], no)
        taken = []
    return whole


class _Text:
    """The lines of a function, whose values have names by their places."""

    def __init__(self, nodes: list[Node], results: Sequence[Node]) -> None:
        uses = Counter(operand.place for node in nodes for operand in node.operands)
        uses.update(result.place for result in results)
        self.fused: dict[int, Node] = {}  # what is fused with a sum, by the place of the sum
        for node in nodes:
            if node.operation in ("add", "subtract"):
                for each in node.operands:
                    if each.operation == "multiply" and uses[each.place] == 1:
                        self.fused[node.place] = each
                        break
        self.parts = {each.place for each in self.fused.values()}

    def lines(self, block: _Block) -> Iterator[str]:
        """Yield what computes a block."""
        for each in reversed(block.content):
            if isinstance(each, Node):
                yield from self.node(each)
            else:
                yield from self.choice(*each)

    def node(self, node: Node) -> Iterator[str]:
        """Yield what computes a value."""
        if node.operation in ("argument", "constant") or node.place in self.parts:
            return
        match node.operation:
            case "mills_derivatives" | "divided_differences":
                *points, last = node.operands
                several = node.operation == "divided_differences"
                order = len(points) if several else int(last.detail)
                if several:
                    yield self.points(node)
                yield f"real v{node.place}[{order + 1}];"
                given = f"p{node.place}" if several else self.word(points[0])
                yield f"{node.operation}({order}, {given}, v{node.place});"
            case "result":
                yield f"const real v{node.place} = v{node.operands[0].place}[{node.detail}];"
            case _:
                if node.operation in ("divided_difference", "relative_difference"):
                    yield self.points(node)
                kind = "truth" if node.is_truth else "real"
                yield f"const {kind} v{node.place} = {self.expression(node)};"

    def points(self, node: Node) -> str:
        """Return an array of the operands, which has a name since C++ knows no other ones."""
        return f"const real p{node.place}[] = {{{', '.join(map(self.word, node.operands))}}};"

    def choice(self, choice: Choice, taken: list[Node], yes: _Block, no: _Block) -> Iterator[str]:
        """Yield what computes the results of a choice."""
        condition = self.word(choice.condition)
        for node in taken:
            yield f"real v{node.place} = number(0.0);"
        for test, side, place in ((f"any({condition})", yes, 1), (f"!all({condition})", no, 2)):
            yield f"if ({test}) {{"
            for line in self.lines(side):
                yield f"    {line}"
            for node in taken:
                found = self.word(node.operands[place])
                if side is no:
                    found = f"where({condition}, v{node.place}, {found})"
                yield f"    v{node.place} = {found};"
            yield "}"

    def word(self, node: Node) -> str:
        """Return the name of a value, or the constant."""
        match node.operation:
            case "argument":
                return str(node.detail)
            case "constant":
                return f"number({node.detail.hex()})"
        return f"v{node.place}"

    def expression(self, node: Node) -> str:
        """Return the text of an operation."""
        words = list(map(self.word, node.operands))
        match node.operation:
            case "add" | "subtract":
                return self.sum(node)
            case "multiply" | "divide":
                return f"{words[0]} {'*' if node.operation == 'multiply' else '/'} {words[1]}"
            case "negative":
                return f"-{words[0]}"
            case "multiply_add":
                return f"fused({', '.join(words)})"
            case "divided_difference" | "relative_difference":
                return f"{node.operation}({len(words) - 1}, p{node.place})"
            case "same" if node.operands[0].is_truth:
                return f"alike({', '.join(words)})"
        name = _WORDS.get(node.operation, node.operation)
        return f"{name}({', '.join(words)})"

    def sum(self, node: Node) -> str:
        """Return a sum or difference, fused with a product in it."""
        first, second = node.operands
        minus = "-" if node.operation == "subtract" else ""
        product = self.fused.get(node.place)
        if product is None:
            return f"{self.word(first)} {minus or '+'} {self.word(second)}"
        x, y = map(self.word, product.operands)
        if product is first:
            return f"fused({x}, {y}, {minus}{self.word(second)})"
        return f"fused({minus}{x}, {y}, {self.word(first)})"
