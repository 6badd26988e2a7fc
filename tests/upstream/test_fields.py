"""The fields of rational functions in which the normal form keeps its coefficients and keys."""

import pytest
from sympy import QQ, log, sin, sqrt
from sympy.polys.fields import FracElement
from sympy.polys.polyerrors import CoercionFailed

from elu_sym.algebra.normal_form import NormalForm
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.symbols import alpha, mu, sigma

FIELD = QQ.frac_field(mu, sigma)
M, S = FIELD.gens

ELEMENTS = [M, M - S, (M - 1) / (1 - S), -M / S, 1 / (1 - M), (2 * M) / (4 * S), M / S - S]


def test_equal_rational_functions_are_equal_and_hash_equal():
    """Terms of a normal form meet in a dictionary: equality of forms is decided by this."""
    left, right = (M**2 - S**2) / (M - S), M + S
    assert left == right
    assert hash(left) == hash(right)
    assert (M / (2 * S)) * 2 == M / S
    assert hash((M - 1) / (1 - S)) == hash((1 - M) / (S - 1))
    assert not M - M
    assert FIELD.zero == M - M


@pytest.mark.parametrize("element", ELEMENTS, ids=str)
def test_exactly_one_of_an_element_and_its_negative_leads_with_a_positive_number(element):
    """The one sign of the argument of Phi: `_distribution` in `algebra/normal_form.py`."""
    assert element.denom.LC > 0
    assert (element.numer.LC > 0) != ((-element).numer.LC > 0)


def test_an_element_differentiates_with_respect_to_a_generator():
    """`NormalForm.diff` hands the generator itself, an element of the field, to `diff`."""
    assert isinstance(M, FracElement)
    assert (M * S / (M + 1)).diff(M) == S / (M + 1) ** 2
    assert (M / S).diff(S) == -M / S**2


def test_generators_and_symbols_stand_in_the_same_order():
    """The normal form pairs the two to find logarithms and inner derivatives."""
    field = QQ.frac_field(log(alpha), mu)
    assert field.symbols == (log(alpha), mu)
    assert [field.to_sympy(generator) for generator in field.gens] == [log(alpha), mu]


def test_a_field_unifies_with_another_and_takes_over_its_elements():
    """Adding two normal forms lifts both into the field of all their symbols."""
    union = FIELD.unify(QQ.frac_field(alpha))
    assert set(union.symbols) == {alpha, mu, sigma}
    lifted = union.convert_from(M / S, FIELD)
    assert union.to_sympy(lifted) == mu / sigma
    assert lifted == union.from_sympy(mu / sigma)


def test_the_leading_coefficient_may_change_its_sign_in_a_larger_field():
    """`_lift` turns each argument again, because the order of the symbols is another there."""
    element = S - M
    union = FIELD.unify(QQ.frac_field(alpha))
    assert element.numer.LC < 0
    other = QQ.frac_field(sigma, mu)
    assert other.convert_from(element, FIELD).numer.LC > 0
    assert union.convert_from(element, FIELD).numer.LC < 0
    t = NormalCdf(sigma - mu)
    assert (NormalForm.from_expr(t * alpha) - NormalForm.from_expr(alpha * t)).is_zero


def test_numerators_and_denominators_are_dictionaries_of_monomials():
    """`certify/laurent.py` expands an element by walking these."""
    element = (M * S + 2) / (3 * S)
    assert dict(element.numer.items()) == {(1, 1): 1, (0, 0): 2}
    assert dict(element.denom.items()) == {(0, 1): 3}
    assert len((M + 1).denom) == 1
    ring = element.numer.ring
    assert element.new(ring.from_dict({(1, 0): QQ(1)}), ring.from_dict({(0, 0): QQ(2)})) == M / 2


@pytest.mark.parametrize("expression", [sin(mu), sqrt(mu), log(mu), alpha])
def test_what_is_no_rational_function_of_the_generators_is_refused(expression):
    """`NotNormalizableError` is raised from these two errors; a wrong coercion would be silent."""
    with pytest.raises((CoercionFailed, ValueError)):
        FIELD.from_sympy(expression)
