"""SELU for any fixed point: by Arb from the defining equations, and by published digits."""

import math
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from seeds import seed_of_this_run
from selu_oracle import Law, derivatives, error_in_units, truth

from elu_sym.networks import selu_equations
from elu_sym.networks.self_normalization import selu_fixed_point, selu_parameters

SEED = seed_of_this_run()
"""New requests on every run; a failure names it."""


def requests(count: int) -> list[tuple[float, float]]:
    draw = random.Random(SEED)
    found = []
    for number in range(count):
        t = draw.uniform(-37, 50) if number % 2 else draw.gauss(0, 2)
        sigma = 10 ** draw.uniform(-20, 20) if number % 3 == 0 else 10 ** draw.uniform(-3, 3)
        found.append((t * sigma, sigma**2))
    return found


EXTREMES = [
    *((0.0, 1.0), (0.5, 1.0), (-0.5, 2.0), (-53.0, 1.0), (1e-5, 1e-10), (-1e-5, 1e-10)),
    *((0.0, 5e-324), (0.0, 1e308), (1e150, 1e300), (-1e150, 1e300), (-1e-150, 1e-300)),
    *((5e-324, 1.0), (-5e-324, 1.0), (2.0, 4e-4), (-3e-3, 1e-4), (100.0, 1.0)),
]


@pytest.mark.parametrize(("mean", "variance"), EXTREMES)
def test_both_are_the_doubles_next_to_the_truth_at_extreme_requests(
    mean: float, variance: float
) -> None:
    alpha, scale = selu_parameters(mean, variance)
    balls = truth(mean, variance, alpha)
    assert error_in_units(alpha, balls[0]) <= 0.5001
    assert error_in_units(scale, balls[1]) <= 0.5001


def test_both_are_the_doubles_next_to_the_truth_at_random_requests() -> None:
    for mean, variance in requests(120):
        alpha, scale = selu_parameters(mean, variance)
        balls = truth(mean, variance, alpha)
        errors = error_in_units(alpha, balls[0]), error_in_units(scale, balls[1])
        assert max(errors) <= 0.5001, (SEED, mean, variance, errors)


def test_a_precision_that_does_not_suffice_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selu_equations, "HIGHEST_PRECISION", 256)
    assert selu_parameters(0.0, 1.0)
    with pytest.raises(ArithmeticError, match="256 bits do not suffice"):
        selu_parameters(-1e-12, 1e-25)


MUTANTS = {
    "mean of X_+": ("positive_mean", property(lambda law: law.sigma)),
    "P(X > 0)": ("positive_probability", property(lambda law: law.density)),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_moment_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selu_equations.Moments, *MUTANTS[name])
    with pytest.raises(AssertionError):
        test_the_jacobian_is_that_of_the_moments_times_omega_and_tau(0.7, 0.3, 1.0, 1.0)


def test_the_other_root_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(law: selu_equations.Moments) -> selu_equations.SeluParameters:
        law.t = -law.t
        return selu_equations._right(law)

    monkeypatch.setattr(selu_equations, "_left", other)
    with pytest.raises(AssertionError):
        test_both_are_the_doubles_next_to_the_truth_at_extreme_requests(-0.5, 2.0)


def test_the_standard_parameters_are_those_of_pytorch_and_of_the_paper() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    alpha, scale = selu_parameters()
    assert alpha == 1.6732632423543772848170429916717
    assert scale == 1.0507009873554804934193349852946
    at = torch.tensor([-30.0, 1.0], dtype=torch.float64)
    low, high = torch.nn.functional.selu(at).tolist()
    assert high == scale
    assert low == pytest.approx(-alpha * scale, rel=1e-12)


def quadrature(g: object, mean: float, variance: float) -> mpmath.mpf:
    """E g(X) by mpmath, split at the kink."""
    m, s = mpmath.mpf(mean), mpmath.sqrt(mpmath.mpf(variance))
    ends = sorted([m - 14 * s, m - 4 * s, m + 4 * s, m + 14 * s, mpmath.mpf(0)])
    return mpmath.quad(lambda x: g(x) * mpmath.npdf(x, m, s), ends)  # type: ignore[operator]


@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (0.7, 0.3), (-0.4, 2.5), (-1.5, 1.0)])
def test_moments_by_quadrature_are_those_that_are_asked_for(mean: float, variance: float) -> None:
    alpha, scale = selu_parameters(mean, variance)

    def selu(x: mpmath.mpf) -> mpmath.mpf:
        return scale * (x if x > 0 else alpha * mpmath.expm1(x))

    with mpmath.workdps(25):
        first = quadrature(selu, mean, variance)
        second = quadrature(lambda x: selu(x) ** 2, mean, variance)
        assert abs(first - mean) < 1e-14
        assert abs(second - first**2 - variance) < 1e-14


def test_a_request_beyond_the_range_of_a_double_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match=r"mean = -54.0, variance = 1.0: scale is 1.77e\+319"):
        selu_parameters(-54)
    alpha, scale = selu_parameters(-53)
    assert 0 < alpha < 1e-305
    assert 1e307 < scale < math.inf


@pytest.mark.deep
@pytest.mark.parametrize("variance", [5e-324, 1e-200, 1.0, 1e308])
def test_farther_left_than_60_deviations_the_scale_is_no_double(variance: float) -> None:
    sigma = math.sqrt(variance)
    _, scale = selu_equations.precise(
        lambda mp: selu_equations.precise_parameters(mp.mpf(-60 * sigma), mp.mpf(variance))
    )
    assert scale > mpmath.mpf(10) ** 313
    with pytest.raises(ValueError, match="standard deviations below zero, not 61"):
        selu_parameters(-61 * sigma, variance)
    with pytest.raises(ValueError, match="scale is"):
        selu_fixed_point(-61 * sigma, variance)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("a", 1), TypeError, "mean = 'a' is text"),
        ((True, 1), TypeError, "mean = True is boolean"),
        ((None, 1), TypeError, "mean = None"),
        ((math.nan, 1), ValueError, "mean = nan: give a finite number"),
        ((math.inf, 1), ValueError, "mean = inf: give a finite number"),
        ((0, 0), ValueError, "variance = 0.0: give a finite number above zero"),
        ((0, -1), ValueError, "variance = -1.0: give a finite number above zero"),
        ((0, math.nan), ValueError, "variance = nan: give a finite number above zero"),
        ((0, math.inf), ValueError, "variance = inf: give a finite number above zero"),
        (([0, 1], 1), ValueError, r"mean has the shape \(2,\): give a single number"),
        ((0, 1, math.nan), ValueError, "omega = nan: give a finite number"),
        ((0, 1, 0, -1), ValueError, "tau = -1.0: give a finite number, zero or more"),
    ],
)
def test_errors_name_argument_and_value(
    arguments: tuple[object, ...], error: type[Exception], message: str
) -> None:
    function = selu_parameters if len(arguments) == 2 else selu_fixed_point
    with pytest.raises(error, match=message):
        function(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(("omega", "tau"), [(0.0, 1.0), (1.0, 1.0), (-0.3, 0.8), (2.0, 0.0)])
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (0.7, 0.3), (-0.4, 2.5), (-3.0, 1.0)])
def test_the_jacobian_is_that_of_the_moments_times_omega_and_tau(
    mean: float, variance: float, omega: float, tau: float
) -> None:
    point = selu_fixed_point(mean, variance, omega, tau)
    previous, ctx.prec = ctx.prec, 512
    try:
        alpha, scale = truth(mean, variance, point.parameters.alpha)
        # Differences of balls are as wide as the balls: only their middles are differentiated.
        alpha, scale = alpha.mid(), scale.mid()

        def first(m: arb, v: arb) -> arb:
            return scale * Law(m, v).moments(alpha)[0]

        def second(m: arb, v: arb) -> arb:
            return scale**2 * Law(m, v).moments(alpha)[1]

        for row, function in zip(point.jacobian, (first, second), strict=True):
            for entry, factor, slope in zip(
                row, (omega, tau), derivatives(function, mean, variance), strict=True
            ):
                assert entry == pytest.approx(factor * float(slope.mid()), rel=1e-14, abs=1e-300)
    finally:
        ctx.prec = previous


def test_everything_is_the_double_next_to_the_truth_whatever_the_precision_of_mpmath() -> None:
    draw = random.Random(SEED)
    for _ in range(20):
        mean, variance = draw.uniform(-2, 2), draw.uniform(0.2, 3)
        omega, tau = draw.uniform(-2, 2), draw.uniform(0, 2)
        with mpmath.workdps(draw.choice([3, 5, 15, 40])):
            point = selu_fixed_point(mean, variance, omega, tau)
        with ctx.workprec(700):
            alpha, scale = (x.mid() for x in truth(mean, variance, point.parameters.alpha))

            def first(m: arb, v: arb, alpha: arb = alpha, scale: arb = scale) -> arb:
                return scale * Law(m, v).moments(alpha)[0]

            def second(m: arb, v: arb, alpha: arb = alpha, scale: arb = scale) -> arb:
                return scale**2 * Law(m, v).moments(alpha)[1]

            a, b = (x.mid() for x in derivatives(first, mean, variance))
            c, d = (x.mid() for x in derivatives(second, mean, variance))
            a, b, c, d = omega * a, tau * b, omega * c, tau * d
            size = (((a + d) ** 2 + (b - c) ** 2).sqrt() + ((a - d) ** 2 + (b + c) ** 2).sqrt()) / 2
            found = (*point.jacobian[0], *point.jacobian[1], point.largest_singular_value)
            for double, ball in zip(found, (a, b, c, d, size), strict=True):
                error = error_in_units(double, ball)
                assert error <= 0.5001, (SEED, mean, variance, omega, tau, double, error)


def test_threads_find_the_bits_of_one_and_leave_the_precision_alone() -> None:
    requests = [(float(mean), 1.0) for mean in range(-20, 31, 2)]
    alone = [selu_fixed_point(*request) for request in requests]
    with mpmath.workdps(3), ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda request: selu_fixed_point(*request), requests))
        assert mpmath.mp.dps == 3
    assert together == alone


# Here all of an entry cancelled in the first two precisions, and 0 was taken for its value.
CANCELLING = [(-1e90, 1e180), (0.0, 2.0**600), (7.516139767475342e-12, 8.984214590552725e-26)]


@pytest.mark.parametrize(("mean", "variance"), CANCELLING)
def test_entries_that_cancel_are_the_doubles_next_to_the_truth(
    mean: float, variance: float
) -> None:
    point = selu_fixed_point(mean, variance, 1.0, 1.0)
    with mpmath.workprec(6000):
        # The parameters are compared with Arb elsewhere.
        m, v = mpmath.mpf(mean), mpmath.mpf(variance)
        alpha, scale = selu_equations.precise_parameters(m, v)
        step = mpmath.mpf(2) ** -1500

        def after(m: mpmath.mpf, v: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
            first, second = elu_moments(m, v, alpha)
            return scale * first, scale**2 * (second - first**2)

        size = mpmath.sqrt(v)
        for column, (dm, dv) in enumerate([(step * size, 0), (0, step * v)]):
            width = 2 * (dm or dv)
            for row, (above, below) in enumerate(
                zip(after(m + dm, v + dv), after(m - dm, v - dv), strict=True)
            ):
                expected = float((above - below) / width)
                assert point.jacobian[row][column] == pytest.approx(expected, rel=1e-13, abs=0)


def elu_moments(m: mpmath.mpf, v: mpmath.mpf, alpha: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """E f and E f^2 by the textbook formulas, in the working precision."""
    s = mpmath.sqrt(v)
    cdf, pdf = (lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2), mpmath.npdf(m / s)
    one = mpmath.exp(m + v / 2) * cdf(-m / s - s)
    two = mpmath.exp(2 * m + 2 * v) * cdf(-m / s - 2 * s)
    first = m * cdf(m / s) + s * pdf + alpha * (one - cdf(-m / s))
    second = (m * m + v) * cdf(m / s) + m * s * pdf + alpha**2 * (two - 2 * one + cdf(-m / s))
    return first, second


@pytest.mark.parametrize(("omega", "tau"), [(0.0, 1.0), (1.0, 1.0), (-0.9, 1.3), (5.0, 3.0)])
def test_eigenvalues_and_singular_value_are_those_of_numpy(omega: float, tau: float) -> None:
    point = selu_fixed_point(0.2, 1.5, omega, tau)
    matrix = np.array(point.jacobian)
    expected = sorted(np.linalg.eigvals(matrix), key=abs, reverse=True)
    np.testing.assert_allclose(point.eigenvalues, expected, rtol=1e-12, atol=1e-15)
    assert point.largest_singular_value == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-13)
    assert point.attracting == (max(abs(np.linalg.eigvals(matrix))) < 1)


@pytest.mark.parametrize(
    ("mean", "variance", "omega", "tau", "attracting"),
    [
        (-1e90, 1e180, 1.0, 1.0, False),
        # 1 less the eigenvalue is 8e-82 and 3e-301: below 1, whatever a double says.
        (19.0, 1.0, 0.0, 1.0, True),
        (37.0, 1.0, 0.0, 1.0, True),
        # It is 6e-352, which no double tells from 0.
        (40.0, 1.0, 0.0, 1.0, None),
        (1e300, 1.0, 0.0, 1.0, None),
    ],
)
def test_attracting_is_decided_by_the_distance_from_1(
    mean: float, variance: float, omega: float, tau: float, attracting: bool | None
) -> None:
    assert selu_fixed_point(mean, variance, omega, tau).attracting is attracting


def test_normalized_weights_attract_and_unit_sums_do_not() -> None:
    normalized, shifted = selu_fixed_point(0, 1), selu_fixed_point(0, 1, omega=1, tau=1)
    assert normalized.attracting
    assert normalized.eigenvalues[1] == 0
    assert f"{normalized.largest_singular_value:.4f}" == "0.7877"  # as the paper has it
    assert not shifted.attracting


@pytest.mark.parametrize(("omega", "ends_at_zero"), [(0.0, True), (0.9, True), (0.92, False)])
def test_moments_from_layer_to_layer_do_what_the_eigenvalues_say(
    omega: float, ends_at_zero: bool
) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    # By PyTorch's SELU and Gauss-Hermite nodes on either side of the kink, not by closed forms.
    nodes, weights = np.polynomial.legendre.leggauss(200)
    mean, variance = 1e-3, 1.0
    for _ in range(3000):
        m, s = omega * mean, math.sqrt(variance)
        values, density = [], []
        for low, high in ((m - 12 * s, 0.0), (0.0, m + 12 * s)):
            x = (high - low) / 2 * nodes + (high + low) / 2
            values.append(torch.nn.functional.selu(torch.tensor(x)).numpy())
            density.append(
                weights
                * (high - low)
                / 2
                * np.exp(-(((x - m) / s) ** 2) / 2)
                / s
                / 2.5066282746310002
            )
        f, p = np.concatenate(values), np.concatenate(density)
        mean = float(f @ p)
        variance = float(((f - mean) ** 2) @ p)
    assert (abs(mean) < 2e-4) == ends_at_zero
    assert selu_fixed_point(0, 1, omega, 1).attracting == ends_at_zero


def test_it_needs_neither_sympy_nor_flint() -> None:
    code = (
        "import sys; from elu_sym.networks.self_normalization import selu_parameters;"
        " selu_parameters(1, 2);"
        "sys.exit(any(name in sys.modules for name in ('sympy', 'flint')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
