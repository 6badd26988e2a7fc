"""Published gains are set beside what an independent quadrature gives."""

import mpmath
import pytest
from activation_oracles import moments

from elu_sym.networks.certified_activation import KEPT
from elu_sym.networks.published_gains import PUBLISHED_GAINS

FOUND = {
    "nfnets.gelu": 3.5e-4,
    "nfnets.silu": 5.3e-4,
    "nfnets.softsign": 5.4e-4,
}
"""The relative differences that are told to readers."""


@pytest.mark.parametrize("name", PUBLISHED_GAINS)
def test_the_difference_is_that_of_quadrature(name):
    row = PUBLISHED_GAINS[name]
    truth = moments(row.activation, digits=18)[KEPT[row.preserve]]
    with mpmath.workdps(25):
        difference = mpmath.mpf(row.value) * mpmath.sqrt(truth) - 1
        assert row.exact == pytest.approx(float(1 / mpmath.sqrt(truth)), rel=1e-15)
        assert row.relative_difference == pytest.approx(float(difference), rel=1e-10)
    assert 0 < abs(difference) < 1e-3
    assert row.source
