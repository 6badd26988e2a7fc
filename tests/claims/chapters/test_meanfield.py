"""What the claims of mean field theory rest on, and the mutants that turn them over."""

from collections.abc import Callable

import pytest
from sympy import Rational

from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters.meanfield import preservation
from elu_sym.symbols import alpha, sigma


@pytest.mark.parametrize(
    "mutant",
    [
        lambda: preservation.mean_at_zero(
            preservation.gap() * Rational(101, 100), preservation.gap_positive().integrand
        ),
        lambda: preservation.mean_at_zero(
            preservation.curvature()
            - preservation.by_variance(preservation.slope_square()) * sigma**2,
            alpha**2 * preservation.LEFT,
        ),
        lambda: preservation.mean_at_zero(
            preservation.square() - sigma**2 / 2, preservation.LEFT * preservation.ELU
        ),
    ],
)
def test_a_wrong_integrand_proves_nothing(mutant: Callable[[], Assertion]) -> None:
    assert mutant().check().holds is not True


def test_the_price_does_not_depend_on_the_sign_of_the_gap_alone() -> None:
    """Turning the gap round turns the verdict."""
    turned = preservation.mean_at_zero(-preservation.gap(), -preservation.gap_positive().integrand)
    step = turned.check()
    assert step.holds is False
    assert step.witness is not None
