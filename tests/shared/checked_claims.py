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
    # half a second to a few seconds each, with their neighbours
    "centering.closer_iff_at_most_2",
    "centering.knob_limits",
    "centering.zero_mean",
    "floating_point.derivative_from_value",
    "initialization.agree_at_centering_alpha",
    "initialization.decreases_with_alpha",
    "meanfield.depth_one_layer",
    "meanfield.edge_unique",
    "moments.limits_in_mu",
    "moments.limits_small_sigma",
    "moments.rates_at_the_kink",
    "moments.variance_below_input_iff",
    "moments.variance_share_falls",
    "rate.positive_on_a_half_line",
    "self_normalization.repels_unit_weights",
    "smooth_ride.composed_loss",
    "smooth_ride.fewer_sign_changes",
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
"""Claims whose proofs take long to find: deep tests ask of them, `make verify` and the pages."""

QUICK = [name for name in CLAIMS if name not in LONG_PROOFS]
"""The ids of the others."""


@cache
def outcome_of(name: str) -> Outcome:
    """What checking a claim gave."""
    return CLAIMS[name].check()
