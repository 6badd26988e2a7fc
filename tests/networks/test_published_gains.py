"""Published gains are set beside what an independent quadrature gives."""

import mpmath
import pytest
from activation_oracles import moments

from elu_sym.networks.certified_activation import KEPT, CertifiedActivation
from elu_sym.networks.published_gains import PUBLISHED_GAINS

FOUND = {
    "nfnets.gelu": 3.5e-4,
    "nfnets.silu": 5.3e-4,
    "nfnets.softsign": 5.4e-4,
}
"""The relative differences that are told to readers."""


@pytest.mark.parametrize("name", FOUND)
def test_the_difference_is_that_of_quadrature(name):
    row = PUBLISHED_GAINS[name]
    truth = moments(row.activation, digits=18)[KEPT[row.preserve]]
    with mpmath.workdps(25):
        difference = mpmath.mpf(row.value) * mpmath.sqrt(truth) - 1
        assert row.exact == pytest.approx(float(1 / mpmath.sqrt(truth)), rel=1e-15)
        assert row.relative_difference == pytest.approx(float(difference), rel=1e-10)
    assert row.relative_difference == pytest.approx(FOUND[name], rel=0.05)


@pytest.mark.parametrize("row", PUBLISHED_GAINS.values(), ids=lambda row: row.activation)
def test_every_number_is_a_little_too_large(row):
    assert 0.0 < row.relative_difference < 1e-3
    assert float(row.value) / row.exact - 1 == pytest.approx(row.relative_difference, rel=1e-9)
    assert row.source


def test_what_pytorch_computes_is_no_gain_of_these():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    for name in ("tanh", "sigmoid"):
        theirs = torch.nn.init.calculate_gain(name)
        exact = [CertifiedActivation.named(name).gain(preserve=rule) for rule in KEPT]
        assert all(abs(theirs / each - 1) > 0.04 for each in exact)
    for name in ("gelu", "silu", "mish"):
        with pytest.raises(ValueError, match="Unsupported nonlinearity"):
            torch.nn.init.calculate_gain(name)
