"""The quadrature rules: stored constants are the derived ones and integrate what they claim."""

import math
from pathlib import Path

import numpy as np
import oracles
import pytest
from flint import arb, ctx

from elu_sym.numeric import gauss_rules, rule_source
from elu_sym.numeric.laplace import hyperbolic_integral, laplace_integral
from elu_sym.numeric.mills import mills_ratio, normal_density
from elu_sym.numeric.scaled import Scaled, scaled_exponential


@pytest.fixture(autouse=True)
def precision():
    saved, ctx.prec = ctx.prec, 1200
    yield
    ctx.prec = saved


def test_the_stored_rules_are_the_derived_ones(tmp_path):
    assert Path(gauss_rules.__file__).read_text(encoding="utf-8") == rule_source.source()
    target = tmp_path / "gauss_rules.py"
    rule_source.write(target)
    assert target.read_text(encoding="utf-8") == rule_source.source()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", rule_source.RULES)
def test_a_rule_has_positive_weights_and_integrates_polynomials(name):
    c, count = rule_source.RULES[name]
    nodes = getattr(gauss_rules, f"{name}_NODES")
    weights = getattr(gauss_rules, f"{name}_WEIGHTS")
    assert len(nodes) == len(weights) == count
    assert min(weights) > 0
    assert list(nodes) == sorted(nodes)
    assert nodes[0] > 0
    moments = [(arb(c) / arb(2).sqrt()).erfc() * (arb(c) ** 2 / 2).exp() * (arb.pi() / 2).sqrt()]
    moments.append(1 - c * moments[0])
    for k in range(1, 2 * count - 1):
        moments.append(-c * moments[k] + k * moments[k - 1])
    for k, moment in enumerate(moments):
        terms = (w * s**k for s, w in zip(nodes, weights, strict=True))
        assert math.fsum(terms) == pytest.approx(float(moment), rel=(k + 4) * 2.0**-52)


def mills(x):
    return (x * x / 2).hypgeom_u(arb(1) / 2, arb(1) / 2) / arb(2).sqrt()


def units(computed, true):
    return float(abs(arb(float(computed)) - true) / math.ulp(float(true)))


@pytest.mark.parametrize(
    ("low", "high"), [(1e-20, 1e-3), (1e-3, 3.25), (3.2, 3.3), (3.25, 100), (99, 101), (100, 1e300)]
)
def test_mills_ratio(low, high):
    rng = np.random.default_rng(1)
    x = np.exp(rng.uniform(math.log(low), math.log(high), 200))
    found = [units(m, mills(arb(float(s)))) for s, m in zip(x, mills_ratio(x), strict=True)]
    assert max(found) <= 4
    assert np.mean(found) <= 0.75


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_laplace_integral(order):
    rng = np.random.default_rng(2)
    x = np.exp(rng.uniform(math.log(1e-3), math.log(1e10), 300))
    found = []
    for s, computed in zip(x, laplace_integral(order, x), strict=True):
        before, now = mills(arb(float(s))), 1 - arb(float(s)) * mills(arb(float(s)))
        for k in range(1, order):
            before, now = now, k * before - arb(float(s)) * now
        found.append(units(computed, now))
    assert max(found) <= 8
    assert np.mean(found) <= 2


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_hyperbolic_integral(order):
    """Psi_n(x, sigma) is the n-th difference of M from x - n sigma/2 in steps of sigma."""
    rng = np.random.default_rng(3)
    x = np.exp(rng.uniform(math.log(1e-2), math.log(1e4), 200))
    sigma = 0.4 * np.minimum(np.exp(rng.uniform(math.log(1e-30), 0, 200)) * x, 2 * x / order)
    values = hyperbolic_integral(order, x, sigma).to_float()
    found = []
    for s, step, computed in zip(x, sigma, values, strict=True):
        start = arb(float(s)) - order * arb(float(step)) / 2
        true = sum(
            ((-1) ** k * math.comb(order, k) * mills(start + k * arb(float(step))))
            for k in range(order + 1)
        )
        found.append(units(computed, true))
    assert max(found) <= 12
    assert np.mean(found) <= 3


def test_the_density_does_not_feel_the_rounding_of_its_argument():
    rng = np.random.default_rng(4)
    sigma = np.exp(rng.uniform(-600, 300, 500))
    mu = rng.uniform(-60, 60, 500) * sigma
    density = normal_density(mu, sigma, mu / sigma)
    for m, s, significand, exponent in zip(
        mu, sigma, density.significand, density.exponent, strict=True
    ):
        true = (-((arb(float(m)) / arb(float(s))) ** 2) / 2).exp() / (2 * arb.pi()).sqrt()
        computed = arb(float(significand)) * arb(2) ** int(exponent)
        assert float(abs(computed / true - 1)) < 2.5 * 2.0**-52


def test_scaled_arithmetic_keeps_what_floats_lose():
    tiny, huge = (Scaled.from_float(np.array([x])) for x in (3e-300, 2e300))
    assert (tiny * tiny * huge * huge).to_float() == pytest.approx(36.0)
    assert (tiny**3 * huge**3 / tiny).to_float() == pytest.approx(72e300)
    assert (huge * huge - huge * huge).to_float() == 0
    assert (tiny * tiny + tiny * tiny).to_float() == 0
    assert ((tiny * tiny + tiny * tiny) * huge * huge).to_float() == pytest.approx(72.0)
    assert (Scaled.zeros(1) + tiny * tiny * huge).to_float() == pytest.approx(18e-300)
    with np.errstate(over="ignore"):
        assert (huge * huge).to_float() == np.inf


def test_scaled_exponential():
    high, low = np.array([-1000.0, -1e5, 0.0]), np.array([1e-5, -1e-9, 1e-12])
    value = scaled_exponential(high, low)
    for h, small, significand, exponent in zip(
        high, low, value.significand, value.exponent, strict=True
    ):
        true = (arb(float(h)) + arb(float(small))).exp()
        computed = arb(float(significand)) * arb(2) ** int(exponent)
        assert float(abs(computed / true - 1)) < 2.0**-52


def test_the_oracle_module_is_independent():
    source = Path(oracles.__file__).read_text(encoding="utf-8")
    assert "elu_sym" not in source
