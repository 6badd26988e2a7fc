import pytest
from hypothesis import given, strategies as st
from sympy import QQ, Symbol, log

from elu_sym.algebra.laurent import NotLaurentError, laurent
from elu_sym.symbols import alpha, mu, sigma

FIELD = QQ.frac_field(alpha, mu, sigma)


def expansion(expression, symbols=(mu, sigma), field=FIELD):
    return laurent(field, field.from_sympy(expression), symbols)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(-3, 3)),
        st.integers(-5, 5).filter(bool),
        max_size=4,
    )
)
def test_the_expansion_gives_back_the_coefficients(coefficients):
    expression = sum(
        c * alpha * mu**power * sigma**in_sigma for (power, in_sigma), c in coefficients.items()
    )
    found = expansion(expression + 0 * alpha)
    assert {key: FIELD.to_sympy(value) for key, value in found.items()} == {
        key: c * alpha for key, c in coefficients.items()
    }


def test_a_symbol_that_the_field_lacks_has_the_power_zero():
    field = QQ.frac_field(mu)
    assert set(expansion(mu**2 + 1, field=field)) == {(2, 0), (0, 0)}


def test_a_sum_in_the_denominator_is_refused():
    with pytest.raises(NotLaurentError, match="mixes powers"):
        expansion(1 / (mu + sigma))


def test_a_denominator_that_may_vanish_is_refused():
    with pytest.raises(NotLaurentError, match="alpha - 1 may vanish"):
        expansion(mu / (alpha - 1))
    assert expansion(mu / (alpha + 1))


def test_a_logarithm_of_an_expanded_symbol_is_refused():
    field = QQ.frac_field(sigma, log(sigma))
    with pytest.raises(NotLaurentError, match=r"log\(sigma\)"):
        expansion(sigma, field=field)


def test_a_logarithm_of_another_parameter_is_a_constant():
    k = Symbol("k", positive=True)
    field = QQ.frac_field(k, log(k), sigma)
    assert set(expansion(log(k) * sigma, field=field)) == {(0, 1)}
