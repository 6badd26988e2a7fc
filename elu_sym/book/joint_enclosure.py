"""Values of two inputs by balls: the double next to what a ball contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Add, Expr, Rational, S

from elu_sym.algebra.enclosure import Point, enclosures
from elu_sym.algebra.optional import extra
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.certified_function import HIGHEST_PRECISION, rounded
from elu_sym.gaussian.derivation import DefiniteIntegral, Hypotheses, Terms
from elu_sym.gaussian.engine import RULES
from elu_sym.gaussian.two_inputs import JOINT_LAW
from elu_sym.numeric.operations import FloatArray
from elu_sym.symbols import x, y

if TYPE_CHECKING:
    from elu_sym.book.joint_formula import JointFormula

__all__ = ["nearest_doubles", "on_a_line"]


def nearest_doubles(formula: JointFormula, arguments: tuple[Any, ...]) -> FloatArray:
    """The double next to each value of a formula, or the one beside it; NaN for NaN.

    Args:
        formula: one of two inputs.
        arguments: an array for each of its arguments, which broadcast.

    Raises:
        ArithmeticError: if a value is not known with the highest precision.
        ModuleNotFoundError: if python-flint, of the extra ``verify``, is missing.
    """
    with extra("verify", f"the value of {formula!r}"):
        import flint  # noqa: F401 - what encloses
    arrays = np.broadcast_arrays(*arguments)
    found = np.full(arrays[0].shape, np.nan)
    for index in np.ndindex(found.shape):
        point = [float(array[index]) for array in arrays]
        if not np.isnan(point).any():
            found[index] = _value(formula, point)
    return found


def _value(formula: JointFormula, values: list[float]) -> float:
    point: Point = dict(zip(formula.symbols, map(Rational, values), strict=True))
    form = formula.closed_form
    if abs(values[4]) == 1.0:
        form, point = on_a_line(formula, point), {}
    for ball in enclosures(form, point, HIGHEST_PRECISION):
        value = rounded(ball)
        if value is not None:
            return value
    where = ", ".join(f"{n} = {v!r}" for n, v in zip(formula.arguments, values, strict=True))
    raise ArithmeticError(f"{formula!r} at {where} is not known with {HIGHEST_PRECISION} bits")


def on_a_line(formula: JointFormula, point: Point) -> Expr:
    """The closed form, with numbers in it, where the second variable is a line in the first.

    The rules are those of every derivation. A derivation also compares with quadrature, which
    is too much for it where standard deviations are as far apart as they may be here.
    """
    m, s, n, t, r = (point[symbol] for symbol in JOINT_LAW)
    if formula.integrand is None:
        formulas = formula.pair.formulas
        parts: list[Expr] = [
            on_a_line(formulas[name], point)
            if name in formulas
            else formula.part(name).result.xreplace(dict(point))
            for name in formula.quantity.parts
        ]
        defined: Expr = formula.quantity.define(*parts)
        return defined
    numbers = formula.integrand.xreplace({k: v for k, v in point.items() if k not in JOINT_LAW})
    g, law = numbers.xreplace({y: n + r * t * (x - m) / s}), Hypotheses(m, s)
    terms: Terms = (DefiniteIntegral(g * law.density(x), (x, -S.Infinity, S.Infinity)),)
    for rule in RULES:
        terms = rule.apply(terms, law)
    # With every distribution a tail, what exponentials have in common cancels exactly.
    return Add(*terms).replace(NormalCdf, _by_tail).expand()


def _by_tail(t: Expr) -> Expr:
    return 1 - NormalCdf(-t) if t.is_positive else NormalCdf(t)
