"""Options, rates and the limits of moments: what the proofs rest on, and witnesses."""

from sympy import diff

from elu_sym import mean
from elu_sym.algebra.enclosure import enclose
from elu_sym.claims.chapters import options, rate
from elu_sym.claims.chapters.moments import limits as limits_of_moments
from elu_sym.symbols import alpha, mu, sigma

CLAIMS = {
    claim.id: claim for module in (limits_of_moments, options, rate) for claim in module.CLAIMS
}


def test_the_vega_is_negative_at_the_witness() -> None:
    *_, every_alpha, _ = CLAIMS["options.vega_positive_only_for_small_alpha"].false_claims
    assert every_alpha.statement.startswith("It raises the mean for every alpha")
    witness = every_alpha.check().witness
    assert witness is not None
    values = {str(symbol): value for symbol, value in witness.items()}
    point = {symbol: values[symbol.name] for symbol in (mu, sigma, alpha)}
    assert enclose(diff(mean.closed_form, sigma), point) < 0


def test_the_mean_rate_is_negative_at_the_witness() -> None:
    every_alpha, *_ = CLAIMS["rate.positive_on_a_half_line"].false_claims
    assert every_alpha.statement == "It is the whole line for every alpha."
    witness = every_alpha.check().witness
    assert witness is not None
    values = {str(symbol): value for symbol, value in witness.items()}
    point = {symbol: values[symbol.name] for symbol in (mu, sigma, alpha)}
    assert enclose(mean.closed_form + 1, point) < 0
