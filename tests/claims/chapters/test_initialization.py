"""The claims about initialization say what mpmath finds, and feel a changed constant."""

from collections.abc import Callable

import mpmath
import pytest
from sympy import S

from elu_sym.claims.chapters.initialization import exact_gains, gain_lemmas as gain, published
from elu_sym.claims.formulas import for_all, less, term
from elu_sym.claims.kernel import Proof, RejectedError, prove
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import intro
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
        for name, (gain_squared, value) in exact_gains.STANDARD_GAINS.items():
            exact = Context().value(term(gain_squared)).evalf(30)
            assert abs(mpmath.mpf(str(exact)) * moments[name] - 1) < 1e-25
            assert 0 < 1 / moments[name] - mpmath.mpf(str(value.evalf(20))) < 1e-12


def test_a_statement_about_a_constant_feels_its_last_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert prove(published.siren("3.1e-16", "3.2e-16"), gain.enclosed())
    row = PUBLISHED_CONSTANTS["siren.elu"]
    changed = type(row)(**{**row.__dict__, "value": "1.5505188080679278"})
    monkeypatch.setitem(published.PUBLISHED_CONSTANTS, "siren.elu", changed)
    with pytest.raises(RejectedError):
        prove(published.siren("3.1e-16", "3.2e-16"), gain.enclosed())


HALF_PERCENT_MORE = S(201) / 200


@pytest.mark.parametrize(
    ("lemma", "mutant"),
    [
        (
            gain.share_above_half(),
            for_all(alpha, sigma, less(HALF_PERCENT_MORE / 2, gain.share())),
        ),
        (
            gain.share_below_small(),
            for_all(alpha, sigma, less(HALF_PERCENT_MORE * gain.share(), gain.SMALL)),
        ),
        (
            gain.share_falls(),
            for_all(
                *(alpha, sigma, gain.TAU),
                implies(
                    less(sigma, gain.TAU),
                    less(HALF_PERCENT_MORE * gain.share(gain.TAU), gain.share()),
                ),
            ),
        ),
    ],
)
def test_a_proof_proves_no_stronger_bound(lemma: tuple[Formula, Proof], mutant: Formula) -> None:
    with pytest.raises(RejectedError):
        prove(mutant, intro(lemma[1]))
