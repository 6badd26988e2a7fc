"""Derivatives of functions with kinks and jumps: the atom that a Piecewise loses."""

from flint import arb
from sympy import (
    Abs,
    DiracDelta,
    Eq,
    Heaviside,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    collect,
    exp,
    expand,
    sign,
)
from sympy.stats import Normal

from elu_sym import elu, expectation
from elu_sym.algebra.enclosure import enclose
from elu_sym.symbols import alpha, mu, sigma, x

POINT = {mu: Rational(3, 10), sigma: Rational(6, 5), alpha: S(2)}


def test_a_piecewise_differentiates_without_the_atom_at_its_jump():
    """`ActivationDerivative.fdiff` adds the atom; Stein's identity says that it belongs there."""
    X = Normal("X", mu, sigma)
    pieces = Piecewise((x, x >= 0), (alpha * (exp(x) - 1), True))
    careless = pieces.diff(x, 2)
    assert careless == Piecewise((0, x >= 0), (alpha * exp(x), True))
    careful = elu(x, alpha).diff(x, 2)
    assert careful.coeff(DiracDelta(x)).equals(1 - alpha)

    wrong = enclose(expectation(careless.subs(x, X), X), POINT)
    right = enclose(expectation(careful.subs(x, X), X), POINT)
    # E[f'' (X)] = E[(X - mu) f'(X)]/sigma^2, in which no second derivative occurs.
    stein = (x - mu) * pieces.diff(x) / sigma**2
    assert right.overlaps(enclose(expectation(stein.subs(x, X), X), POINT))
    assert arb("0.4078") < wrong < arb("0.4079")
    assert arb("0.0855") < right < arb("0.0856")


def test_the_functions_that_split_differentiate_to_each_other_and_to_atoms():
    """A reader of `expectation(g.diff(x), X)` gets the atoms of g' from SymPy's own functions."""
    assert Max(x, 0).diff(x) == Heaviside(x)
    assert Min(x, 1).diff(x) == Heaviside(1 - x)
    assert Abs(x).diff(x) == sign(x)
    assert sign(x).diff(x) == 2 * DiracDelta(x)
    assert Heaviside(x).diff(x) == DiracDelta(x)


def test_how_the_functions_that_split_rewrite_themselves():
    """`gaussian/checks.py` and `certify/integrand.py` take the pieces from these rewritings."""
    step = Piecewise((0, x < 0), (Rational(1, 2), Eq(x, 0)), (1, True))
    assert Heaviside(x).rewrite(Piecewise).equals(step)
    assert Abs(x).rewrite(Piecewise) == Piecewise((x, x >= 0), (-x, True))
    assert sign(x).rewrite(Piecewise) == Piecewise((1, x > 0), (-1, x < 0), (0, True))
    assert Max(x, 0).rewrite(Piecewise) == Piecewise((0, x <= 0), (x, True))
    assert Min(x, 0).rewrite(Piecewise) == Piecewise((0, x >= 0), (x, True))


def test_what_the_step_and_the_atom_evaluate_to_by_themselves():
    """`gaussian/piecewise.py` reads what is left: half at the step, slopes inside the atom."""
    assert Heaviside(0) == Rational(1, 2)
    assert DiracDelta(-x) == DiracDelta(x)
    assert DiracDelta(2 * x - 1).args == (2 * x - 1,)
    assert (x * DiracDelta(x)).has(x)
    assert DiracDelta(x) ** 2 != DiracDelta(x)
    assert (Heaviside(x) ** 2).is_Pow


def test_collecting_atoms_gives_their_weights():
    """The check of `split_at_kink` sifts atom by atom from this dictionary."""
    at_zero, at_one = DiracDelta(x), DiracDelta(x - 1)
    parts = collect(expand((x + 2) * at_zero + 3 * at_one + x), [at_zero, at_one], evaluate=False)
    assert parts == {at_zero: x + 2, at_one: 3, S.One: x}
