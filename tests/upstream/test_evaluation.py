"""What SymPy does of itself when an expression is built, and what its assumptions decide."""

from itertools import permutations

import pytest
from sympy import (
    Abs,
    Dummy,
    E,
    Eq,
    Max,
    Min,
    Mul,
    Piecewise,
    Rational,
    S,
    Symbol,
    erf,
    erfc,
    exp,
    expand,
    expand_log,
    factor,
    log,
    solve,
    sqrt,
    symbols,
)
from sympy.core.evalf import PrecisionExhausted

from elu_sym.symbols import alpha, mu, x

p, q = symbols("p q", positive=True)


def test_the_complementary_error_function_turns_its_sign():
    """`NormalCdf` keeps one name for both tails because of this, and `Formula.expr` does not."""
    assert erfc(-p) == 2 - erfc(p)
    assert erfc(-p - 1) == 2 - erfc(p + 1)
    assert erf(-p) == -erf(p)


def test_exponentials_of_equal_base_merge_but_numbers_split_off():
    """`NormalForm` merges exponents itself and reads `E` as an exponential because of this."""
    assert exp(x) * exp(-x) == 1
    assert exp(x) ** 2 == exp(2 * x)
    assert exp(x).as_base_exp() == (E, x)
    assert expand(exp(x + 1)) == E * exp(x)
    assert exp(1) is S.Exp1
    assert not isinstance(exp(1), exp)


def test_an_integer_multiple_of_a_logarithm_comes_out_of_an_exponent():
    """`NormalForm` does the same to the exponents that it adds, so both sides read alike."""
    assert exp(2 * log(p)) == p**2
    assert exp(mu + log(p)) == p * exp(mu)
    assert exp(mu * log(p)).args == (mu * log(p),)


def test_logarithms_of_numbers_expand_into_primes():
    """`NormalForm.from_expr` makes logarithms independent generators by this."""
    assert expand_log(log(6), factor=True) == log(2) + log(3)
    assert expand_log(log(8), factor=True) == 3 * log(2)
    assert expand_log(log(Rational(2, 3)), factor=True) == log(2) - log(3)
    assert expand_log(log(2 * p / q), factor=True) == log(2) + log(p) - log(q)
    assert expand_log(log(6)) == log(6)


def test_the_order_of_logarithmic_breakpoints_is_decided_after_expansion():
    """`BreakpointOrder.sign` expands logarithms before it asks for a sign, because of this."""
    difference = log(2 * p) - log(p)
    assert difference.is_positive is None
    assert expand_log(expand(difference)).is_positive is True


def test_a_piecewise_drops_what_can_never_hold():
    """`gaussian/piecewise.py` and the checks meet a `Piecewise` in this state and no other."""
    assert Piecewise((1, x > 0), (1, True)) == 1
    assert Piecewise((1, x > 0), (2, x > 0), (3, True)).args == ((1, x > 0), (3, True))
    assert Piecewise((1, x > 0), (2, x <= 0)).args[-1] == (2, True)
    assert Piecewise((1, p > 0), (2, True)) == 1
    assert Piecewise((1, x > 0)).subs(x, -1) is S.NaN


@pytest.mark.parametrize("relation", [x < 1, x <= 1, x > 1, x >= 1])
def test_a_comparison_knows_its_greater_side(relation):
    """`holds` in `gaussian/piecewise.py` finds the direction of a condition by this."""
    greater = x if relation.func in (type(x > 1), type(x >= 1)) else S.One
    assert relation.gts == greater
    assert {relation.gts, relation.lts} == {x, S.One}
    assert relation.reversed.gts == greater
    assert Eq(x, 1).rel_op == "=="


def test_maxima_keep_their_arguments_and_drop_the_dominated():
    """`gaussian/piecewise.py` writes a maximum as half of a sum and an absolute value."""
    assert Max(x, x + 1) == x + 1
    assert set(Max(x, 0).args) == {x, S.Zero}
    assert Min(1, Max(-1, x)).args == (S.One, Max(-1, x))
    assert Abs(x - 1, evaluate=False).args == (x - 1,)
    assert Abs(1 - x) == Abs(x - 1)


@pytest.mark.parametrize(("lower", "upper"), list(permutations([-p, S.Zero, q], 2)))
def test_a_point_between_two_ends_has_the_sign_that_the_ends_decide(lower, upper):
    """`interior_point` sweeps an interval by a positive parameter and asks for signs."""
    w = Dummy(positive=True)
    inside = (lower + w * upper) / (1 + w)
    assert factor(inside - lower).is_positive is (upper - lower).is_positive
    assert factor(inside - upper).is_negative is (upper - lower).is_positive


def test_the_sign_of_a_sum_needs_the_sign_of_every_term():
    """What inequalities rest on: a positive sum is recognized, a difference is left undecided."""
    assert (p + q**2 + exp(x)).is_positive is True
    assert (p - q).is_positive is None
    assert (alpha * exp(x)).is_positive is True
    assert (exp(x) - 1).is_positive is None
    negative = Dummy(negative=True)
    assert (exp(negative) - 1).is_negative is None


def test_the_pieces_of_elu_are_solved_with_one_branch():
    """`Activation.inverse` unpacks exactly one solution a piece."""
    free, y = Dummy(), Symbol("y", real=True)
    (root,) = solve(p * (exp(free) - 1) - y, free)
    assert root == log((p + y) / p)
    (root,) = solve(p * (exp(free / p) - 1) - y, free)
    assert root == p * log((p + y) / p)


def test_evaluation_raises_its_precision_until_the_digits_survive():
    """`mpmath_function` asks for every digit and for an error instead of noise."""
    tiny = Rational(1, 10**20)
    value = (exp(tiny) - 1 - tiny).evalf(20, maxn=100_000, strict=True)
    assert abs(value / (tiny**2 / 2) - 1) < S("1e-19")
    zero = (sqrt(2) + sqrt(3)) ** 2 - 5 - 2 * sqrt(6)
    with pytest.raises(PrecisionExhausted):
        zero.evalf(20, maxn=200, strict=True)


def test_a_product_may_be_built_of_no_factor():
    """`split_integral` takes the other factors of a lone integral, of which there are none."""
    assert Mul() == 1
    assert Mul.make_args(x) == (x,)
