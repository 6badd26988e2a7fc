"""sympy.stats: the wrong variance, the integral given back, and the little that is relied upon.

The variance of ELU of a standard normal comes back, after minutes, as an integral of the value
1.1647 for 0.6192.  The cause lies outside sympy.stats: the mean is left as an integral over the
symbol of the random variable itself, the square around it is folded, and folding takes the pieces
out of that inner integral, as if its bound variable were the free one outside.  Each piece is then
centred by the mean of its own expression taken over the whole line.  See sympy/sympy issue 12631.
"""

import pytest
from flint import arb
from oracles import truth, variance as true_variance
from sympy import Integral, Piecewise, Rational, exp, pi, piecewise_fold, sqrt
from sympy.abc import x
from sympy.stats import E, Normal, variance
from sympy.stats.crv_types import NormalDistribution
from sympy.stats.rv import random_symbols

from elu_sym import expectation
from elu_sym.algebra.enclosure import enclose
from elu_sym.symbols import mu, sigma

Z = Normal("Z", 0, 1)
GENERAL = Normal("X", mu, sigma)
ELU = Piecewise((Z, Z >= 0), (exp(Z) - 1, True))
STEP = Piecewise((1, Z >= 0), (0, True))


def test_folding_takes_a_piece_out_of_an_integral_over_its_own_variable():
    """The project has its own variance, an identity between two expectations, because of this."""
    length = Integral(Piecewise((1, x > 0), (0, True)), (x, -1, 1))
    assert not length.free_symbols
    assert length.doit() == 1
    folded = piecewise_fold(length)
    assert folded == Piecewise((Integral(1, (x, -1, 1)), x > 0), (Integral(0, (x, -1, 1)), True))
    assert folded.free_symbols == {x}


def test_a_variance_depends_on_when_it_is_evaluated():
    """The least variance that is wrong for the same reason; the notebook shows it to a reader."""
    assert variance(STEP) == Rational(1, 4)
    later = variance(STEP, evaluate=False)
    inner = {integral: integral.doit() for integral in later.function.atoms(Integral)}
    assert later.function.xreplace(inner) == 0


def test_the_variance_of_elu_is_wrong_and_by_how_much():
    """`variance` of the formula book exists because of this one."""
    unevaluated = variance(ELU, evaluate=False)
    ((symbol, *_),) = unevaluated.limits
    integrand = unevaluated.function
    assert {condition for _, condition in integrand.args} == {symbol >= 0, True}
    # The means of the two expressions over the whole line stand where one mean should.
    density = exp(-(symbol**2) / 2) / sqrt(2 * pi)
    means = {symbol * density: 0, (exp(symbol) - 1) * density: exp(Rational(1, 2)) - 1}
    inner = {integral: means[integral.function.factor()] for integral in integrand.atoms(Integral)}
    assert len(inner) == 2
    found = Piecewise(
        *((piece.xreplace(inner) / density, condition) for piece, condition in integrand.args)
    )
    wrong = enclose(expectation(found.subs(symbol, Z), Z), {})
    right = truth(true_variance, 0.0, 1.0, 1.0).value
    assert arb("1.164703") < wrong < arb("1.164704")
    assert arb("0.619178") < right < arb("0.619179")


@pytest.mark.deep
def test_a_mean_that_has_a_closed_form_comes_back_as_an_integral():
    """`expectation` exists because of this; a variance of 1/2 keeps the reproducer short."""
    X = Normal("X", 0, 1 / sqrt(2))
    g = Piecewise((exp(X), X < 0), (0, True))
    assert isinstance(E(g), Integral)
    closed = expectation(g.subs(X, GENERAL), GENERAL).subs({mu: 0, sigma: 1 / sqrt(2)})
    right = (arb(1) / 4).exp() * (arb(1) / 2).erfc() / 2
    assert enclose(closed, {}).overlaps(right)


def test_what_a_normal_random_symbol_tells_of_itself():
    """`gaussian/engine.py` reads the law of X here and replaces X by a plain variable."""
    X = Normal("X", -2, 3)
    distribution = X.pspace.distribution
    assert isinstance(distribution, NormalDistribution)
    assert (distribution.mean, distribution.std) == (-2, 3)
    g = Piecewise((X**2, X >= 0), (exp(Z), True))
    assert set(random_symbols(g)) == {X, Z}
    replaced = g.xreplace({X: x, Z: 1})
    assert replaced == Piecewise((x**2, x >= 0), (exp(1), True))


@pytest.mark.parametrize("deviation", [0, -1])
def test_a_deviation_that_is_not_positive_is_an_error(deviation):
    """The engine assumes sigma > 0 and leaves it to SymPy to refuse the rest."""
    with pytest.raises(ValueError, match="positive"):
        Normal("X", 0, deviation)
