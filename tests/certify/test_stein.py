import pytest
from sympy import Heaviside, Piecewise, S, exp
from textbook import (
    CURVATURE_MEAN,
    DERIVATIVE_MEAN,
    ELU,
    MEAN,
    WEIGHTED_MEAN,
    above,
    below_zero,
    density,
    excess,
)

from elu_sym.activations import Celu, Elu
from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.integrand import IntegrandError
from elu_sym.certify.stein import parameter_certificate, stein_certificate
from elu_sym.symbols import alpha, mu, sigma, x

SLOPE = ELU.diff(x)
WEIGHTED_SLOPE = mu * DERIVATIVE_MEAN + sigma**2 * CURVATURE_MEAN
CARELESS = Piecewise((0, x >= 0), (alpha * exp(x), True))
"""The second derivative of ELU piece by piece, without its atom."""


def test_the_identity_holds_for_elu():
    witness = stein_certificate(MEAN, WEIGHTED_MEAN, DERIVATIVE_MEAN, ELU, SLOPE)
    assert witness.passed, witness.detail
    assert witness.kind == "stein"


def test_the_atom_of_the_second_derivative_is_needed():
    witness = stein_certificate(
        DERIVATIVE_MEAN, WEIGHTED_SLOPE, CURVATURE_MEAN, SLOPE, ELU.diff(x, 2)
    )
    assert witness.passed
    assert "with 1 atoms" in witness.detail
    careless = stein_certificate(
        DERIVATIVE_MEAN, WEIGHTED_SLOPE, alpha * below_zero(1), SLOPE, CARELESS
    )
    assert not careless.passed
    assert "atoms" in careless.detail


def test_the_careless_mean_fails_the_identity_itself():
    witness = stein_certificate(DERIVATIVE_MEAN, WEIGHTED_SLOPE, alpha * below_zero(1), SLOPE)
    assert not witness.passed
    assert "excludes zero" in witness.detail


def test_the_measured_figures_of_the_mistake():
    point = {mu: S(3) / 10, sigma: S(6) / 5, alpha: S(2)}
    assert enclose(CURVATURE_MEAN, point).str(3, radius=False) == "0.0856"
    assert enclose(alpha * below_zero(1), point).str(3, radius=False) == "0.408"


@pytest.mark.parametrize(
    ("mean", "weighted", "derivative"),
    [
        (MEAN + 1, WEIGHTED_MEAN, DERIVATIVE_MEAN),
        (MEAN, WEIGHTED_MEAN + 1, DERIVATIVE_MEAN),
        (MEAN, WEIGHTED_MEAN, DERIVATIVE_MEAN / sigma),
    ],
)
def test_each_wrong_form_is_refuted_at_a_point(mean, weighted, derivative):
    witness = stein_certificate(mean, weighted, derivative, ELU)
    assert not witness.passed
    assert "fails at" in witness.detail


def test_a_function_with_an_atom_is_refused():
    with pytest.raises(IntegrandError, match="no measure"):
        stein_certificate(S.One, mu, S.Zero, ELU.diff(x, 2))


def test_differentiation_in_alpha():
    derivative = below_zero(1) - below_zero(0)
    assert parameter_certificate(MEAN, derivative, ELU, alpha, ELU.diff(alpha))
    assert not parameter_certificate(MEAN, -derivative, ELU, alpha)
    assert not parameter_certificate(MEAN, derivative, ELU, alpha, Elu(x, 1))


def test_differentiation_in_the_alpha_of_celu():
    celu = Celu(x, alpha)
    mean = excess(0) + alpha * (below_zero(1 / alpha) - below_zero(0))
    assert parameter_certificate(mean, mean.diff(alpha), celu, alpha, celu.diff(alpha))


def test_a_moving_step_leaves_an_atom():
    witness = parameter_certificate(above(alpha), -density(alpha), Heaviside(x - alpha), alpha)
    assert witness.passed
    assert "with 1 atoms" in witness.detail
    assert not parameter_certificate(above(alpha), S.Zero, Heaviside(x - alpha), alpha)
