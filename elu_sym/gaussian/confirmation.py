r"""What no mistake passes: at a rational point the closed form is the integral, by quadrature.

Every step of a derivation has exact checks; this is the one of the whole that shares nothing with
them. The integrand is taken as it was asked for, pieces, kinks and all, and integrated by
Gauss-Legendre rules of 16 nodes between the breakpoints, in steps of one standard deviation, as far
out as it matters. It runs in extended precision where the platform has it, with mpmath where that
overflows; the closed form is evaluated with mpmath, in a context of its own.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import islice
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy
from scipy.special import ndtr
from sympy import (
    Abs,
    Add,
    CRootOf,
    DiracDelta,
    Dummy,
    Expr,
    Heaviside,
    Max,
    Min,
    Mul,
    NumberSymbol,
    Piecewise,
    Pow,
    S,
    Symbol,
    asin,
    exp,
    log,
    pi,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Not

from elu_sym.activations import KinkedFunction
from elu_sym.algebra.bivariate_normal import BivariateNormalCdf
from elu_sym.algebra.equality import rational_points
from elu_sym.algebra.special_functions import NormalCdf, NormalPdf

TOLERANCE = 1e-9
"""How far the two may be apart, relative to the expected modulus of the terms of g."""

DIGITS = (30, 120, 480)
"""With so many digits the closed form is evaluated, more where its terms cancel."""

POINTS = 3
"""So many points are tried before an integral without a finite value is given up."""

CLOSENESS = ((4, 12), (0, 40))
"""From so many deviations the sides of a breakpoint are halved so often; then that is done to all.

Next to a breakpoint the function may fall within a small fraction of a deviation, too.
"""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)

RELATIONS = {
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    **{"==": operator.eq, "!=": operator.ne},
}


class Question(NamedTuple):
    """An expectation at numbers: E g(X) for X of a mean and a standard deviation.

    Attributes:
        g: the function.
        variable: its variable.
        mean: the mean of X.
        deviation: the standard deviation of X.
        breakpoints: where g may have a kink.
    """

    g: Expr
    variable: Symbol
    mean: Expr
    deviation: Expr
    breakpoints: tuple[Expr, ...] = ()

    def mapped(self, change: Callable[[Expr], Expr]) -> "Question":
        """The question with its expressions changed, as by values for its symbols."""
        g, variable, mean, deviation, breakpoints = self
        there = tuple(map(change, breakpoints))
        return Question(change(g), variable, change(mean), change(deviation), there)

    @property
    def symbols(self) -> set[Symbol]:
        """The parameters."""
        return set().union(*(part.free_symbols for part in (*self[:1], *self[2:4]))) - {
            self.variable
        }


def confirmed(question: Question, answer: Expr) -> tuple[str, bool]:
    """Whether quadrature at a point gives the value of a closed form, and the point in words.

    Args:
        question: the expectation.
        answer: its closed form over the same symbols.

    Examples:
        >>> from elu_sym.symbols import mu, sigma, x
        >>> confirmed(Question(Max(x, 0), x, mu, sigma, (S.Zero,)), mu**2)
        ('the value at mu = 1/2, sigma = 7/5 agrees with quadrature', False)
    """
    if question.g == 0:
        return "the integral of 0 is 0", answer == 0
    for point in islice(rational_points(question.symbols), POINTS):
        place = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
        statement = f"the value{f' at {place}' * bool(place)} agrees with quadrature"
        there = question.mapped(operator.methodcaller("xreplace", dict(point)))
        closed = answer.xreplace(dict(point))
        for least, numbers in ((np.longdouble(0), _extended()), (-1, _arbitrary(DIGITS[0]))):
            for far, steps in CLOSENESS:
                with np.errstate(all="ignore"):
                    integral, size = _integrate(there, numbers, far, steps)
                    known = size > least and size - size == 0  # no underflow, overflow or NaN
                if not known:
                    break
                if any(_value(closed, digits, integral, size) for digits in DIGITS):
                    return statement, True
            if known:
                return statement, False
    return "the integral has a finite value at a rational point", False


def _value(closed: Expr, digits: int, integral: Any, size: Any) -> bool:
    numbers = _arbitrary(digits)
    try:
        value = _evaluate(closed, {}, numbers)
    except (ValueError, ZeroDivisionError):
        return False
    gap = abs(value - numbers.from_text(str(integral)))
    return bool(gap <= TOLERANCE * numbers.from_text(str(size)))


class _Numbers(NamedTuple):
    """A kind of real numbers, and what is done with arrays of them."""

    from_text: Callable[[str], Any]
    pi: Any
    functions: Mapping[Any, Callable[[Any], Any]]


def _extended() -> _Numbers:
    return _Numbers(
        np.longdouble,
        np.longdouble("3.14159265358979323846264338327950288"),
        {
            exp: np.exp,
            log: np.log,
            NormalCdf: lambda t: np.longdouble(ndtr(np.float64(t))),
            NormalPdf: lambda t: np.exp(-t * t / 2) / np.sqrt(2 * np.longdouble(np.pi)),
        },
    )


def _arbitrary(digits: int) -> _Numbers:
    context = mpmath.mp.clone()
    context.dps = digits
    root, peak = context.sqrt(2), 1 / context.sqrt(2 * context.pi)

    def distribution(t: Any) -> Any:
        return context.erfc(-t / root) / 2

    def joint_distribution(h: Any, k: Any, r: Any) -> Any:
        def density(a: Any) -> Any:
            exponent = h * h - 2 * h * k * context.sin(a) + k * k
            return context.exp(-exponent / (2 * context.cos(a) ** 2))

        whole = context.quad(density, [0, context.asin(r)])
        return distribution(h) * distribution(k) + whole / (2 * context.pi)

    functions = {
        exp: context.exp,
        log: context.log,
        asin: context.asin,
        NormalCdf: distribution,
        BivariateNormalCdf: joint_distribution,
        NormalPdf: lambda t: peak * context.exp(-t * t / 2),
    }
    return _Numbers(
        context.mpf,
        +context.pi,
        {
            kind: np.frompyfunc(function, function.__code__.co_argcount, 1)
            if kind == BivariateNormalCdf
            else np.frompyfunc(function, 1, 1)
            for kind, function in functions.items()
        },
    )


def _integrate(question: Question, numbers: _Numbers, far: int, steps: int) -> tuple[Any, Any]:
    """E g(X), and the sum of E abs(t(X)) over the terms t of g, which may cancel."""
    smooth, atoms = _without_atoms(question)
    mean, deviation = (_evaluate(part, {}, numbers) for part in (question.mean, question.deviation))
    cuts = [(_evaluate(point, {}, numbers) - mean) / deviation for point in question.breakpoints]
    scale = numbers.functions[exp](-numbers.functions[log](2 * numbers.pi) / 2)

    def density(z: Any) -> Any:
        return scale * numbers.functions[exp](-z * z / 2)

    def values(term: Expr, z: Any) -> Any:
        return _evaluate(term, {question.variable: mean + deviation * z}, numbers) * density(z)

    total = size = 0 * mean
    for weight, place, slope in atoms:
        at = _evaluate(place, {}, numbers)
        steepness = abs(_evaluate(slope, {}, numbers)) * deviation
        share = _evaluate(weight, {question.variable: at}, numbers) / steepness
        share = share * density((at - mean) / deviation)
        total, size = total + share, size + abs(share)
    # Beyond a breakpoint far out the density falls within a fraction of a standard deviation.
    near = [sign * 2.0**-k for k in range(steps) for sign in (-1, 1)]
    around = [cut + _as(numbers, [0.0, *near] if abs(cut) >= far else [0.0]) for cut in cuts]
    reach = 12
    while True:
        whole = [numbers.from_text(str(step)) for step in range(-reach, reach + 1)]
        ends = np.array(sorted({*whole, *(end for ends in around for end in ends)}))
        half = (ends[1:] - ends[:-1]) / 2
        z = (ends[1:] + ends[:-1])[:, None] / 2 + half[:, None] * _as(numbers, NODES)
        weights = half[:, None] * _as(numbers, WEIGHTS)
        terms = [values(term, z) * weights for term in Add.make_args(smooth)]
        weighted, shares = sum(terms), sum(abs(term) for term in terms).sum(axis=1)
        if not max(shares[0], shares[-1]) > 1e-25 * shares.sum() or reach > 1000:
            return total + weighted.sum(), size + shares.sum()
        reach *= 2


def _digits(number: Expr) -> str:
    """The decimal digits of a constant that has no other use here, Euler's or sin(1)."""
    context = mpmath.mp.clone()
    context.dps = DIGITS[-1] + 20
    if isinstance(number, NumberSymbol):
        return context.nstr(context.make_mpf(number._as_mpf_val(context.prec)), context.dps)
    function = getattr(context, type(number).__name__.lower(), None)
    if function is None:
        raise ValueError(f"no value is known for {number}")
    arguments = (
        context.mpf(_digits(a)) if not a.is_Rational else context.mpf(a.p) / a.q
        for a in number.args
    )
    return context.nstr(function(*arguments), context.dps)


def _as(numbers: _Numbers, values: Any) -> Any:
    return np.array([numbers.from_text(repr(float(value))) for value in values])


def _without_atoms(question: Question) -> tuple[Expr, list[tuple[Expr, Expr, Expr]]]:
    """The function without its atoms; of each the weight, the place and the slope there."""
    g, variable = question.g, question.variable
    symbols = {delta: Dummy("atom") for delta in g.atoms(DiracDelta)}
    without = dict.fromkeys(symbols, S.Zero)
    smooth = g.xreplace(without)
    atoms = []
    for delta in symbols:
        weight = g.xreplace({**without, delta: S.One}) - smooth
        slope = delta.args[0].diff(variable)
        place = -delta.args[0].xreplace({variable: S.Zero}) / slope
        atoms.append((weight, place, slope))
    return smooth, atoms


def _evaluate(expression: Expr, values: Mapping[Expr, Any], numbers: _Numbers) -> Any:
    """An expression at numbers, or at arrays of them."""
    known = dict(values)

    def read(part: Expr) -> Any:
        if part not in known:
            known[part] = find(part)
        return known[part]

    def find(part: Expr) -> Any:
        if part.is_Rational:
            return numbers.from_text(str(part.p)) / numbers.from_text(str(part.q))
        if part == pi:
            return numbers.pi
        if part == S.Exp1:
            return numbers.functions[exp](numbers.from_text("1"))
        if isinstance(part, CRootOf):
            return read(part.eval_rational(n=DIGITS[1]))
        if isinstance(part, Add | Mul):
            operation = operator.add if isinstance(part, Add) else operator.mul
            return reduce(operation, map(read, part.args))
        if isinstance(part, Pow):
            if part.exp.is_Integer:
                return read(part.base) ** int(part.exp)
            return numbers.functions[exp](read(part.exp) * numbers.functions[log](read(part.base)))
        if isinstance(part, KinkedFunction):
            return read(part.rewrite(Piecewise))
        if isinstance(part, Piecewise):
            chosen: Any = np.nan
            for piece, condition in reversed(part.args):
                chosen = np.where(holds(condition), read(piece), chosen)
            return chosen
        if isinstance(part, Max | Min):
            return reduce(np.maximum if isinstance(part, Max) else np.minimum, map(read, part.args))
        if isinstance(part, NumberSymbol) or (
            part.is_number
            and not isinstance(part, Abs | sympy.sign | Heaviside)
            and type(part) not in numbers.functions
        ):
            return numbers.from_text(_digits(part))
        arguments: Any = [read(argument) for argument in part.args]
        if isinstance(part, Abs):
            return abs(arguments[0])
        if isinstance(part, sympy.sign | Heaviside):
            argument = arguments[0]
            sign = 1 * (argument > 0) - 1 * (argument < 0)
            return sign if isinstance(part, sympy.sign) else (1 + sign) / numbers.from_text("2")
        if type(part) not in numbers.functions:
            raise ValueError(f"no value is known for {part}")
        return numbers.functions[type(part)](*arguments)

    def holds(condition: Any) -> Any:
        if condition in (S.true, S.false):
            return bool(condition)
        if isinstance(condition, Relational):
            return RELATIONS[condition.rel_op](read(condition.lhs), read(condition.rhs))
        parts: Sequence[Any] = [holds(part) for part in condition.args]
        if isinstance(condition, Not):
            return np.logical_not(parts[0])
        return reduce(np.logical_and if isinstance(condition, And) else np.logical_or, parts)

    return read(expression)
