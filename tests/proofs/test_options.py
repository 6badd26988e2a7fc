"""The chapters of options and rates, and the limits of moments: verdicts, neighbours, witnesses."""

import pytest
from sympy import Rational, S, diff, exp

from elu_sym.activations import Elu, Relu
from elu_sym.algebra.enclosure import enclose
from elu_sym.assertion import Assertion, Evidence
from elu_sym.claim import Claim, Verdict
from elu_sym.proofs import limits_of_moments, options, rate
from elu_sym.proofs.rate import PositiveForEveryLaw, mean_rate
from elu_sym.symbols import alpha, slack, x

CLAIMS = {
    claim.id: claim for module in (limits_of_moments, options, rate) for claim in module.CLAIMS
}
REFUTED = {"options.vega_positive", "rate.positive_for_every_alpha"}
NEIGHBOURS = [neighbour for claim in CLAIMS.values() for neighbour in claim.false_claims]


def test_ids_are_permanent() -> None:
    assert list(CLAIMS) == [
        "moments.limits_in_mu",
        "moments.limits_small_sigma",
        "moments.rates_at_the_kink",
        "moments.limits_large_sigma",
        "moments.offset_large_sigma",
        "options.payoff",
        "options.mean_portfolio",
        "options.second_moment_portfolio",
        "options.put_call_parity",
        "options.density_from_prices",
        "options.greeks",
        "options.vega_positive_for_small_alpha",
        "options.vega_positive_only_for_small_alpha",
        "options.vega_positive",
        "rate.positive_for_small_alpha",
        "rate.positive_only_for_small_alpha",
        "rate.positive_for_every_alpha",
        "rate.positive_on_a_half_line",
        "rate.between_links",
    ]


@pytest.mark.parametrize("name", CLAIMS)
def test_verdict(name: str) -> None:
    claim = CLAIMS[name]
    assert claim.neighbours
    assert claim.expected is (Verdict.REFUTED if name in REFUTED else Verdict.PROVED)
    outcome = claim.check()
    assert outcome.is_expected, outcome.to_text()
    if name in REFUTED:
        assert outcome.witness
    else:
        assert all(step.evidence is Evidence.ALGEBRA for step in outcome.numbered_steps)


@pytest.mark.parametrize("claim", NEIGHBOURS, ids=lambda claim: claim.statement)
def test_false_neighbour_is_refuted(claim: Claim) -> None:
    outcome = claim.check()
    assert outcome.verdict is Verdict.REFUTED, outcome.to_text()
    assert outcome.witness
    assert all(isinstance(value, Rational) for value in outcome.witness.values())


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
