"""The claims about initialization say what mpmath finds, and feel a changed constant."""

from collections.abc import Callable

import mpmath
import pytest
from sympy import S

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.chapters.initialization import exact_gains as initialization, published
from elu_sym.claims.chapters.initialization.exact_gains import standard_gains
from elu_sym.claims.claim import Verdict
from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS
from elu_sym.symbols import alpha, sigma

DIGITS = 40


def elu(x: mpmath.mpf, height: int = 1) -> mpmath.mpf:
    return x if x > 0 else height * mpmath.expm1(x)


def integral(function: Callable[[mpmath.mpf], mpmath.mpf]) -> mpmath.mpf:
    with mpmath.workdps(DIGITS):
        pieces = [-mpmath.inf, -8, -2, 0, 2, 8, mpmath.inf]
        return mpmath.quad(lambda x: function(x) * mpmath.npdf(x), pieces)


def test_standard_gains_are_those_of_quadrature() -> None:
    with mpmath.workdps(DIGITS):
        square = integral(lambda x: elu(x) ** 2)
        moments = {
            "second_moment": square,
            "variance": square - integral(elu) ** 2,
            "gradient": integral(lambda x: 1 if x > 0 else mpmath.exp(2 * x)),
        }
        for name, (gain_squared, value) in standard_gains().items():
            exact = gain_squared.subs({sigma: 1, alpha: 1}).evalf(30)
            assert abs(mpmath.mpf(str(exact)) * moments[name] - 1) < 1e-25
            assert 0 < 1 / moments[name] - mpmath.mpf(str(value.evalf(20))) < 1e-12


def test_a_claim_about_a_constant_feels_its_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    row = PUBLISHED_CONSTANTS["siren.elu"]
    changed = type(row)(**{**row.__dict__, "value": "1.5505188080679278"})
    monkeypatch.setitem(published.PUBLISHED_CONSTANTS, "siren.elu", changed)
    assert CLAIMS["initialization.published_siren"].check().verdict is Verdict.REFUTED


def test_bounds_change_with_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    square = initialization.square()
    monkeypatch.setattr(initialization, "square", lambda: square * S(101) / 100)
    assert CLAIMS["initialization.increases_with_sigma"].check().verdict is not Verdict.PROVED
    assert CLAIMS["meanfield.he_grows"].check().verdict is not Verdict.PROVED
