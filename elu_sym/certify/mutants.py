"""All single-site mutants of a closed form: the mistakes that a hand or a program makes.

A site is one occurrence in the expression tree; a mutant changes one site in one way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Function, Integer, Pow, Rational, S, erf, erfc, nan, oo, zoo

from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.symbols import sigma

Path = tuple[int, ...]


@dataclass(frozen=True)
class Mutant:
    """A closed form with one change.

    Attributes:
        kind: ``"sign"``, ``"integer"``, ``"factor"``, ``"symbol"``, ``"dropped term"``,
            ``"square"``, ``"complement"`` or ``"shift"``.
        change: what became what, in words.
        expression: the changed form.
    """

    kind: str
    change: str
    expression: Expr


def mutants(expression: Expr) -> list[Mutant]:
    r"""Every single-site mutant that differs from the expression as a tree.

    Args:
        expression: a closed form.

    Returns:
        The mutants in the order of their sites, each tree once; what SymPy evaluates back to the
        expression itself, or to something not finite, is left out. The changes are:

        - sign: a summand, a function's argument or the whole becomes its negative;
        - integer: an integer, or the numerator or denominator of a fraction, plus or minus 1,
          exponents included;
        - factor: a summand, a function's argument or the whole is doubled;
        - symbol: a symbol becomes another one of the expression;
        - dropped term: a sum loses a summand;
        - square: sigma becomes sigma**2 and conversely;
        - complement: Phi becomes 1 - Phi, likewise erfc and erf;
        - shift: a function's argument grows by 1 or by sigma.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> [mutant.change for mutant in mutants(mu + sigma)][:3]
        ['mu + sigma -> -mu - sigma', 'mu + sigma -> 2*mu + 2*sigma', 'mu + sigma -> sigma']
        >>> len(mutants(mu + sigma))
        11
    """
    symbols = sorted(expression.free_symbols, key=str)
    found: dict[Expr, Mutant] = {}
    for path, node, parent in _sites(expression):
        for kind, replacement in _replacements(node, parent, symbols):
            changed = _with(expression, path, replacement)
            if changed == expression or changed.has(nan, zoo, oo, -oo):
                continue
            found.setdefault(changed, Mutant(kind, f"{node} -> {replacement}", changed))
    return list(found.values())


def _sites(
    node: Expr, parent: Expr | None = None, path: Path = ()
) -> Iterator[tuple[Path, Expr, Expr | None]]:
    yield path, node, parent
    for position, argument in enumerate(node.args):
        yield from _sites(argument, node, (*path, position))


def _with(expression: Expr, path: Path, replacement: Expr) -> Expr:
    if not path:
        return replacement
    first, *rest = path
    arguments = list(expression.args)
    arguments[first] = _with(arguments[first], tuple(rest), replacement)
    return expression.func(*arguments)


def _replacements(
    node: Expr, parent: Expr | None, symbols: list[Expr]
) -> Iterator[tuple[str, Expr]]:
    inside_function = isinstance(parent, Function)
    if parent is None or isinstance(parent, Add) or inside_function:
        yield "sign", -node
        yield "factor", 2 * node
    if isinstance(node, Add):
        for term in node.args:
            yield "dropped term", Add(*(other for other in node.args if other is not term))
    if node.is_Rational:
        p, q = int(node.p), int(node.q)
        for step in (1, -1):
            yield "integer", Rational(p + step, q)
            if q + step > 0 and q > 1:
                yield "integer", Rational(p, q + step)
    if node.is_Symbol:
        for symbol in symbols:
            if symbol != node:
                yield "symbol", symbol
    if node == sigma and not (isinstance(parent, Pow) and parent.exp == 2):
        yield "square", sigma**2
    if node == sigma**2:
        yield "square", sigma
    if isinstance(node, NormalCdf | erfc | erf):
        yield "complement", {NormalCdf: S.One, erfc: Integer(2), erf: S.Zero}[type(node)] - node
    if inside_function:
        yield "shift", node + 1
        yield "shift", node + sigma
