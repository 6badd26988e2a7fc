"""The self-normalizing theorem: its numbers by quadrature, and by differences."""

import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Rational, S

from elu_sym.claims.chapters.self_normalization import domains as snn_domains, selu_layer as layer
from elu_sym.claims.chapters.self_normalization.domains import (
    Domain,
    constants,
    singular_value_below,
)
from elu_sym.claims.chapters.self_normalization.moment_map import Jacobian
from elu_sym.claims.chapters.self_normalization.statements import (
    GROWING,
    GROWING_WIDER,
    IMAGE,
    JOINTLY,
    MAIN,
    SHRINKING,
    SINGULAR_VALUE,
    WIDENINGS,
)
from elu_sym.claims.kernel import RejectedError, prove

R = Rational
STANDARD = (
    "1.6732632423543772848170429916717",
    "1.0507009873554804934193349852946",
)
"""The published constants."""


def moments(m: Any, v: Any) -> tuple[Any, Any]:
    """E selu(Z) and Var selu(Z) by quadrature, split at the kink, with the published constants."""
    alpha, scale = map(mpmath.mpf, STANDARD)
    m, s = mpmath.mpf(m), mpmath.sqrt(v)

    def selu(x: Any) -> Any:
        return scale * (x if x > 0 else alpha * mpmath.expm1(x))

    ends = sorted([m - 12 * s, m - 3 * s, mpmath.mpf(0), m + 3 * s, m + 12 * s])
    first = mpmath.quad(lambda x: selu(x) * mpmath.npdf(x, m, s), ends)
    second = mpmath.quad(lambda x: selu(x) ** 2 * mpmath.npdf(x, m, s), ends)
    return first, second - first**2


def points(domain: Domain, count: int) -> list[tuple[float, float, float, float]]:
    """Random points and the corners of a domain, in floating point."""
    draw = random.Random(11)
    ends = [
        (-float(domain.mu), float(domain.mu)),
        (-float(domain.omega), float(domain.omega)),
        (float(domain.nu_min), float(domain.nu_max)),
        (float(domain.tau_min), float(domain.tau_max)),
    ]
    inside = [tuple(draw.uniform(*pair) for pair in ends) for _ in range(count)]
    corners = [
        tuple(pair[number >> place & 1] for place, pair in enumerate(ends)) for number in range(16)
    ]
    return [*inside, *corners]  # type: ignore[list-item]


def test_the_image_of_the_domain_by_quadrature_lies_where_it_is_said_to() -> None:
    with mpmath.workdps(16):
        images = [moments(mu * omega, nu * tau) for mu, omega, nu, tau in points(MAIN, 12)]
    means, variances = zip(*images, strict=True)
    assert -0.03107 < min(means) < -0.03106
    assert 0.06772 < max(means) < 0.06773
    assert 0.8037 < min(variances) < 0.8038
    assert 1.481 < max(variances) < 1.482


def singular_value(mu: float, omega: float, nu: float, tau: float) -> float:
    """The largest singular value of the Jacobian by mu and nu, by differences and NumPy."""
    h = mpmath.mpf(10) ** -8
    columns = []
    for step in ((h, 0), (0, h)):
        after, before = (
            moments(omega * (mu + sign * step[0]), tau * (nu + sign * step[1])) for sign in (1, -1)
        )
        columns.append([float((x - y) / (2 * h)) for x, y in zip(after, before, strict=True)])
    return float(np.linalg.norm(np.array(columns).T, 2))


@pytest.mark.deep
def test_the_singular_values_by_differences_lie_where_they_are_said_to() -> None:
    with mpmath.workdps(25):
        values = [singular_value(*point) for point in points(MAIN, 2)]
    assert 0.8976 < max(values) < 0.8977


@pytest.mark.deep
@pytest.mark.parametrize(
    ("domain", "low", "high"),
    [(SHRINKING, 0.0, 0.9601), (GROWING, 1.158, 99.0), (GROWING_WIDER, 1.208, 99.0)],
    ids=["shrinking", "growing", "growing_wider"],
)
def test_the_quotients_of_variances_by_quadrature(domain: Domain, low: float, high: float) -> None:
    with mpmath.workdps(16):
        for mu, omega, nu, tau in points(domain, 5):
            assert low < moments(mu * omega, nu * tau)[1] / nu < high


def test_the_numbers_that_are_reached_and_that_are_not_are_close() -> None:
    for name, (inner, outer, _) in {**IMAGE, "singular_value_max": SINGULAR_VALUE}.items():
        assert (outer < inner) == name.endswith("_min")
        assert abs(inner - outer) <= R("0.0011") * max(1, abs(inner))
    assert IMAGE["variance_min"].outer > MAIN.nu_min
    assert SINGULAR_VALUE.outer < 1


def test_the_constants_are_boxed_around_the_published_ones() -> None:
    for (_, low, high), published in zip(constants(), STANDARD, strict=True):
        assert low < high
        assert high - low == R(1, 10**30)
        assert low - R(1, 10**30) < R(published) < high + R(1, 10**30)


MUTANTS: dict[str, tuple[str, Any]] = {
    "columns without their factors": (
        "squared_norm",
        lambda self: sum((entry**2 for entry in self), S.Zero),
    ),
    "omega and tau interchanged": (
        "squared_norm",
        lambda self: Jacobian(self[1], self[0], self[3], self[2]).squared_norm_before(),
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("name", MUTANTS)
def test_another_jacobian_is_not_proved(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jacobian, "squared_norm_before", Jacobian.squared_norm, raising=False)
    monkeypatch.setattr(Jacobian, *MUTANTS[name])
    fresh = snn_domains.expressions.__wrapped__()
    monkeypatch.setattr(snn_domains, "expressions", lambda: fresh)
    rejected = 0
    for each in singular_value_below(MAIN, S.One):
        if each.kind == "determinant":
            try:
                prove(*layer.box_lemma(each))
            except RejectedError:
                rejected += 1
    assert rejected


def test_every_widening_is_wider_and_the_outer_one_wider_still() -> None:
    for widenings in (*WIDENINGS.values(), (JOINTLY,)):
        for each in widenings:
            stated, inner, outer = each.domain, *map(each.widened, (each.inner, each.outer))
            assert volume(stated) < volume(inner) < volume(outer)


def volume(domain: Domain) -> Rational:
    sides = (domain.nu_max - domain.nu_min) * (domain.tau_max - domain.tau_min)
    return domain.mu * domain.omega * sides


@pytest.mark.parametrize(
    ("parameter", "fails"),
    [
        ("mu", lambda domain: float(moments(-domain.mu * domain.omega, R("0.76"))[1]) < 0.8),
        (
            "nu_max",
            lambda domain: float(moments(R("0.01"), domain.nu_max * R("1.1"))[0]) > 0.1,
        ),
        (
            "tau_max",
            lambda domain: float(moments(R("0.01"), R("1.5") * domain.tau_max)[1]) > 1.5,
        ),
        (
            "tau_min",
            lambda domain: float(moments(R("-0.01"), R("0.8") * domain.tau_min)[1]) < 0.8,
        ),
    ],
)
def test_a_unit_further_the_theorem_fails_by_quadrature(
    parameter: str, fails: Callable[[Domain], bool]
) -> None:
    (widening,) = (each for each in WIDENINGS["self_normalizing"] if each.parameter == parameter)
    with mpmath.workdps(20):
        assert fails(widening.widened(widening.outer))
        assert not fails(widening.widened(widening.inner))
