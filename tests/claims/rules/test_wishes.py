"""Rivals that fulfil the same wishes, each looked at by mpmath."""

import pytest
from findings import found, number, witness
from sympy import Expr, S, exp

from elu_sym.activations import Celu, Elu, KinkedFunction, LeakyRelu, Relu
from elu_sym.claims.rules.wishes import WishesDetermine
from elu_sym.symbols import alpha, slope, x


class Clipped(KinkedFunction):
    """max(x, -alpha), its kink moved to 0."""

    nargs = 2
    symbol = "c"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return -alpha

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x - alpha


class TwoRates(KinkedFunction):
    """Of the slope 1 at 0, with two exponentials."""

    nargs = 2
    symbol = "t"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return alpha * ((exp(x / (2 * alpha)) + exp(3 * x / (2 * alpha))) / 2 - 1)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x


class Late(KinkedFunction):
    """An identity that begins at alpha, with the kink moved to 0."""

    nargs = 2
    symbol = "l"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return 2 * alpha * exp(x) - alpha

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x + alpha


class Overshooting(KinkedFunction):
    """C^1, but below the floor for a while."""

    nargs = 2
    symbol = "o"

    @staticmethod
    def left(x: Expr, alpha: Expr) -> Expr:
        return alpha * (exp(x) - 1) + (1 - alpha) * x * exp(x)

    @staticmethod
    def right(x: Expr, alpha: Expr) -> Expr:
        return x


FALSE = [
    WishesDetermine(Elu(x, alpha), Clipped(x, alpha), kink=-alpha),
    WishesDetermine(Elu(x, alpha), Celu(x, alpha)),
    WishesDetermine(Elu(x, alpha), Celu(x, alpha), increasing=True),
    WishesDetermine(Celu(x, alpha), TwoRates(x, alpha), order=1, increasing=True),
    WishesDetermine(Celu(x, alpha), Overshooting(x, alpha), order=1),
]

OPEN = {
    "itself": WishesDetermine(Elu(x, alpha), Elu(x, alpha)),
    "another floor": WishesDetermine(Elu(x, alpha), Relu(x)),
    "a floor at -oo": WishesDetermine(LeakyRelu(x, slope), LeakyRelu(x, slope)),
    "the candidate is not smooth": WishesDetermine(Elu(x, alpha), Celu(x, alpha), order=1),
    "the rival is not smooth": WishesDetermine(Celu(x, alpha), Elu(x, alpha), order=1),
    "the rival is not C^2": WishesDetermine(Celu(x, alpha), TwoRates(x, alpha), order=2),
    "the rival does not increase": WishesDetermine(
        Celu(x, alpha), Overshooting(x, alpha), order=1, increasing=True
    ),
    "constant is not increasing": WishesDetermine(
        Elu(x, alpha), Clipped(x, alpha), kink=-alpha, increasing=True
    ),
    "the identity from a kink on the right": WishesDetermine(
        Elu(x, alpha), Late(x, alpha), kink=alpha
    ),
    "a shifted rival that is no identity": WishesDetermine(
        Elu(x, alpha), Celu(x, alpha), kink=-alpha
    ),
    "a kink that moves": WishesDetermine(Elu(x, alpha), Clipped(x, alpha), kink=-(x**2)),
}


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: repr(assertion.rival))
def test_false_where_the_rival_has_another_value(assertion: WishesDetermine) -> None:
    point = witness(assertion)
    rival = assertion.rival.xreplace({x: x - assertion.kink})
    values = [number(f, point) for f in (assertion.function, rival)]
    assert abs(values[0] - values[1]) > 1e-9
    for place in (S.Half, S(3)):
        assert number(rival - x, {**point, x: place}) == pytest.approx(0, abs=1e-30)
    far = {**point, x: S(-200)}
    assert number(rival - assertion.function, far) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    found(OPEN[name], None)
