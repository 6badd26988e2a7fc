"""What is predicted for the stored deep networks, one by one against the functions themselves."""

import numpy as np
import pytest

from elu_sym import elu
from elu_sym.experiments import depth
from elu_sym.experiments.depth_predictions import MEASURES, comparisons, factor
from elu_sym.networks.signal_propagation import (
    backward_variances,
    forward_variances,
    sampling_deviation,
)

FOUND = comparisons(widths=(256, 4096))


@pytest.mark.parametrize(
    "key", [(256, "digits", "He"), (256, "Gaussian", "Xavier"), (4096, "digits", "exact")]
)
def test_each_network_has_its_own_prediction(key):
    width, inputs, rule = key
    wanted = str(width), inputs, rule
    rows = [row for row in depth.read() if (row.width, row.inputs, row.rule) == wanted]
    found = FOUND[key]
    for network in (0, 3):
        first = rows[network * len(depth.LAYERS)]
        weights = depth.weight_variance(rule, depth.FEATURES, width, is_first=True)
        variance = depth.FEATURES * weights * float(first.input_square)
        line = forward_variances(depth.DEPTH, variance, factor(rule))
        expected = {
            "mean": elu.mean(0.0, np.sqrt(line), 1.0),
            "second_moment": elu.second_moment(0.0, np.sqrt(line), 1.0),
            "gradient_50": backward_variances(line[: depth.HALF_DEPTH], factor(rule)),
            "gradient_100": backward_variances(line, factor(rule)),
        }
        for measure in MEASURES:
            assert np.allclose(found.predicted[measure][network], expected[measure], rtol=1e-12)
        deviations = sampling_deviation(line, factor(rule), width)
        assert np.allclose(found.deviations[network], deviations, rtol=1e-12)
        assert found.measured["mean"][network, 0] == float(first.mean)
        assert found.measured["gradient_100"][network, 0] == float(first.gradient_100)


def test_only_the_widths_that_are_asked_for_are_there():
    assert {width for width, _, _ in FOUND} == {256, 4096}
    assert len(FOUND) == 2 * len(depth.INPUTS) * len(depth.RULES)
    assert np.isnan(FOUND[256, "digits", "He"].measured["gradient_50"][0, -1])
