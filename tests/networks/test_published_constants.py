"""Published constants: quoted exactly, beside values that mpmath finds by quadrature."""

import mpmath
import pytest

from elu_sym.networks.published_constants import PUBLISHED_CONSTANTS, PublishedConstant

DIGITS = 40


def mean(function):
    pieces = [-mpmath.inf, -8, -2, 0, 2, 8, mpmath.inf]
    return mpmath.quad(lambda x: function(x) * mpmath.npdf(x), pieces)


def elu(x):
    return x if x > 0 else mpmath.expm1(x)


def leaky(x):
    return x if x > 0 else x / 100


def relu(x):
    return max(x, mpmath.mpf(0))


def spread(function):
    return mean(lambda x: function(x) ** 2) - mean(function) ** 2


def selu_alpha():
    return mean(relu) / mean(lambda x: -mpmath.expm1(x) if x < 0 else 0)


def selu_scale():
    alpha = selu_alpha()
    return mean(lambda x: (x if x > 0 else alpha * mpmath.expm1(x)) ** 2) ** mpmath.mpf(-0.5)


ORACLES = {
    "siren.elu": lambda: 1 / mean(lambda x: elu(x) ** 2),
    "nfnets.elu": lambda: 1 / mpmath.sqrt(spread(elu)),
    "nfnets.celu": lambda: 1 / mpmath.sqrt(spread(elu)),
    "nfnets.relu": lambda: 1 / mpmath.sqrt(spread(relu)),
    "nfnets.leaky_relu": lambda: 1 / mpmath.sqrt(spread(leaky)),
    "nfnets.selu": lambda: mpmath.mpf(1),
    "pytorch.relu": lambda: 1 / mpmath.sqrt(mean(lambda x: relu(x) ** 2)),
    "pytorch.leaky_relu": lambda: 1 / mpmath.sqrt(mean(lambda x: leaky(x) ** 2)),
    "pytorch.selu": lambda: mpmath.mpf(1),
    "selu.alpha": selu_alpha,
    "selu.scale": selu_scale,
}

FOUND = {
    "siren.elu": 3.15e-16,
    "nfnets.elu": 5.96e-4,
    "nfnets.celu": 6.56e-5,
    "nfnets.relu": 6.42e-4,
    "nfnets.leaky_relu": 6.29e-4,
    "nfnets.selu": 8.52e-4,
    "pytorch.selu": -0.25,
}
"""The relative differences that are told to readers."""


def test_every_row_has_an_oracle():
    assert set(ORACLES) == set(PUBLISHED_CONSTANTS)


@pytest.mark.parametrize("row", PUBLISHED_CONSTANTS.values(), ids=lambda row: row.id)
def test_exact_value_is_that_of_quadrature(row):
    with mpmath.workdps(DIGITS):
        oracle = ORACLES[row.id]()
        assert abs(mpmath.mpf(row.digits(34)) / oracle - 1) < 1e-28
        difference = mpmath.mpf(row.value) / oracle - 1
        assert row.relative_difference == pytest.approx(float(difference), rel=1e-3, abs=1e-28)
    assert row.source
    assert row.meaning
    assert row.activation


@pytest.mark.parametrize("name", FOUND)
def test_difference_is_the_one_that_is_told(name):
    assert PUBLISHED_CONSTANTS[name].relative_difference == pytest.approx(FOUND[name], rel=5e-3)


def test_another_last_digit_is_another_difference():
    row = PUBLISHED_CONSTANTS["selu.alpha"]
    changed = PublishedConstant(**{**row.__dict__, "value": row.value[:-1] + "8"})
    assert abs(changed.relative_difference) > abs(row.relative_difference)


def test_digits_that_are_not_certified_are_refused():
    for count in (0, 39):
        with pytest.raises(ValueError, match="from 1 to 38"):
            PUBLISHED_CONSTANTS["nfnets.elu"].digits(count)


def test_pytorch_has_these_gains_and_none_for_elu():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    for name in ("relu", "leaky_relu", "selu"):
        theirs = torch.nn.init.calculate_gain(name)
        assert theirs == float(PUBLISHED_CONSTANTS[f"pytorch.{name}"].value)
    with pytest.raises(ValueError, match="elu"):
        torch.nn.init.calculate_gain("elu")
