"""The claims, each checked once for all tests that ask of it."""

from functools import cache

from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Outcome

LONG_PROOFS = (
    # ten thousands of boxes each, on domains of four parameters
    "self_normalization.theorem",
    "self_normalization.self_normalizing_one_at_a_time",
    "self_normalization.self_normalizing_jointly",
    "self_normalization.shrinking_one_at_a_time",
    "self_normalization.growing_one_at_a_time",
    "self_normalization.growing_wider_one_at_a_time",
    # a few seconds each
    "self_normalization.parameters_unique",
    "self_normalization.attracts_normalized_weights",
    "self_normalization.attracts_weight_sum",
    "self_normalization.variance_grows",
    "self_normalization.variance_grows_without_end",
    "self_normalization.variance_shrinks",
    "self_normalization.variance_shrinks_without_end",
    "self_normalization.elu_variance_decays",
    "initialization.variance_gain_is_largest",
    "initialization.increases_with_sigma",
    "meanfield.lecun_decay",
    "moments.selu_second_moment_contracts",
    "moments.variance_increases_with_sigma",
    "moments.variance_increases_with_sigma_any_alpha",
)
"""Claims whose proofs take long to find: deep tests ask of them."""

QUICK = [name for name in CLAIMS if name not in LONG_PROOFS]
"""The ids of the others."""


@cache
def outcome_of(name: str) -> Outcome:
    """What checking a claim gave."""
    return CLAIMS[name].check()
