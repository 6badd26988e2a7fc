"""The audit of a layer: against exact sums, sampling theory, SciPy and the Gaussian law itself."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats
from sympy import Rational

from elu_sym import ACTIVATIONS, derivative_below, elu, mean, moments, variance
from elu_sym.claims.chapters.floating_point.thresholds import FLOOR_IS_REACHED
from elu_sym.layer_audit import Comparison, Estimate, LayerRecorder, audit, recorder
from elu_sym.layer_audit.estimates import share
from elu_sym.layer_audit.float_formats import FORMATS, at_floor
from elu_sym.layer_audit.recorder import LEAST
from elu_sym.layer_audit.running_histogram import RunningHistogram, distance_to_normal
from elu_sym.layer_audit.running_moments import RunningCovariance
from elu_sym.networks.initialization import gain

ULP = 2.0**-52


def normal(size, mu=0.0, sigma=1.0, seed=0):
    return np.random.default_rng(seed).normal(mu, sigma, size)


# Sums


@pytest.mark.parametrize("cuts", [(), (1, 2), (400,), tuple(range(1, 1000))])
def test_merged_comoments_are_those_of_long_doubles(cuts):
    rows = np.random.default_rng(2).normal(size=(1000, 3)) @ [[1, 0.5, 0], [0, 1, 2], [0, 0, 3]] + 7
    running = RunningCovariance(3)
    for part in np.split(rows, cuts):
        running.add(part.T.copy())
    exact = rows.astype(np.longdouble)
    mean = exact.mean(axis=0)
    deviations = exact - mean
    np.testing.assert_allclose(running.mean, mean.astype(float), rtol=10 * ULP)
    sums = np.einsum("ni,nj->ij", deviations, deviations).astype(float)
    np.testing.assert_allclose(running.sums, sums, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("offset", [0.0, 3.0, 1e6])
def test_the_moments_are_exact_sums_to_the_last_digits(offset):
    x = normal(200_000, offset, 1.5, seed=3)
    f = np.where(x < 0, 1.5 * np.expm1(np.minimum(x, 0)), x)
    slope = np.where(x < 0, 1.5 * np.exp(np.minimum(x, 0)), 1.0)
    found, n = audit(x, 1.5), x.size

    def close(value, numbers):
        total = math.fsum(abs(number) for number in numbers) / n
        return abs(value - math.fsum(numbers) / n) <= 16 * ULP * total

    assert close(found.mean.value, x)
    assert close(found.activation_mean.empirical.value, f)
    assert close(found.activation_second_moment.empirical.value, f * f)
    assert close(found.derivative_mean.empirical.value, slope)
    assert close(found.derivative_second_moment.empirical.value, slope * slope)
    for value, numbers in (
        (found.std.value**2, x),
        (found.activation_variance.empirical.value, f),
    ):
        numbers = numbers.astype(np.longdouble)
        exact = float(((numbers - numbers.mean()) ** 2).sum() / (n - 1))
        assert value == pytest.approx(exact, rel=1e-13)
    deviations = x.astype(np.longdouble)
    deviations -= deviations.mean()
    second, third, fourth = (float((deviations**k).mean()) for k in (2, 3, 4))
    assert found.skewness.value == pytest.approx(third / second**1.5, abs=1e-13)
    assert found.excess_kurtosis.value == pytest.approx(fourth / second**2 - 3, abs=1e-12)
    assert (found.least, found.greatest) == (x.min(), x.max())
    assert found.negative.empirical.value == np.mean(x < 0)
    assert found.derivative_below.empirical.value == np.mean(slope < 0.01)


@settings(max_examples=10)
@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=6), st.integers(0, 99))
def test_pieces_of_any_size_give_the_same_bits(sizes, seed):
    values = normal(sum(sizes) + LEAST, -0.3, 2.0, seed)
    pieces = LayerRecorder(0.7)
    start = 0
    for size in sizes:
        pieces.add(values[start : start + size])
        start += size
        if start >= LEAST:
            pieces.result()  # a look on the way changes nothing
    pieces.add(values[start:].reshape(1, -1))
    assert pieces.result() == audit(values, 0.7)


# Activations

FUNCTIONS = {
    "elu": (lambda x, a: a * np.expm1(x), lambda x, a: a * np.exp(x), lambda a: 1.0),
    "celu": (lambda x, a: a * np.expm1(x / a), lambda x, a: np.exp(x / a), lambda a: 1.0),
    "selu": (
        lambda x, a, scale: scale * a * np.expm1(x),
        lambda x, a, scale: scale * a * np.exp(x),
        lambda a, scale: scale,
    ),
    "relu": (lambda x: 0 * x, lambda x: 0 * x, lambda: 1.0),
    "leaky_relu": (lambda x, s: s * x, lambda x, s: 0 * x + s, lambda s: 1.0),
}
"""For x < 0, its derivative, and that for x > 0."""

GIVEN = {
    "elu": {"alpha": 1.4},
    "celu": {"alpha": 2.0},
    "selu": {},
    "relu": {},
    "leaky_relu": {"slope": 0.2},
}


def values_and_slopes(activation, x):
    parameters = (ACTIVATIONS[activation].default_parameters | GIVEN[activation]).values()
    left, slope, right = FUNCTIONS[activation]
    below = np.minimum(x, 0)
    rise = right(*parameters)
    values = np.where(x < 0, left(below, *parameters), rise * x)
    return values, np.where(x < 0, slope(below, *parameters), rise)


@pytest.mark.parametrize("activation", GIVEN)
def test_every_activation_has_its_own_sums(activation):
    x = normal(20_000, -0.7, 2.5, seed=14)
    f, slope = values_and_slopes(activation, x)
    found = audit(x, activation=activation, **GIVEN[activation])
    assert found == audit(x, activation=ACTIVATIONS[activation], **GIVEN[activation])
    for comparison, numbers in (
        (found.activation_mean, f),
        (found.activation_second_moment, f * f),
        (found.derivative_mean, slope),
        (found.derivative_second_moment, slope * slope),
    ):
        assert comparison.empirical.value == pytest.approx(math.fsum(numbers) / x.size, rel=1e-13)
    assert found.activation_variance.empirical.value == pytest.approx(f.var(ddof=1), rel=1e-12)
    assert found.derivative_below.empirical.value == np.mean(slope < 0.01)
    if activation == "leaky_relu":
        assert found.at_floor is found.at_floor_count is None
        assert "there is no floor" in found.to_text()
    else:
        far = audit(np.append(x, 10 * [-1e4]), activation=activation, **GIVEN[activation])
        dead = np.count_nonzero(x < 0) if activation == "relu" else 0
        assert (found.at_floor_count, far.at_floor_count) == (dead, dead + 10)
    # And those of another activation are others.
    if activation != "elu":
        assert audit(x).activation_mean.empirical.value != pytest.approx(f.mean(), rel=1e-3)


@pytest.mark.parametrize("activation", GIVEN)
def test_the_gaussian_column_is_the_book_for_every_activation(activation):
    found = audit(normal(5000, -0.5, 2.0), activation=activation, **GIVEN[activation])
    book, law = ACTIVATIONS[activation], (found.mean.value, found.std.value)
    given = book.default_parameters | GIVEN[activation]
    assert found.parameters == given
    for comparison, formula in (
        (found.activation_mean, book.mean),
        (found.activation_second_moment, book.second_moment),
        (found.activation_variance, book.variance),
        (found.derivative_mean, book.derivative_mean),
        (found.derivative_second_moment, book.derivative_second_moment),
    ):
        assert comparison.gaussian.value == formula(*law, **given)
    below = book.derivative_below(0.01, *law, **given)
    assert found.derivative_below.gaussian.value == below
    for preserve, factor in (
        ("second_moment", found.weight_factor_second_moment),
        ("variance", found.weight_factor_variance),
        ("gradient", found.weight_factor_gradient),
    ):
        expected = gain(mu=law[0], sigma=law[1], preserve=preserve, activation=activation, **given)
        assert factor.gaussian.value == pytest.approx(float(expected) ** 2, rel=1e-14)


@pytest.mark.deep
@pytest.mark.parametrize("activation", [name for name in GIVEN if name != "elu"])
def test_intervals_of_every_activation_cover_as_often_as_they_say(activation):
    mu, sigma, layers, level = -0.5, 1.5, 200, 0.7
    book, given = ACTIVATIONS[activation], GIVEN[activation]
    inside: dict[str, int] = {}
    for values in np.random.default_rng(15).normal(mu, sigma, (layers, 1000)):
        found = audit(values, activation=activation, confidence=level, **given)
        expected = {
            "f": (found.activation_mean.empirical, book.mean(mu, sigma, **given)),
            "Var f": (found.activation_variance.gaussian, book.variance(mu, sigma, **given)),
            "zero": (found.activation_second_moment.difference, 0.0),
            "slopes": (found.derivative_second_moment.difference, 0.0),
            "factor": (
                found.weight_factor_variance.empirical,
                sigma**2 / book.variance(mu, sigma, **given),
            ),
        }
        for name, (estimate, true) in expected.items():
            hit = estimate.low <= true <= estimate.high
            inside[name] = inside.get(name, 0) + hit
    band = 4.5 * math.sqrt(layers * level * (1 - level)) + 0.02 * layers
    assert {name: n for name, n in inside.items() if abs(n - level * layers) > band} == {}


@pytest.mark.parametrize("activation", GIVEN)
@pytest.mark.parametrize("value", [-3.0, 0.0, 3.0, 1e60])
def test_equal_values_and_far_values_of_every_activation_are_no_nan(activation, value):
    for values in (np.full(200, value), value + normal(200)):
        found = audit(values, activation=activation, **GIVEN[activation])
        json.dumps(found.to_json(), allow_nan=False)
        assert "nan" not in found.to_text()


# Intervals


def test_intervals_cover_as_often_as_they_say():
    """200 layers that are Gaussian: the truth is inside in 70 % of them, not more and not less.

    At a level near 1 intervals that are too wide could not be told from right ones.
    """
    mu, sigma, alpha, layers, level = -1.5, 1.5, 1.5, 200, 0.7
    truth = moments(mu, sigma, alpha)
    inside: dict[str, int] = {}
    for values in np.random.default_rng(5).normal(mu, sigma, (layers, 2000)):
        found = audit(values, alpha, confidence=level)
        expected = {
            "mean": (found.mean, mu),
            "std": (found.std, sigma),
            "f": (found.activation_mean.empirical, truth.mean),
            "f^2": (found.activation_second_moment.empirical, truth.second_moment),
            "Var f": (found.activation_variance.empirical, truth.variance),
            "Gaussian f^2": (found.activation_second_moment.gaussian, truth.second_moment),
            "zero": (found.activation_second_moment.difference, 0.0),
            "factor": (
                found.weight_factor_variance.empirical,
                sigma**2 / truth.variance,
            ),
            "negative": (found.negative.difference, 0.0),
            "rare": (found.derivative_below.difference, 0.0),
            "below": (
                found.derivative_below.empirical,
                derivative_below(0.01, mu, sigma, alpha),
            ),
        }
        for name, (estimate, true) in expected.items():
            hit = estimate.low <= true <= estimate.high
            inside[name] = inside.get(name, 0) + hit
    # 4.5 standard deviations of a binomial count, and 1 % for what the delta method leaves out.
    band = 4.5 * math.sqrt(layers * level * (1 - level)) + 0.01 * layers
    assert {name: n for name, n in inside.items() if abs(n - level * layers) > band} == {}


def test_the_gaussian_columns_are_the_book_at_the_measured_law():
    found = audit(normal(5000, -1.0, 2.0), 0.5)
    book = moments(found.mean.value, found.std.value, 0.5)
    assert found.activation_mean.gaussian.value == book.mean
    assert found.activation_second_moment.gaussian.value == book.second_moment
    assert found.activation_variance.gaussian.value == book.variance
    factor = found.std.value**2 / book.second_moment
    assert found.weight_factor_second_moment.gaussian.value == pytest.approx(factor, rel=1e-14)
    expected = stats.norm.cdf(-found.mean.value / found.std.value)
    assert found.negative.gaussian.value == pytest.approx(expected, rel=1e-13)


def test_a_layer_that_is_not_gaussian_is_told_from_one_that_is():
    uniform = audit(np.random.default_rng(7).uniform(-1.7, 1.7, 20_000))
    difference = uniform.activation_second_moment.difference
    assert not difference.low <= 0 <= difference.high
    assert abs(uniform.excess_kurtosis.value) > 10 * uniform.excess_kurtosis.normal_limit
    assert uniform.kolmogorov.low > 5 * uniform.kolmogorov.normal_limit
    gaussian = audit(normal(20_000, 0, 1, seed=8))
    assert abs(gaussian.excess_kurtosis.value) < 2 * gaussian.excess_kurtosis.normal_limit
    assert gaussian.kolmogorov.high < gaussian.kolmogorov.normal_limit


COMPARED = (
    "activation_mean",
    "activation_second_moment",
    "activation_variance",
    "derivative_mean",
    "derivative_second_moment",
    "weight_factor_second_moment",
    "weight_factor_variance",
    "weight_factor_gradient",
)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("mu", "sigma", "size", "samples"),
    [
        (3.0, 1.0, 1000, 120),
        (2.0, 0.5, 1000, 120),
        (3.0, 0.5, 1000, 120),
        (3.0, 0.5, 100_000, 20),
        (-1.0, 0.01, 1000, 120),
        (-1.0, 1e-4, 1000, 120),
        (-1.5, 1.5, 1000, 120),
        (0.0, 1.0, 1000, 120),
    ],
)
def test_gaussian_samples_are_seldom_called_anything_else(mu, sigma, size, samples):
    rng, excluded = np.random.default_rng(12), dict.fromkeys(COMPARED, 0)
    for _ in range(samples):
        found = audit(rng.normal(mu, sigma, size))
        for name in COMPARED:
            difference = getattr(found, name).difference
            excluded[name] += not difference.low <= 0 <= difference.high
    # At most 10 % of samples, and 3 standard deviations of such a count.
    most = 0.1 * samples + 3 * math.sqrt(samples * 0.09)
    assert {name: n for name, n in excluded.items() if n > most} == {}


@pytest.mark.parametrize("law", ["uniform", "laplace"])
def test_differences_tell_other_laws_from_the_gaussian(law):
    values = getattr(stats, law)(*((-1.7, 3.4) if law == "uniform" else ()))
    found = audit(values.rvs(20_000, random_state=13))
    for name in ("activation_second_moment", "activation_variance", "weight_factor_variance"):
        difference = getattr(found, name).difference
        assert not difference.low <= 0 <= difference.high


def test_a_difference_has_one_divisor_in_both_numbers():
    values = normal(LEAST, 30.0, 1.0)
    found = audit(values).activation_second_moment.difference
    expected = np.mean(values**2) - moments(values.mean(), values.std()).second_moment
    assert found.value == pytest.approx(expected, abs=1e-10)
    assert abs(found.value) < 1e-10


def test_zeros_are_not_negative():
    found = audit(20 * [-1.0, 0.0, 0.0, -0.0, 2.0])
    assert found.negative.empirical.value == 0.2
    assert found.derivative_mean.empirical.value == pytest.approx((4 + math.exp(-1)) / 5)


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_limits_are_the_formulas(confidence):
    found = audit(normal(3000), confidence=confidence)
    quantile = stats.norm.ppf(0.5 + confidence / 2)
    limit = quantile * math.sqrt(6 / 3000)
    assert found.skewness.normal_limit == pytest.approx(limit, rel=1e-12)
    limit = quantile * math.sqrt(24 / 3000)
    assert found.excess_kurtosis.normal_limit == pytest.approx(limit, rel=1e-12)


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_the_distance_of_the_law_has_the_margin_of_massart(confidence):
    found = audit(stats.expon.rvs(size=3000, random_state=4), confidence=confidence).kolmogorov
    margin = math.sqrt(math.log(2 / (1 - confidence)) / (2 * 3000))
    assert found.low > margin
    assert found.low - found.law_low == pytest.approx(margin, rel=1e-12)
    assert found.law_high - found.high == pytest.approx(margin, rel=1e-12)
    assert audit(normal(3000), confidence=confidence).kolmogorov.law_low == 0.0


def test_the_histogram_reaches_five_deviations():
    values = np.concatenate([normal(50_000, 2.0, 0.5), [-10.0, 14.0]])
    found = audit(values)
    reach = 5 * found.std.value
    width = found.std.value / 1000  # above that of the bins that are joined
    assert found.histogram.edges[0] == pytest.approx(found.mean.value - reach, abs=width)
    assert found.histogram.edges[-1] == pytest.approx(found.mean.value + reach, abs=width)
    assert (found.histogram.below, found.histogram.above) == (1, 1)


def test_gains_are_those_of_the_initialization():
    found = audit(normal(5000, 0.2, 1.3), 1.2)
    for preserve in ("second_moment", "variance", "gradient"):
        expected = gain(1.2, found.mean.value, found.std.value, preserve=preserve)
        factor = getattr(found, f"weight_factor_{preserve}").gaussian.value
        assert math.sqrt(factor) == pytest.approx(expected, rel=1e-14)


@pytest.mark.deep
def test_the_least_audit_has_intervals_that_hold_nine_times_in_ten():
    rng, count, held = np.random.default_rng(3), 300, np.zeros(4)
    truth = (-0.3, 1.0, mean(-0.3, 1.0), variance(-0.3, 1.0))
    for _ in range(count):
        found = audit(rng.normal(-0.3, 1.0, LEAST))
        moments_of_f = found.activation_mean.empirical, found.activation_variance.empirical
        intervals = (found.mean, found.std, *moments_of_f)
        held += [e.low <= t <= e.high for e, t in zip(intervals, truth, strict=True)]
    # Fewer than 0.87 of 300 would be seen once in 20 times if nine in ten hold.
    assert (held / count > 0.87).all()


@pytest.mark.parametrize(("cases", "count"), [(0, 50), (3, 50), (50, 50), (20, 1000)])
def test_a_share_has_the_interval_of_wilson(cases, count):
    found = share(cases, count, stats.norm.ppf(0.975))
    exact = stats.binomtest(cases, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-12)


# Kolmogorov's distance


@pytest.mark.parametrize(
    "values",
    [
        normal(5000, 3.0, 0.1),
        stats.cauchy.rvs(size=5000, random_state=1),
        np.round(normal(5000), 1),
        stats.expon.rvs(size=3000, random_state=2) * 1e-20,
        np.repeat([0.0, 1.0], 50),
    ],
    ids=["normal", "outliers", "ties", "small", "two"],
)
def test_the_distance_is_enclosed(values):
    found = audit(values)
    exact = stats.kstest(values, stats.norm(found.mean.value, found.std.value).cdf).statistic
    assert found.kolmogorov.low - 1e-12 <= exact <= found.kolmogorov.high + 1e-12
    assert found.kolmogorov.law_low <= found.kolmogorov.low
    assert found.kolmogorov.high <= found.kolmogorov.law_high


def test_the_distance_is_narrow_where_the_values_are_spread():
    found = audit(normal(300_000, 5.0, 2.0))
    assert found.kolmogorov.high - found.kolmogorov.low < 3e-4


def test_the_resolution_follows_a_stream_that_widens():
    values = np.concatenate([np.zeros(recorder.BLOCK), normal(3 * recorder.BLOCK, 50.0, 20.0)])
    found = audit(values)
    exact = stats.kstest(values, stats.norm(found.mean.value, found.std.value).cdf).statistic
    assert found.kolmogorov.low - 1e-12 <= exact <= found.kolmogorov.high + 1e-12
    assert found.kolmogorov.high - found.kolmogorov.low < 0.01


def test_joined_bins_keep_the_counts():
    histogram, values = RunningHistogram(), normal(10_000)
    for scale in (1.0, 100.0, 1e5):
        histogram.add(scale * values)
    everything = np.concatenate([values, 100 * values, 1e5 * values])
    exact = [(everything < edge).sum() for edge in histogram.edges[::1000]]
    assert np.cumsum(histogram.counts)[:-1][::1000].tolist() == exact
    edges, counts = histogram.coarse(-200.0, 500.0, 30)
    exact = np.diff([0, *((everything < edge).sum() for edge in edges), everything.size])
    assert counts.tolist() == exact.tolist()


def test_five_percent_of_normal_samples_exceed_the_limit():
    """The constant of Stephens; that for a law known beforehand, 1.358, would be exceeded never."""
    rng, count, size, beyond = np.random.default_rng(11), 2000, 500, 0
    for _ in range(count):
        x = np.sort(rng.standard_normal(size))
        cdf = stats.norm.cdf((x - x.mean()) / x.std(ddof=1))
        steps = np.arange(size + 1) / size
        beyond += max((steps[1:] - cdf).max(), (cdf - steps[:-1]).max()) > LIMIT
    assert abs(beyond / count - 0.05) < 4.5 * math.sqrt(0.05 * 0.95 / count)


LIMIT = audit(normal(500)).kolmogorov.normal_limit


def test_a_bin_that_is_counted_twice_is_found():
    histogram, values = RunningHistogram(), normal(5000)
    histogram.add(values)
    histogram.counts[40_000:] *= 2
    exact = stats.kstest(values, stats.norm(0, 1).cdf).statistic
    found = distance_to_normal(histogram, 0.0, 1.0)
    assert not found.low <= exact <= found.high


# The floor


@pytest.mark.parametrize("numbers", FLOOR_IS_REACHED, ids=str)
@pytest.mark.parametrize("alpha", [0.25, 1.0, 1.5, 1.6875])
def test_the_floor_begins_at_the_threshold_that_is_proved(numbers, alpha):
    threshold = FLOOR_IS_REACHED[numbers]
    above = float(numbers.successor(Rational(threshold)))
    found = at_floor(np.array([threshold, above, -1e30, 0.0]), elu, (alpha,), numbers.name)
    assert found.tolist() == [True, False, True, False]


@pytest.mark.parametrize("float_format", ["float16", "float32", "float64"])
def test_an_array_has_the_floor_of_its_own_format(float_format):
    x = np.linspace(-40, 0, 1001).astype(float_format)
    (threshold,) = (t for f, t in FLOOR_IS_REACHED.items() if f.name == float_format)
    found = audit(x)
    assert found.float_format == float_format
    assert found.at_floor_count == np.count_nonzero(x <= threshold)


def test_rounding_to_bfloat16_is_that_of_torch():
    torch = pytest.importorskip("torch")
    random = torch.randn(50_000, generator=torch.Generator().manual_seed(1))
    values = torch.cat((random, torch.tensor([0.0, 1.00390625, 1.01171875, 3e38])))
    expected = values.bfloat16().double().numpy()
    assert (FORMATS["bfloat16"](values.double().numpy()) == expected).all()


# What has no value


def test_equal_values_have_no_shape():
    for value in (0.1, -0.1, 0.0):
        found = audit(np.full(200_001, value))
        assert (found.mean.value, found.mean.low, found.std.value) == (value, value, 0.0)
        assert (found.skewness, found.excess_kurtosis, found.kolmogorov) == (None, None, None)
        assert found.weight_factor_second_moment is None
        assert found.activation_variance.empirical.value == 0.0
        assert "undefined" in found.to_text()
        json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    "values",
    [
        normal(1000, -900.0, 1.0),
        normal(1000, -50.0, 1.0),
        normal(1000, 1e60, 1e58),
        normal(1000, 0.0, 1e-60),
        np.repeat([5e-324, 1.0], 50),
    ],
    ids=["no slope", "floor", "huge", "tiny", "subnormal"],
)
def test_nothing_is_nan_at_the_ends(values):
    found = audit(values)
    json.dumps(found.to_json(), allow_nan=False)
    assert "nan" not in found.to_text()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, np.nan],), ValueError, r"values\[1\] = nan: remove or repair"),
        (([[1.0, 2.0], [3.0, -np.inf]],), ValueError, r"values\[1, 1\] = -inf"),
        (([1.0, 1e80],), ValueError, r"values\[1\] = 1e\+80: give values up to 1e\+70"),
        (
            ([1.0, 2.0],),
            ValueError,
            "2 values: an audit needs at least 100, since its intervals are",
        ),
        ((range(99),), ValueError, "99 values: an audit needs at least 100"),
        (([],), ValueError, "0 values"),
        ((50 * [1e-90, 2e-90],), ValueError, "standard deviation .* is below"),
        ((["a", "b"],), TypeError, "dtype <U1"),
        (([1j, 2j],), TypeError, "dtype complex128"),
        (([True, False],), TypeError, "dtype bool"),
        (([[1.0], [1.0, 2.0]],), ValueError, "ragged"),
        ((np.ma.masked_array([1.0, 2.0]),), TypeError, "masked"),
        (([1.0, 2.0], 0.0), ValueError, "alpha = 0.0: give a number from 1e-70"),
        (([1.0, 2.0], float("nan")), ValueError, "alpha = nan"),
        (([1.0, 2.0], "1"), TypeError, "alpha = '1' is no real number"),
        (([1.0, 2.0], True), TypeError, "alpha = True"),
        ((np.ones(2, np.float16), 1e-9), ValueError, "alpha = 1e-09 is 0.0 in float16"),
        (
            ([1.0, 2.0], None, {"activation": "ELU"}),
            ValueError,
            r"^activation = 'ELU' is none of 'elu', 'relu', 'leaky_relu', 'selu', 'celu'",
        ),
        (
            ([1.0, 2.0], 1.0, {"activation": "relu"}),
            TypeError,
            "^alpha = 1.0 is no parameter of relu, which has none$",
        ),
        (
            ([1.0, 2.0], None, {"activation": "leaky_relu", "slope": -0.1}),
            ValueError,
            r"^slope = -0\.1: give a number from 1e-70 to 1e\+70$",
        ),
        (
            ([1.0, 2.0], 1e60, {"activation": "selu", "scale": 1e20}),
            ValueError,
            r"^alpha = 1e\+60, scale = 1e\+20: the floor lies below -1e\+70: give smaller numbers$",
        ),
        (
            ([1.0, 2.0], None, {"activation": "selu", "scale": 1e-3}),
            ValueError,
            r"scale = 0\.001: the derivative for x > 0, 0\.001, is below the level 0\.01 that",
        ),
        (
            ([1.0, 2e60], None, {"activation": "leaky_relu", "slope": 1e10}),
            ValueError,
            r"^values\[1\] = 2e\+60: give values up to 1e\+60$",
        ),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    values, *alpha, options = arguments if isinstance(arguments[-1], dict) else (*arguments, {})
    with pytest.raises(error, match=message):
        audit(values, *alpha, **options)


def test_options_of_files_and_of_recorders_are_checked():
    with pytest.raises(ValueError, match=r"^values: there is no column 'x'; the columns are 0$"):
        audit([1.0, 2.0], column="x")
    with pytest.raises(ValueError, match=r"confidence = 1\.5"):
        audit([1.0, 2.0], confidence=1.5)
    with pytest.raises(ValueError, match="float_format = 'float8'"):
        LayerRecorder(float_format="float8")


def test_a_wrong_batch_is_not_recorded_in_part():
    found = LayerRecorder()
    found.add([1.0, 2.0])
    with pytest.raises(ValueError, match="nan"):
        found.add(np.append(normal(3 * recorder.BLOCK), np.nan))
    assert found.count == 2


# Text


def test_text_and_json_say_the_same():
    found = audit(normal(3000, 0.1, 1.1), 1.5, confidence=0.9)
    plain, text = json.loads(json.dumps(found.to_json())), found.to_text()
    assert "3000 values of float64, elu, alpha = 1.5" in text
    assert "90 %" in text
    for name in ("activation_mean", "activation_variance", "derivative_second_moment"):
        for column in ("empirical", "gaussian", "difference"):
            estimate = plain[name][column]
            shown = f"{estimate['value']:.6g} [{estimate['low']:.6g}, {estimate['high']:.6g}]"
            assert shown in text
    assert plain["count"] == 3000
    counted = plain["histogram"]
    assert sum(counted["counts"]) + counted["below"] + counted["above"] == 3000
    assert len(counted["edges"]) == len(counted["counts"]) + 1
    assert not re.search(r"[a-z0-9]\d+ values, 0 ", text.replace("float64 ", ""))
    with pytest.raises(AttributeError):
        found.count = 3
    assert replace(found, count=3).count == 3


def test_what_is_shown_of_a_result():
    found = audit(normal((300, 10)), activation="leaky_relu", slope=0.2)
    shown = "values (10 columns pooled): 3000 values of float64, leaky_relu, slope = 0.2"
    assert repr(found).startswith(f"<LayerAudit of {shown}: mean ")
    assert len(repr(found)) < 160
    assert found.to_text().startswith(shown + "\n")
    page = found._repr_html_()
    assert page.startswith(f"<table><caption>{shown}</caption>")
    assert page.count("<tr>") == page.count("</tr>") == 11
    assert "P[X &lt; 0]" in page
    assert f"<td>{found.negative.empirical.value:.6g} [" in page
    source = replace(found, source="<b>&")._repr_html_()
    assert "&lt;b&gt;&amp; (10" in source
    assert "undefined" in audit(np.ones(100)).to_text()
    assert "std^2" not in audit(np.ones(100))._repr_html_()


def test_columns_of_the_text_are_apart():
    wide = Estimate(-0.000539814, -0.000761079, -4.95532e-105)
    found = replace(audit(normal(3000)), activation_mean=Comparison(wide, wide, wide))
    (line,) = (line for line in found.to_text().split("\n") if line.startswith("E f(X) "))
    shown = "-0.000539814 [-0.000761079, -4.95532e-105]"
    assert [part.strip() for part in re.split("  +", line)] == ["E f(X)", shown, shown, shown]


def test_the_error_of_a_quotient_and_of_a_rare_event():
    found = audit(normal(20_000, -1.0, 2.0), 5.0)
    factor, moment = (
        found.weight_factor_gradient.empirical,
        found.derivative_second_moment.empirical,
    )
    error = factor.high - factor.value
    relative = (moment.high - moment.value) / moment.value
    assert error / factor.value == pytest.approx(relative, rel=1e-9)
    # For normal values the variance of mu is sigma^2/n, that of sigma half of it.
    t = (math.log(0.01 / 5.0) - found.mean.value) / found.std.value
    error = 1.96 * stats.norm.pdf(t) * math.sqrt((1 + t * t / 2) / found.count)
    gaussian = found.derivative_below.gaussian
    assert gaussian.high - gaussian.value == pytest.approx(error, rel=0.1)
