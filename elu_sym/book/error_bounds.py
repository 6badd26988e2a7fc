r"""A closed form in doubles, with a bound of what rounding did to each value.

Every operation carries, beside its value v, a bound e of abs(v - exact value): what the operands'
bounds become, and its own rounding (J. H. Wilkinson's running error analysis). A value whose bound
is small enough is proved, whatever cancelled on the way; for the others somebody else has to be
asked.

What the bounds rest on beside IEEE arithmetic: NumPy's ``exp`` and ``log`` err by at most 2 units
in the last place and the Mills ratio of :mod:`elu_sym.numeric.mills` by at most 4 on the positive
axis. The tests measure all three.

A product :math:`e^q \Phi(a)` is overflow times underflow far from the kink. For a < 0 it is

.. math:: e^{q - a^2/2} M(-a) / \sqrt{2\pi},

with the exponent combined before anything is computed.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from math import inf
from typing import Any, NamedTuple

import numpy as np
from sympy import Add, Expr, Mul, Pow, Symbol, erf, erfc, exp, expand, log, sqrt, together
from sympy.core.evalf import PrecisionExhausted

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.numeric.mills import mills_ratio
from elu_sym.numeric.operations import NUMPY, FloatArray

UNIT = 2.0**-53
"""The largest relative error of one rounding."""

TINY = 2.0**-1074
"""The smallest positive double: what an operation may lose to underflow."""

EXPONENTIAL = LOGARITHM = 4 * UNIT
MILLS = 8 * UNIT
"""The largest relative error of a function at the given double."""

SLACK = 1 + 2.0**-40
"""More than what roundings take from a bound, in a formula of a thousand operations."""


class Bounded(NamedTuple):
    """Doubles and bounds of their errors, arrays of one shape or numbers.

    Examples:
        >>> third = Bounded.rounded(1 / 3)
        >>> (third + third).error < 2**-52
        True
    """

    value: Any
    error: Any

    @classmethod
    def rounded(cls, value: Any, relative: float = UNIT, error: Any = 0.0) -> "Bounded":
        """What an operation gives: its relative error is added to that of the operands."""
        return cls(value, error + relative * abs(value) + TINY)

    def __add__(self, other: "Bounded") -> "Bounded":  # type: ignore[override]
        # No sum of doubles underflows.
        value = self.value + other.value
        return Bounded(value, self.error + other.error + UNIT * abs(value))

    def __mul__(self, other: "Bounded") -> "Bounded":  # type: ignore[override]
        error = abs(self.value) * other.error + (abs(other.value) + other.error) * self.error
        return Bounded.rounded(self.value * other.value, error=error + 2 * TINY)

    def reciprocal(self) -> "Bounded":
        """1/x; the bound is infinite where x may be 0."""
        size = abs(self.value)
        least = size - self.error
        error = np.where(least > 0, self.error / (size * least), inf)
        return Bounded.rounded(1 / self.value, error=error)

    def root(self) -> "Bounded":
        """The square root; the bound is infinite where x may be negative."""
        value = np.sqrt(self.value)
        error = np.where(self.value >= self.error, self.error / value, inf)
        return Bounded.rounded(value, error=np.where(self.error == 0, 0.0, error))

    def exp(self) -> "Bounded":
        """e^x."""
        value = np.exp(self.value)
        error = (value + TINY) * (1 + EXPONENTIAL) * np.expm1(self.error)
        return Bounded.rounded(value, EXPONENTIAL, error)

    def log(self) -> "Bounded":
        """The logarithm; the bound is infinite where x may not be positive."""
        least = self.value - self.error
        error = np.where(least > 0, self.error / least, inf)
        return Bounded.rounded(np.log(self.value), LOGARITHM, error)

    def mills_ratio(self) -> "Bounded":
        """M(x) for what is not negative, or nearly so: its logarithm has slopes from -1 to 0."""
        value = _mills(self.value)
        slope = np.where(self.value - self.error > 1, 1 / (self.value - self.error), 1.0)
        near = self.value - self.error > -0.25
        error = np.where(near, value * np.expm1(slope * self.error), inf)
        return Bounded.rounded(value, MILLS, error)

    def density(self) -> "Bounded":
        """The density of the standard normal law, which is no double beyond 39."""
        value, error = (Bounded(-0.5, 0.0) * self * self).exp() * PEAK
        far = abs(self.value) - self.error > 39
        return Bounded(np.where(far, 0.0, value), np.where(far, TINY, error))

    def distribution(self) -> "Bounded":
        """Its distribution function: what is known at the double, and how steep it is nearby."""
        size = Bounded(abs(self.value), 0.0)
        density = size.density()
        far, central = density * size.mills_ratio(), _central_tail(size, density)
        pairs = zip(central, far, strict=True)
        tail = Bounded(*(np.where(size.value < 0.5, *pair) for pair in pairs))
        above = Bounded(1.0, 0.0) + Bounded(-tail.value, tail.error)
        right = self.value > 0
        least = np.maximum(size.value * (1 - 2 * UNIT) - self.error, 0.0)
        steepest = sum(Bounded(least, 0.0).density())
        error = np.where(right, above.error, tail.error)
        error = error + np.where(self.error == 0, 0.0, self.error * steepest)
        return Bounded(np.where(right, above.value, tail.value), error)


def _central_tail(size: Bounded, density: Bounded) -> Bounded:
    """1/2 - phi(t) (t + t^3/3 + t^5/15 + ...), A. de Moivre's series, for 0 <= t < 1/2."""
    square, series = size * size, Bounded(1.0, UNIT)  # and less than that is left out
    for odd in range(23, 1, -2):
        series = Bounded(1.0, 0.0) + series * square * Bounded.rounded(1 / odd)
    return Bounded(0.5, 0.0) + Bounded(-1.0, 0.0) * size * density * series


def _mills(x: Any) -> Any:
    place = np.maximum(np.nan_to_num(x, nan=0.0), 0.0)
    return mills_ratio(NUMPY, np.reshape(place, -1)).reshape(np.shape(x))


PEAK = Bounded.rounded(0.3989422804014327)
"""One over the root of 2 pi."""

Values = dict[Expr, Bounded]
Computation = Callable[[Values], Bounded]


def bounded_function(expression: Expr, symbols: Sequence[Symbol]) -> Callable[..., Bounded]:
    """A function of float64 arrays, one for each symbol, that are taken as exact.

    Args:
        expression: made of numbers, the symbols, ``+ * **``, ``exp``, ``log``, roots, ``erf``,
            ``erfc`` and the normal distribution functions.
        symbols: mu, sigma and the parameters.

    Returns:
        A function that gives a :class:`Bounded`. Its error is infinite or NaN where nothing is
        proved.

    Raises:
        ValueError: if something else is in the expression.

    Examples:
        >>> from elu_sym.symbols import mu, sigma
        >>> tail = exp(mu + sigma**2/2) * NormalCdf(-mu/sigma - sigma)
        >>> value, error = bounded_function(tail, (mu, sigma))(np.zeros(1), np.array([40.0]))
        >>> print(f"{value[0]:.10f}", error[0] < 1e-16)
        0.0099673352 True
    """
    computation = _Compiler(symbols[0], symbols[1]).read(_over_distribution(expression))

    def function(*arrays: FloatArray) -> Bounded:
        known: Values = {
            symbol: Bounded(array, np.zeros_like(array))
            for symbol, array in zip(symbols, arrays, strict=True)
        }
        with np.errstate(all="ignore"):
            found = computation(known)
            value, error, *_ = np.broadcast_arrays(found.value, SLACK * found.error, *arrays)
            return Bounded(value, np.where(np.isfinite(value), error, inf))

    return function


def _over_distribution(expression: Expr) -> Expr:
    """Error functions as distribution functions."""
    expression = expression.replace(erfc, lambda z: 2 * NormalCdf(-sqrt(2) * z))
    return expression.replace(erf, lambda z: 1 - 2 * NormalCdf(-sqrt(2) * z))


class _Compiler:
    """Turns an expression into a computation, equal parts of which are done once."""

    def __init__(self, mean: Symbol, deviation: Symbol) -> None:
        self.mean, self.deviation = mean, deviation

    def read(self, expression: Expr) -> Computation:
        compute = self._constant(expression) if expression.is_number else self._compute(expression)

        def computed(known: Values) -> Bounded:
            if expression not in known:
                known[expression] = compute(known)
            return known[expression]

        return computed

    def _compute(self, expression: Expr) -> Computation:
        if expression.is_Symbol:
            return lambda known: known[expression]
        if isinstance(expression, Add):
            terms = [self.read(term) for term in expression.args]
            return lambda known: reduce(Bounded.__add__, (term(known) for term in terms))
        if isinstance(expression, Mul):
            return self._product(expression)
        if isinstance(expression, Pow):
            return self._power(*expression.args)
        functions = {exp: Bounded.exp, log: Bounded.log}
        functions |= {NormalCdf: Bounded.distribution, NormalPdf: Bounded.density}
        if type(expression) not in functions:
            raise ValueError(f"no error bound is known for {expression}")
        function = functions[type(expression)]
        argument = self.read(together(expression.args[0]))
        return lambda known: function(argument(known))

    @staticmethod
    def _constant(number: Expr) -> Computation:
        exact = number.is_Rational
        try:
            value = number.p / number.q if exact else float(number.evalf(30, strict=True))
        except (OverflowError, PrecisionExhausted):  # nothing is proved of what it is in
            return lambda known: Bounded(inf, inf)
        exact = exact and value == number
        bounded = Bounded(value, 0.0) if exact else Bounded.rounded(value)
        return lambda known: bounded

    def _product(self, expression: Expr) -> Computation:
        exponentials = [factor for factor in expression.args if isinstance(factor, exp)]
        normal = [factor for factor in expression.args if isinstance(factor, NormalCdf | NormalPdf)]
        exponent = Add(*(factor.args[0] for factor in exponentials))
        if exponentials and normal:
            taken = (*exponentials, normal[0])
            scaled = self._scaled(exponent, normal[0])
            others = [scaled, *(self.read(each) for each in expression.args if each not in taken)]
        else:
            others = [self.read(factor) for factor in expression.args]
        return _times(others)

    def _scaled(self, exponent: Expr, normal: Expr) -> Computation:
        """e^q phi(a), or e^q Phi(a): as it stands for a >= 0, the exponents combined for a < 0."""
        place = together(normal.args[0])
        combined = self._combined(expand(exponent - normal.args[0] ** 2 / 2))
        if isinstance(normal, NormalPdf):
            return combined
        straight = _times([self.read(exp(exponent)), self.read(NormalCdf(place))])
        mirrored = self.read(together(-place))

        def computed(known: Values) -> Bounded:
            below = mirrored(known)
            left, right = combined(known) * below.mills_ratio(), straight(known)
            pairs = zip(left, right, strict=True)
            return Bounded(*(np.where(below.value > 0, *pair) for pair in pairs))

        return computed

    def _combined(self, exponent: Expr) -> Computation:
        """e^exponent over the root of 2 pi, as a density times a constant where it is one."""
        mean, deviation = self.mean, self.deviation
        point = expand(deviation**2 * exponent.diff(mean) + mean)
        rest = expand(exponent + ((mean - point) / deviation) ** 2 / 2)
        if point.has(mean, deviation) or rest.has(mean, deviation):
            return _times([self.read(exp(exponent)), lambda known: PEAK])
        return _times([self.read(NormalPdf((mean - point) / deviation)), self.read(exp(rest))])

    def _power(self, base: Expr, exponent: Expr) -> Computation:
        read = self.read(base)
        if exponent.is_Integer:
            return lambda known: _integer_power(read(known), int(exponent))
        if (2 * exponent).is_Integer:
            return lambda known: _integer_power(read(known).root(), int(2 * exponent))
        return self.read(exp(exponent * log(base), evaluate=False))


def _times(factors: Sequence[Computation]) -> Computation:
    return lambda known: reduce(Bounded.__mul__, (factor(known) for factor in factors))


def _integer_power(base: Bounded, power: int) -> Bounded:
    product = reduce(Bounded.__mul__, [base] * abs(power))
    return product if power > 0 else product.reciprocal()
