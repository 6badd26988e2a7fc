"""Options, rates and the limits of moments: what the proofs rest on, and witnesses."""

import pytest
from sympy import S, diff, exp

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters import options, rate
from elu_sym.claims.chapters.moments import limits as limits_of_moments
from elu_sym.claims.chapters.rate import PositiveForEveryLaw, mean_rate
from elu_sym.claims.claim import Verdict
from elu_sym.symbols import alpha, slack, x

CLAIMS = {
    claim.id: claim for module in (limits_of_moments, options, rate) for claim in module.CLAIMS
}


@pytest.mark.parametrize("name", CLAIMS)
def test_what_is_proved_is_proved_by_algebra_alone(name: str) -> None:
    outcome = CLAIMS[name].check()
    if outcome.verdict is not Verdict.REFUTED:
        assert all(step.evidence is Evidence.ALGEBRA for step in outcome.numbered_steps)


def test_the_vega_is_negative_at_the_witness() -> None:
    witness = CLAIMS["options.vega_positive"].check().witness
    assert witness is not None
    assert enclose(diff(options.CALL - alpha * options.PUT, options.sigma), witness) < 0


def test_the_mean_rate_is_negative_at_the_witness() -> None:
    witness = CLAIMS["rate.positive_for_every_alpha"].check().witness
    assert witness is not None
    assert enclose(mean_rate(alpha), witness) < 0


EVERY_LAW: list[tuple[Assertion, bool | None]] = [
    (PositiveForEveryLaw(Elu(x, alpha) + alpha), True),
    (PositiveForEveryLaw(Elu(x, 1 / (1 + slack)) + 1), True),
    (PositiveForEveryLaw(Elu(x, alpha) + 1), False),
    (PositiveForEveryLaw(Elu(x, alpha)), False),
    # Zero on the whole left, so that any law there will do.
    (PositiveForEveryLaw(Relu(x)), False),
    (PositiveForEveryLaw(x**2), False),
    (PositiveForEveryLaw(1 + x**2 - 2 * x + exp(x) / 10**9), None),
]


@pytest.mark.parametrize(("assertion", "holds"), EVERY_LAW, ids=lambda value: str(value)[:60])
def test_positive_for_every_law(assertion: Assertion, holds: bool | None) -> None:
    step = assertion.check()
    assert step.holds is holds, step.detail
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    if step.witness is not None:
        assert x in step.witness


def test_a_law_at_the_kink_is_a_witness_too() -> None:
    step = PositiveForEveryLaw(x**2).check()
    assert step.witness == {x: S.Zero}
