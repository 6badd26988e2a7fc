"""The moments of any activation that is an expression, each enclosed before it is rounded.

Where the engine has a closed form, as for everything made of lines and exponentials, Arb encloses
that; elsewhere, as for GELU, Mish or softplus, it encloses the integral. The precision is raised
until the ball is so narrow that its middle, rounded to a double, is within a unit of the last place
of the value. What does not get so narrow is an error and no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from elu_sym.algebra.optional import extra
from elu_sym.networks import tabulated_moments
from elu_sym.networks.beyond_range import BeyondRangeError
from elu_sym.networks.named_activations import NAMED_ACTIVATIONS
from elu_sym.numeric.arguments import POSITIVE, Domain, broadcast_arguments

if TYPE_CHECKING:
    from flint import arb
    from sympy import Expr, Rational

    from elu_sym.certify.integrand import Integrand

__all__ = ["KEPT", "CertifiedActivation", "Moment"]

Moment = Literal["mean", "second_moment", "variance", "derivative_second_moment"]
"""What is known of an activation f: E f(X), E f(X)^2, Var f(X) and E f'(X)^2."""

KEPT: Mapping[str, Moment] = {
    "second_moment": "second_moment",
    "variance": "variance",
    "gradient": "derivative_second_moment",
}
"""The moment that a gain is made of."""

DOUBLE = 72
"""The bits to which a value is known before it is rounded to a double, of 53."""

LEAST = -1080
"""The binary logarithm of what is surely less than half of the smallest double."""

FINITE = Domain(lambda x: abs(x) == np.inf, "a finite number")


class WithoutParameters:
    """An activation that has no parameters, and says so where one is given."""

    name: str
    parameters: tuple[str, ...] = ()

    def bind(self, values: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters: there are none.

        Raises:
            TypeError: if one is given.
        """
        for name, value in [*named.items(), *(("a parameter", value) for value in values)]:
            raise TypeError(f"{name} = {value!r} is no parameter of {self.name}, which has none")
        return {}


class CertifiedActivation(WithoutParameters):
    """An activation with its moments under X ~ N(mu, sigma^2).

    Args:
        definition: an expression in ``elu_sym.symbols.x`` without other symbols, or a function of
            one symbol that returns such.

    Raises:
        TypeError: if the definition is no expression.
        ValueError: if it has a symbol other than x.

    Accuracy:
        Within one unit of the last place, or of the smallest double, proved for each value as it is
        computed.

    Examples:
        >>> from sympy import sin
        >>> from elu_sym.symbols import x
        >>> snake = CertifiedActivation(x + sin(x) ** 2)
        >>> print(f"{snake.mean(0, 1):.15f} {snake.gain():.15f}")
        0.432332358381694 0.874580982931370
        >>> print(snake.enclosure("mean", 0, 1).str(25, radius=False))
        0.4323323583816936540530003
    """

    source = "a definition of one's own"
    _tabulated: Mapping[str, Decimal] = {}

    def __init__(self, definition: Any) -> None:
        """Read the definition; nothing is integrated yet."""
        self._definition = definition
        self.name = str(self.expression)

    @classmethod
    def named(cls, name: str) -> CertifiedActivation:
        """One of :data:`~elu_sym.networks.named_activations.NAMED_ACTIVATIONS`.

        Its moments at mu = 0 and sigma = 1 are read from a table and load no SymPy.

        Examples:
            >>> print(f"{CertifiedActivation.named('gelu').gain():.15f}")
            1.533530441195535
        """
        activation = object.__new__(cls)
        activation.name = name
        activation._definition, activation.source, _ = NAMED_ACTIVATIONS[name]
        activation._tabulated = tabulated_moments.MOMENTS[name]
        return activation

    @cached_property
    def expression(self) -> Expr:
        """The definition, its decimals as fractions."""
        from sympy import Expr

        from elu_sym.book.expectation_formula import GaussianExpectation
        from elu_sym.symbols import x

        given = self._definition
        if callable(given) and not isinstance(given, Expr):
            given = given(x)
        others: set[Any] = getattr(given, "free_symbols", set()) - {x}
        if others:
            raise ValueError(
                f"activation = {given} has the symbol {', '.join(sorted(map(str, others)))} beside"
                " elu_sym.symbols.x: give a number for it, or write it in elu_sym.symbols.x"
            )
        return GaussianExpectation(given).integrand

    def mean(self, mu: Any, sigma: Any = 1.0) -> Any:
        """E f(X).

        Args:
            mu: the mean of X, finite, scalar or array.
            sigma: its standard deviation, positive and finite.

        Returns:
            A float64 of the broadcast shape, a float32 if every array is one; NaN where an argument
            is NaN.

        Raises:
            ValueError: if a value is outside its domain.
            UncertifiedError: a ValueError, if the value cannot be enclosed so narrowly.
            ModuleNotFoundError: if python-flint is missing, which the extra ``verify`` brings; the
                activations that have names are tabulated at mu = 0, sigma = 1 and do not need it.
        """
        return self._moment("mean", mu, sigma)

    def second_moment(self, mu: Any, sigma: Any = 1.0) -> Any:
        """E f(X)^2; see :meth:`mean`."""
        return self._moment("second_moment", mu, sigma)

    def variance(self, mu: Any, sigma: Any = 1.0) -> Any:
        """Var f(X); see :meth:`mean`."""
        return self._moment("variance", mu, sigma)

    def derivative_second_moment(self, mu: Any, sigma: Any = 1.0) -> Any:
        """E f'(X)^2, with f' as backpropagation takes it, without what a jump adds; see mean."""
        return self._moment("derivative_second_moment", mu, sigma)

    def gain(self, mu: Any = 0.0, sigma: Any = 1.0, preserve: str = "second_moment") -> Any:
        """The factor for the weights of a layer that is fed by the activation.

        Args:
            mu: the mean of the pre-activation, finite, scalar or array.
            sigma: its standard deviation, positive and finite.
            preserve: ``"second_moment"``, ``"variance"`` or ``"gradient"``, as for
                :func:`elu_sym.gain`.

        Returns:
            As :meth:`mean`.

        Raises:
            ValueError: as for :meth:`mean`, and if ``preserve`` is unknown or the gain is beyond
                the range of a double.
        """
        if preserve not in KEPT:
            raise ValueError(f"preserve = {preserve!r} is none of {', '.join(map(repr, KEPT))}")
        return self._moment(KEPT[preserve], mu, sigma, gain=True)

    def enclosure(self, moment: Moment, mu: Any, sigma: Any, accuracy: int = DOUBLE) -> arb:
        """A moment at exact arguments as a ball.

        Args:
            moment: its name.
            mu: the mean of X, a finite number of any kind.
            sigma: its standard deviation, positive.
            accuracy: how many bits of the value are to be known.

        Raises:
            UncertifiedError: if so many are not known with 1,024 bits, as where the value is 0.
            TypeError: if an argument is no exact number.
            ValueError: if there is no such moment, or sigma is not positive.
        """
        return self._narrow(moment, mu, sigma, accuracy, None)

    def _narrow(self, moment: Moment, mu: Any, sigma: Any, accuracy: int, least: int | None) -> arb:
        """The same, where what is below 2^least is as good as 0."""
        from elu_sym.algebra.arbitrary_precision import exact_rational
        from elu_sym.algebra.working_precision import working_precision

        if moment not in get_args(Moment):
            raise ValueError(
                f"moment = {moment!r} is none of {', '.join(map(repr, get_args(Moment)))}"
            )
        what = f"{self.name}.{moment} at mu = {mu}, sigma = {sigma}"
        with extra("verify", what):
            from elu_sym.certify.gaussian_quadrature import UncertifiedError, until_narrow

            place = exact_rational("mu", mu), exact_rational("sigma", sigma)
            if not place[1] > 0:
                raise ValueError(f"sigma = {sigma}: give a number above zero")

            def value(bits: int) -> arb:
                with working_precision(bits):
                    return self._ball(moment, *place, bits)

            if moment == "mean" and place[0] == 0 and self._is_odd:
                from flint import arb

                return arb(0)
            try:
                ball = until_narrow(value, accuracy, what, least)
                real = self._is_real
            except UncertifiedError as reason:
                raise UncertifiedError(
                    f"{reason}; a function of numbers in place of the expression gets an estimate"
                ) from None
            if not real:
                raise UncertifiedError(
                    f"activation = {self.name} is not known to be a real number everywhere: give"
                    " one that is"
                )
            return ball

    def _moment(self, moment: Moment, mu: Any, sigma: Any, gain: bool = False) -> Any:
        checked = broadcast_arguments(mu=(mu, FINITE), sigma=(sigma, POSITIVE))
        points = np.broadcast_arrays(*checked.arrays)
        values = np.empty(checked.shape)
        for index in np.ndindex(values.shape):
            place, scale = (float(each[index]) for each in points)
            values[index] = self._number(moment, place, scale, gain)
        return checked.result(values)

    def _number(self, moment: Moment, mu: float, sigma: float, gain: bool) -> float:
        if np.isnan(mu) or np.isnan(sigma):
            return np.nan
        if (mu, sigma) == (0.0, 1.0) and self._tabulated:
            known = self._tabulated[moment]
            exact = tabulated_moments.CONTEXT
            return float(exact.divide(1, exact.sqrt(known)) if gain else known)
        ball = self._narrow(moment, mu, sigma, DOUBLE, LEAST)
        if gain:
            from elu_sym.algebra.working_precision import working_precision

            unit = 1.0 if moment == "derivative_second_moment" else sigma
            with working_precision(2 * DOUBLE):
                ball = unit / ball.sqrt()
        value = float(ball)
        if gain and not np.isfinite(value):
            raise BeyondRangeError(
                f"mu = {mu}, sigma = {sigma}: the gain that keeps the {moment} of {self.name} is"
                " beyond the range of float64, since the units hardly respond there"
            )
        return value

    def _ball(self, moment: Moment, mean: Rational, deviation: Rational, bits: int) -> arb:
        if moment == "variance":
            first, second = (
                self._ball(each, mean, deviation, bits) for each in ("mean", "second_moment")
            )
            return second - first * first
        from elu_sym.algebra.enclosure import enclose
        from elu_sym.certify.gaussian_quadrature import enclose_mean
        from elu_sym.symbols import mu, sigma

        closed_form = self._closed_forms[moment]
        if closed_form is not None:
            return enclose(closed_form, {mu: mean, sigma: deviation}, bits)
        return enclose_mean(self._integrands[moment], mean, deviation, bits)

    @cached_property
    def _integrands(self) -> dict[str, Integrand]:
        """The functions whose means the moments are, by their pieces."""
        from elu_sym.certify.gaussian_quadrature import by_pieces, derivative
        from elu_sym.certify.integrand import Integrand
        from elu_sym.certify.logistic import with_logistic

        pieces = Integrand.split(with_logistic(self.expression))
        return {
            "mean": pieces,
            "second_moment": by_pieces(pieces, lambda piece: piece**2),
            "derivative_second_moment": by_pieces(derivative(pieces), lambda piece: piece**2),
        }

    @cached_property
    def _closed_forms(self) -> dict[str, Expr | None]:
        """The moments in closed form, in mu and sigma; None where the engine has none."""
        from sympy import Piecewise, true

        from elu_sym.book.expectation_formula import GaussianExpectation
        from elu_sym.gaussian.order import UnsupportedExpressionError
        from elu_sym.symbols import x

        forms: dict[str, Expr | None] = {}
        for moment, g in self._integrands.items():
            conditions = [*(x < breakpoint_ for breakpoint_ in g.breakpoints), true]
            function = Piecewise(*zip(g.pieces, conditions, strict=True))
            try:
                forms[moment] = GaussianExpectation(function).closed_form
            except UnsupportedExpressionError:
                forms[moment] = None
        return forms

    @cached_property
    def _is_odd(self) -> bool:
        from elu_sym.symbols import x

        pieces = self._integrands["mean"]
        places = zip(pieces.breakpoints, reversed(pieces.breakpoints), strict=True)
        mirrored = (piece.subs(x, -x) for piece in reversed(pieces.pieces))
        sums = (left + right for left, right in zip(pieces.pieces, mirrored, strict=True))
        return all(a + b == 0 for a, b in places) and all(each.expand() == 0 for each in sums)

    @cached_property
    def _is_real(self) -> bool:
        """Whether f is known to be real: its square may be where f is not, as that of sqrt(x).

        On a branch cut no integral is narrow.
        """
        from sympy import S

        from elu_sym.certify.gaussian_quadrature import enclose_mean

        if self._tabulated or self.expression.is_real:
            return True
        ball = enclose_mean(self._integrands["mean"], S.Zero, S.One, DOUBLE + 40)
        return bool(ball.rad() <= (1 + abs(ball)) * 2.0**-DOUBLE)

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels as what it was given as."""
        if self._tabulated:
            return CertifiedActivation.named, (self.name,)
        return CertifiedActivation, (self.expression,)

    def __repr__(self) -> str:
        return f"<activation {self.name}, certified>"
