"""Which claims speak of which formulas: whose expectation stands in the statement of a claim.

Compared are the terms that the kernel proves something about. Parameters, mean and deviation may be
any; the law has to be normal, since that of a formula is.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from sympy import Expr, Function

from elu_sym.book.formula import ACTIVATIONS, FORMULAS, Formula
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.formulas import Expectation, term
from elu_sym.claims.kernel.language import LanguageError
from elu_sym.symbols import mu, sigma, x

__all__ = ["claims_about", "formulas_in"]

FUNCTIONS = {each.function_name.lower() for each in ACTIVATIONS.values()}
"""The names of activations in statements."""


def claims_about(formula_id: str) -> tuple[str, ...]:
    """The claims that speak of a formula, by their ids."""
    return _by_formula().get(formula_id, ())


def formulas_in(claim_id: str) -> tuple[str, ...]:
    """The formulas that a claim speaks of, by their ids."""
    return tuple(name for name, claims in _by_formula().items() if claim_id in claims)


@cache
def _by_formula() -> dict[str, tuple[str, ...]]:
    shapes = {_shape(stated): name for name, stated in _stated()}
    found: dict[str, list[str]] = defaultdict(list)
    for claim in CLAIMS.values():
        inside = {shapes[part] for part in _parts(_shape(claim.formal.formula)) if part in shapes}
        for name in inside:
            found[name].append(claim.id)
    return {name: tuple(found[name]) for name in FORMULAS if name in found}


def _stated() -> Iterator[tuple[str, Any]]:
    """Every formula as a term in expectations, by its id, unless it has no words for that."""
    for name, formula in FORMULAS.items():
        with suppress(LanguageError, AttributeError):  # what needs the pieces of the activation
            yield name, term(_written(formula))


def _written(formula: Formula) -> Expr:
    """What a statement writes for it: a derivative is one of the activation as it is."""
    if formula.parts:
        return formula.quantity.define(*map(_written, formula.parts.values()))
    f = Function("f")
    activation = formula.activation(x, *formula.activation.symbols)
    integrand = formula.quantity.define(f, x).xreplace({f(x): activation})
    return Expectation(integrand, x, mu, sigma)


def _shape(part: Any, names: tuple[str, ...] = ()) -> Any:
    """A term or formula without what may be any, bound variables by number, sums in order."""
    if isinstance(part, str) and part in names:
        return f"#{len(names) - names.index(part)}"
    if not isinstance(part, tuple) or not part or part[0] == "recorded":
        return part
    head, *inner = part
    if head in FUNCTIONS:
        return head, _shape(inner[0], names)
    if head == "E":
        name, law, body = inner
        kind = "normal" if law[0] == "normal" else law
        return "E", kind, _shape(body, (name, *names))
    if head == "D":
        name, body, at = inner
        return "D", _shape(body, (name, *names)), _shape(at, names)
    shapes = [_shape(each, names) for each in inner]
    return head, *(sorted(shapes, key=repr) if head in ("+", "*") else shapes)


def _parts(part: Any) -> Iterator[Any]:
    yield part
    if isinstance(part, tuple):
        for each in part:
            yield from _parts(each)
