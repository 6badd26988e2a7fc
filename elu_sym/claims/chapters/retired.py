"""Claims that are no longer made, each with the one that says as much or more.

An id is permanent: it is never used again, and ``python -m elu_sym explain`` of a retired one names
its successor.
"""

RETIRED: dict[str, str] = {
    "shape.below_relu": "shape.distance_to_relu",
    "floating_point.derivative_subnormal_any_alpha": "floating_point.derivative_subnormal",
    "floating_point.above_floor": "floating_point.floor_reached",
    "moments.mean": "mean",
    "moments.second_moment": "second_moment",
    "moments.variance": "variance",
    "moments.std": "std",
    "moments.third_moment": "third_moment",
    "moments.fourth_moment": "fourth_moment",
    "moments.derivative_mean": "derivative_mean",
    "moments.derivative_second_moment": "derivative_second_moment",
    "moments.covariance": "covariance",
    "moments.negative_mean": "negative_mean",
    "moments.variance_below_input": "moments.variance_below_input_iff",
    "moments.variance_increases_with_mean_always": "moments.variance_increases_with_mean",
    "moments.second_moment_increases": "moments.rule_stable",
    "moments.second_moment_bounds": "meanfield.no_fixed_point",
    "moments.selu_second_moment_contracts_from_near_zero": "moments.selu_second_moment_contracts",
    "moments.rule_design_point": "moments.rule_stable",
    "moments.rule_relu_every_input": "initialization.rules_agree_for_leaky_relu",
    "moments.rule_only_fixed_point": "moments.rule_stable",
    "moments.rule_slope": "meanfield.gradients_grow",
    "options.vega_positive": "options.vega_positive_only_for_small_alpha",
    "rate.positive_only_for_small_alpha": "rate.positive_on_a_half_line",
    "initialization.bounds": "initialization.increases_with_sigma",
    "initialization.exceeds_one_always": "initialization.exceeds_one",
    "initialization.relu_gain_grows": "meanfield.he_grows",
    "initialization.relu_gain_preserves": "meanfield.he_grows",
    "initialization.published_nfnets_exact": "initialization.published_nfnets",
    "initialization.selu_gain_preserves": "initialization.selu_gain",
    "self_normalization.parameters_decreasing": "self_normalization.parameters_unique",
    "self_normalization.standard_parameters": "initialization.published_selu",
    "self_normalization.attracts_unit_weights": "self_normalization.repels_unit_weights",
    "self_normalization.moment_map": "self_normalization.theorem",
    "self_normalization.elu_variance_kept": "self_normalization.elu_variance_decays",
    "meanfield.price_bounded_for_any_alpha": "meanfield.price_bounded",
    "meanfield.slopes_at_one": "meanfield.gradients_grow",
    "meanfield.edge_at_one": "meanfield.edge_unique",
    "meanfield.linear_pieces_keep": "initialization.rules_agree_for_leaky_relu",
}
"""The successor of each retired id."""
