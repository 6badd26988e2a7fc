"""Expectations of what is written with the random symbols of SymPy."""

from typing import Any

from sympy import Dummy, Expr, Indexed, S, cancel, erfc, sqrt
from sympy.stats import Normal
from sympy.stats.crv_types import NormalDistribution
from sympy.stats.joint_rv_types import MultivariateNormalDistribution
from sympy.stats.rv import random_symbols

from elu_sym.gaussian.engine import derive_expectation, readable
from elu_sym.gaussian.order import UnsupportedExpressionError
from elu_sym.gaussian.two_inputs import JOINT_LAW, JointLaw, derive_joint_expectation
from elu_sym.symbols import symbolic, x, y


def expectation(g: Expr, X: Expr, Y: Expr | None = None, *, order: tuple[Expr, ...] = ()) -> Expr:
    """The exact expectation of a function of a Gaussian, or of two, in SymPy.

    The class: with real x for X, a g of one variable is a piecewise exponential polynomial, built
    by sums, products and positive integer powers from x, real parameters and constants,
    exponentials ``exp(k*x)`` and ``a**x`` with real k and positive a, ``sinh`` and ``cosh``, the
    activations of this project, and atoms ``DiracDelta(k*x - b)`` as summands or smooth factors.
    ``Abs``, ``sign``, ``Heaviside``, ``Max`` and ``Min`` of such functions, and a ``Piecewise``
    whose conditions compare them, belong to it where a comparison turns into one with zero of
    factors that are each

    * a polynomial in x with rational coefficients, or one of degree 2 at most, or ``x**n - c``,
      whose roots are known to be real or not, or
    * such a polynomial in ``exp(d*x)``,

    and where assumptions, or ``order``, order the zeros. Constants and parameters, those of the law
    too, enter by ``+ - * /``, powers, roots of what is positive, ``exp`` and ``log``. A float is
    the rational number that it is: 0.1 is 3602879701896397/36028797018963968, so write
    ``Rational(1, 10)`` for a tenth. What g is at single points does not matter. A normal
    distribution or density of a line in x, as in GELU, may be a factor, but one distribution only.

    Of two jointly normal variables, g is a sum of products of a piecewise exponential polynomial of
    X and one of Y.

    Every step is proved by the normal form, and the value is compared with quadrature at one
    rational point of the parameters; see :func:`~elu_sym.gaussian.engine.derive_expectation` and
    :func:`~elu_sym.gaussian.two_inputs.derive_joint_expectation`.

    Args:
        g: an expression in X, and in Y.
        X: a normal random symbol, ``sympy.stats.Normal("X", mu, sigma)``, or a component ``Z[i]``
            of a multivariate one, ``Normal("Z", means, covariance)``.
        Y: another component of it, or another symbol, which is independent of X.
        order: symbolic breakpoints in increasing order, where assumptions do not order them.

    Returns:
        A closed form in exponentials and ``erfc``, free of integrals, pieces and the variables; of
        two that are dependent, in ``BivariateNormalCdf``, too, for correlations between -1 and 1.

    Raises:
        TypeError: if the variables are not normal, or not jointly so, or g, or a part of ``order``,
            is text or otherwise no expression. Of a condition it says how its probability is
            written.
        ValueError: if one of two variables has the variance 0.
        UnsupportedExpressionError: if g is outside the class; the part is named, and what to write
            instead. It is an UnorderedBreakpointsError, which is one, if the order of two
            breakpoints is not known.

    Examples:
        >>> from sympy import Abs, Max, Symbol, exp, log, symbols
        >>> from sympy.stats import Normal
        >>> X = Normal("X", 0, 1)
        >>> expectation(Abs(X), X)
        sqrt(2)/sqrt(pi)
        >>> K, s = symbols("K s", positive=True)
        >>> Y = Normal("Y", 0, s)
        >>> expectation(Max(exp(Y) - K, 0), Y)
        -K*erfc(sqrt(2)*log(K)/(2*s))/2 + exp(s**2/2)*erfc(sqrt(2)*(-s + log(K)/s)/2)/2
        >>> rho = Symbol("rho", real=True)
        >>> Z = Normal("Z", [0, 0], [[1, rho], [rho, 1]])
        >>> expectation(Max(Z[0], 0) * Max(Z[1], 0), Z[0], Z[1]).expand()
        rho*asin(rho)/(2*pi) + rho/4 + sqrt(1 - rho**2)/(2*pi)
    """
    if Y is None:
        return derive_expectation(*_of_one(g, X), order).result.rewrite(erfc)
    law = _joint_law(X, Y)
    # A float is made exact in the function, and not within a random symbol, which has its law.
    function = readable(symbolic(g, "g").xreplace({X: x, Y: y}))
    if others := random_symbols(function):
        raise UnsupportedExpressionError(f"g = {g} depends on another random symbol, {others[0]}")
    if cancel(1 - law.correlation**2) == 0:
        first = Normal("X", law.first_mean, law.first_deviation)
        second, _ = law.conditional(first)
        return expectation(function.xreplace({x: first, y: second}), first, order=order)
    # A parameter may be called as a symbol of the law is.
    others = {symbol: Dummy(symbol.name, **symbol.assumptions0) for symbol in JOINT_LAW}
    result = derive_joint_expectation(
        function.xreplace(others), tuple(point.xreplace(others) for point in order)
    ).result
    own = dict(zip(JOINT_LAW, law, strict=True)) | {d: s for s, d in others.items()}
    return result.subs(own, simultaneous=True).rewrite(erfc)


def _of_one(g: Expr, X: Expr) -> tuple[Expr, Expr]:
    """A function of a component as one of a normal symbol."""
    if (vector := _vector(X)) is None:
        return g, X
    means, covariance = vector
    (place,) = X.indices
    component = Normal(str(X), means[place], sqrt(covariance[place, place]))
    return symbolic(g, "g").xreplace({X: component}), component


def _joint_law(X: Expr, Y: Expr) -> JointLaw:
    """Means, standard deviations and the correlation.

    Raises:
        TypeError: if the two are not jointly normal, or the same.
        ValueError: if one has the variance 0.
    """
    vector = _vector(X)
    if vector is not None and _vector(Y) is not None and X.base == Y.base and X != Y:
        means, covariance = vector
        (i,), (j,) = X.indices, Y.indices
        numbers = covariance[i, i], covariance[j, j], covariance[i, j], means[i], means[j]
        first, second, shared, *centers = map(readable, numbers)
        first, second = sqrt(first), sqrt(second)
        for variable, deviation in ((X, first), (Y, second)):
            if deviation.is_zero:
                raise ValueError(f"{variable} has the variance 0: put its mean into g")
        return JointLaw(centers[0], first, centers[1], second, cancel(shared / (first * second)))
    laws: list[Any] = [
        getattr(getattr(each, "pspace", None), "distribution", None) for each in (X, Y)
    ]
    if X != Y and all(isinstance(law, NormalDistribution) for law in laws):
        m, s, n, t = (readable(part) for law in laws for part in (law.mean, law.std))
        return JointLaw(m, s, n, t, S.Zero)
    if isinstance(Y, tuple | list):
        raise TypeError(f"Y = {Y} is no random variable: give the order of breakpoints as order=")
    raise TypeError(
        f"X = {X} and Y = {Y} are no two jointly normal variables: give two components of one"
        ' sympy.stats.Normal("Z", [mu1, mu2], covariance), as Z[0] and Z[1], or two independent'
        " normal symbols"
    )


def _vector(component: Expr) -> tuple[Expr, Expr] | None:
    """The means and the covariance matrix of the normal vector that it is a component of."""
    if not isinstance(component, Indexed):
        return None
    law = getattr(getattr(component.base, "pspace", None), "distribution", None)
    if not isinstance(law, MultivariateNormalDistribution):
        return None
    (place,) = component.indices
    if not (place.is_Integer and 0 <= place < law.mu.shape[0]):
        raise TypeError(
            f"{component} is no component: give a number from 0 to {law.mu.shape[0] - 1}"
        )
    return law.mu, law.sigma
