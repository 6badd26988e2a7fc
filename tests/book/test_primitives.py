"""The derivatives of the primitives: every rule is proved, and a wrong one is not."""

import pytest
from sympy import Expr, Integer, S
from sympy.core.function import ArgumentIndexError

from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book import primitives
from elu_sym.book.primitives import (
    PLACE,
    LowerExponentialMoment,
    LowerMixedMoment,
    LowerPartialMoment,
    LowerRemainder,
    LowerTiltedMean,
    LowerWeightedMoment,
    OppositeMomentDifference,
    PartialMomentDifference,
    Primitive,
    SlopeByLocation,
    SmoothMoment,
    UpperPartialMoment,
    UpperSlopeMoment,
)
from elu_sym.symbols import alpha, mu, sigma

ORDERS = {
    UpperPartialMoment: range(5),
    UpperSlopeMoment: (1, 2),
    PartialMomentDifference: (1, 3),
    OppositeMomentDifference: (1, 3),
    SmoothMoment: (1, 3),
    LowerTiltedMean: range(3),
    LowerRemainder: range(1, 5),
    LowerPartialMoment: range(5),
    LowerExponentialMoment: range(5),
    SlopeByLocation: (1, 2),
    LowerMixedMoment: range(1, 5),
    LowerWeightedMoment: range(1, 4),
}


def every_primitive():
    for kind in Primitive.__subclasses__():
        arguments = PLACE
        if kind in ORDERS:
            for order in ORDERS[kind]:
                yield kind(Integer(order), *arguments[: kind.nargs.args[0] - 1])
        else:
            yield kind(*arguments[: kind.nargs.args[0]])


def id_of(value):
    return str(value)


CASES = [(p, x) for p in every_primitive() for x in p.args if x in PLACE]


def holds(primitive: Expr, x: Expr, rule: Expr) -> bool:
    return is_zero(primitive.rewrite(NormalCdf).diff(x) - rule.rewrite(NormalCdf))


@pytest.mark.parametrize(("primitive", "x"), CASES, ids=id_of)
def test_every_rule_is_proved(primitive, x):
    rule = primitive.diff(x)
    assert rule.atoms(Primitive) or rule == 0
    assert not rule.has(NormalCdf)
    assert holds(primitive, x, rule)


@pytest.mark.deep
@pytest.mark.parametrize(("primitive", "x"), CASES, ids=id_of)
def test_a_wrong_rule_is_rejected(primitive, x):
    rule = primitive.diff(x)
    terms = rule.expand().as_ordered_terms()
    for mutant in (rule + S(10) ** -30 * alpha, rule + primitive, rule.expand() - 2 * terms[-1]):
        assert rule in (0, mutant) or not holds(primitive, x, mutant)


def test_every_primitive_is_among_them():
    kinds = {type(p) for p in every_primitive()}
    named = {
        value
        for value in vars(primitives).values()
        if isinstance(value, type)
        and issubclass(value, Primitive)
        and hasattr(value, "numeric_name")
    }
    assert kinds == named


def test_there_is_no_derivative_with_respect_to_an_order():
    moment = UpperPartialMoment(S.One, mu, sigma)
    for index in (0, 1, 4):
        with pytest.raises(ArgumentIndexError):
            moment.fdiff(index)


def test_derivatives_can_be_taken_again():
    third = LowerPartialMoment(S(3), mu, sigma, alpha).diff(mu, mu, sigma)
    assert is_zero(
        third.rewrite(NormalCdf) - LowerPartialMoment.definition(S(3)).diff(mu, mu, sigma)
    )
