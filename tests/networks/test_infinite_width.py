"""Kernels of infinitely wide networks: beside Arb, Cho and Saul's angles, and sampled networks."""

import math
import tracemalloc
from threading import Event

import mpmath
import numpy as np
import pytest
from scipy.stats import t as student
from seeds import seed_of_this_run
from sympy import Rational

from elu_sym import JointGaussianExpectation, elu, relu
from elu_sym.activations import EluDerivative
from elu_sym.algebra.enclosure import enclosures
from elu_sym.networks import infinite_width, wide_layers
from elu_sym.networks.infinite_width import GramMatrices, gram, gram_diagonal
from elu_sym.networks.wide_layers import WideNetwork
from elu_sym.symbols import alpha, x, y

DIGITS = 60


def rational(number):
    return Rational(str(number))


def expectation(formula, q1, q2, rho, height):
    """A joint expectation at numbers of 60 digits, by Arb."""
    roots = mpmath.sqrt(q1), mpmath.sqrt(q2)
    values = (0, roots[0], 0, roots[1], rho, height)
    point = dict(zip(formula.symbols, map(rational, values), strict=True))
    for ball in enclosures(formula.closed_form, point, 1 << 14):
        if ball.rel_accuracy_bits() > 3 * DIGITS:
            return mpmath.mpf(ball.mid().str(DIGITS, radius=False))
    raise AssertionError("not enclosed")


def kernels_by_arb(u, v, depth, weights, biases, height):
    """Both kernels of ELU for two inputs, the recursion in numbers of 60 digits."""
    pytest.importorskip("flint")
    kernel = JointGaussianExpectation(elu(x, alpha) * elu(y, alpha))
    slopes = JointGaussianExpectation(EluDerivative(x, alpha) * EluDerivative(y, alpha))
    square = elu.second_moment.lambdify("mpmath", form="textbook")
    with mpmath.workdps(DIGITS):
        w, b, a = map(mpmath.mpf, (weights, biases, height))

        def product(one, other):
            return b + w * mpmath.fdot(map(float, one), map(float, other)) / len(one)

        q1, q2, k = product(u, u), product(v, v), product(u, v)
        tangent = k
        for _ in range(depth):
            rho = k / mpmath.sqrt(q1 * q2)
            factor = w * expectation(slopes, q1, q2, rho, a)
            k = b + w * expectation(kernel, q1, q2, rho, a)
            tangent = k + factor * tangent
            q1, q2 = (b + w * square(0, mpmath.sqrt(q), a) for q in (q1, q2))
        return k, tangent


def kernels_by_angles(u, v, depth, weights, biases):
    """Both kernels of ReLU, by the angles of Cho and Saul in numbers of 60 digits."""
    with mpmath.workdps(DIGITS):
        w, b = mpmath.mpf(weights), mpmath.mpf(biases)

        def product(one, other):
            return b + w * mpmath.fdot(map(float, one), map(float, other)) / len(one)

        q1, q2, k = product(u, u), product(v, v), product(u, v)
        tangent = k
        for _ in range(depth):
            deviation = mpmath.sqrt(q1 * q2)
            angle = mpmath.acos(k / deviation)
            rest = mpmath.pi - angle
            k = b + w * deviation * (mpmath.sin(angle) + rest * k / deviation) / (2 * mpmath.pi)
            tangent = k + w * rest / (2 * mpmath.pi) * tangent
            q1, q2 = (b + w * q / 2 for q in (q1, q2))
        return k, tangent


def neighbours(distances):
    """One input, others as far from it as is said, and one that is longer by a quarter."""
    numbers = np.random.default_rng(5)
    first = numbers.normal(size=7)
    others = [first + distance * numbers.normal(size=7) for distance in distances]
    return np.array([first, *others, 1.25 * others[0]])


@pytest.mark.parametrize(("weights", "biases", "height"), [(1.7, 0.1, 2.0), (0.9, 0.0, 0.3)])
def test_entries_are_those_of_arb(weights, biases, height):
    inputs = neighbours([1.0, 1e-2, 1e-6, 1e-12])
    found = gram(
        inputs, depth=2, weight_variance=weights, bias_variance=biases, alpha=height, kind="both"
    )
    for place in range(1, len(inputs)):
        expected = kernels_by_arb(inputs[0], inputs[place], 2, weights, biases, height)
        for matrix, value in zip(found, expected, strict=True):
            scale = math.sqrt(matrix[0, 0] * matrix[place, place])
            assert abs(matrix[0, place] - value) < 1e-13 * scale, place


@pytest.mark.parametrize("biases", [0.0, 0.3])
def test_small_angles_of_relu_keep_their_digits(biases):
    inputs = np.concatenate([neighbours([0.3, 1e-3, 1e-7, 1e-11]), -neighbours([1e-9])])
    given = {"weight_variance": 2.0, "bias_variance": biases}
    found = gram(inputs, depth=4, activation=relu, kind="both", **given)
    for place in range(1, len(inputs)):
        expected = kernels_by_angles(inputs[0], inputs[place], 4, *given.values())
        for matrix, value in zip(found, expected, strict=True):
            scale = math.sqrt(matrix[0, 0] * matrix[place, place])
            assert abs(matrix[0, place] - value) < 3e-14 * scale, place


@pytest.mark.parametrize("biases", [0.0, 1e-3, 0.2])
def test_angles_of_inputs_are_right_to_the_last_digits(biases):
    inputs = neighbours([1e-3, 1e-9, 1e-13])
    inputs = np.concatenate([inputs, 1e6 * inputs[1:], 1e-6 * inputs[1:]])
    inputs = np.concatenate([inputs, -inputs[1:] - 1e-7])
    network = WideNetwork.of(1, 1.3, biases, "elu", None, {})
    read, _ = wide_layers.inputs_of(network, "X", inputs)
    for row in range(1, len(inputs)):
        place = np.array([0]), np.array([row])
        _, (cosine,), (sine,) = wide_layers._first_angles(network, read, read, *place)
        with mpmath.workdps(DIGITS):
            one, other = (
                [mpmath.sqrt(mpmath.mpf(1.3) / 7) * mpmath.mpf(float(t)) for t in inputs[i]]
                + [mpmath.sqrt(mpmath.mpf(biases))]
                for i in (0, row)
            )
            norms = mpmath.fdot(one, one) * mpmath.fdot(other, other)
            exact = mpmath.fdot(one, other) / mpmath.sqrt(norms)
            assert abs(cosine - exact) < 1e-15
            sign = 1 if exact > 0 else -1
            apart = mpmath.norm([a - sign * b for a, b in zip(one, other, strict=True)])
            longer = max(mpmath.norm(one), mpmath.norm(other))
            assert abs(sine - mpmath.sqrt(1 - exact**2)) < 1e-15 * apart / longer


def test_both_ways_to_an_angle_agree_where_they_meet(monkeypatch):
    numbers = np.random.default_rng(1)
    first = numbers.normal(size=6)
    inputs = np.array([first, *(first + numbers.normal(size=(40, 6)) * 0.15)])
    given = {"depth": 3, "kind": "both", "alpha": 1.6, "bias_variance": 0.1}
    correlation = gram(inputs, **given).nngp[0] / gram(inputs, **given).nngp[0, 0]
    assert np.any(correlation > wide_layers.NEAR)
    found = []
    for near in (0.9, 1.0 - 1e-6):
        monkeypatch.setattr(wide_layers, "NEAR", near)
        found.append(gram(inputs, **given))
    for one, other in zip(*found, strict=True):
        assert np.abs(one / other - 1.0).max() < 1e-11


def test_duplicates_are_the_diagonal():
    inputs = np.repeat(np.random.default_rng(3).normal(size=(3, 5)), 2, axis=0)
    found = gram(inputs, depth=3, alpha=2.0, kind="both", bias_variance=0.1)
    for matrix in found:
        diagonal = np.diag(matrix)
        assert np.abs(matrix[[0, 2, 4], [1, 3, 5]] / diagonal[::2] - 1.0).max() < 1e-14


def test_a_matrix_is_symmetric_and_its_parts_are_those_of_a_rectangle(monkeypatch):
    inputs = np.random.default_rng(4).normal(size=(23, 4))
    given = {"depth": 2, "kind": "both"}
    whole = gram(inputs, **given)
    monkeypatch.setattr(infinite_width, "PAIRS", 50)
    monkeypatch.setattr(infinite_width, "LONG", 1)
    parts, rectangle = gram(inputs, **given), gram(inputs, inputs[:9], **given)
    for one, two, some, diagonal in zip(
        whole, parts, rectangle, gram_diagonal(inputs, **given), strict=True
    ):
        assert np.array_equal(one, one.T)
        assert np.array_equal(np.diag(one), diagonal)
        assert np.abs(one / two - 1.0).max() < 1e-14
        assert np.abs(some - one[:, :9]).max() < 1e-14 * diagonal.max()


def test_the_exact_weights_keep_inputs_of_mean_square_one():
    inputs = np.array([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])
    for activation in ("elu", "relu", "selu", "celu"):
        found = gram_diagonal(inputs, depth=30, activation=activation)
        assert np.abs(found - 1.0).max() < 1e-13


def test_a_line_for_an_activation_is_the_linear_kernel():
    """Correlations of -1 among them, which rounding may put beyond."""
    numbers = np.random.default_rng(6)
    inputs = numbers.normal(size=(60, 3)) * 10 ** numbers.uniform(-3, 3, (60, 1))
    inputs = np.concatenate([inputs, -inputs, -0.3 * inputs])
    found = gram(
        inputs, depth=4, activation="leaky_relu", slope=1.0, weight_variance=1.0, kind="both"
    )
    expected = inputs @ inputs.T / 3
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((found.nngp - expected) / scale).max() < 1e-13
    assert np.abs((found.ntk - 5 * expected) / scale).max() < 1e-12


def test_inputs_of_zeros():
    inputs = np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]])
    found = gram(inputs, depth=2, kind="both")
    for matrix in found:
        assert matrix[1, 1] > 0.0
        assert np.count_nonzero(matrix) == 1
    biased = gram(inputs, depth=2, bias_variance=0.5, kind="both")
    for matrix in biased:
        assert abs(matrix[0, 2] / matrix[0, 0] - 1.0) < 1e-14


def random_configuration(numbers):
    """Inputs, near-duplicates and duplicates among them, and a network."""
    count, features = numbers.integers(2, 14), numbers.integers(1, 9)
    inputs = numbers.normal(size=(count, features)) * 10 ** numbers.uniform(-2, 1, (count, 1))
    copies = inputs[numbers.integers(count, size=4)]
    near = copies * (1.0 + 10.0 ** numbers.uniform(-15, -1, (4, 1)) * numbers.normal(size=(4, 1)))
    near += 10.0 ** numbers.uniform(-16, -1, (4, 1)) * numbers.normal(size=near.shape)
    inputs = np.concatenate([inputs, near, -copies[:1], np.zeros((1, features))])
    network = {
        "depth": int(numbers.integers(1, 5)),
        "weight_variance": 10 ** numbers.uniform(-0.5, 0.7),
        "bias_variance": float(numbers.choice([0.0, 10 ** numbers.uniform(-3, 0.5)])),
    }
    activation = numbers.choice(["elu", "relu", "selu", "celu", "leaky_relu"])
    height = {"alpha": 10 ** numbers.uniform(-1, 1)} if activation in ("elu", "celu") else {}
    return inputs, network | {"activation": str(activation)} | height


def check_eigenvalues(seed, count):
    numbers = np.random.default_rng(seed)
    for _ in range(count):
        inputs, network = random_configuration(numbers)
        for matrix in gram(inputs, kind="both", **network):
            least = np.linalg.eigvalsh(matrix)[0]
            bound = -len(matrix) * 1e-13 * np.diag(matrix).max()
            assert least >= bound, (seed, network)


def test_no_eigenvalue_is_negative():
    check_eigenvalues(seed_of_this_run(), 20)


@pytest.mark.deep
def test_no_eigenvalue_is_negative_in_a_thousand_configurations():
    check_eigenvalues(seed_of_this_run(), 1000)


def sampled_kernels(numbers, inputs, width, weights, biases, height):
    """Both kernels of one network with two hidden layers and one output, given its weights."""
    deviation = math.sqrt(weights / inputs.shape[1])
    signal, kernels, slopes = inputs, [], []
    matrices = []
    for _ in range(2):
        kernels.append(biases + weights * signal @ signal.T / signal.shape[1])
        matrix = numbers.standard_normal((signal.shape[1], width))
        deviation = math.sqrt(weights / signal.shape[1])
        hidden = deviation * signal @ matrix
        hidden += math.sqrt(biases) * numbers.standard_normal(width)
        matrices.append(deviation * matrix)
        signal = np.where(hidden > 0, hidden, height * np.expm1(np.minimum(hidden, 0)))
        slopes.append(np.where(hidden > 0, 1.0, height * np.exp(np.minimum(hidden, 0))))
    kernels.append(biases + weights * signal @ signal.T / width)
    readout = numbers.standard_normal(width) * math.sqrt(weights / width)
    second = readout * slopes[1]
    first = (second @ matrices[1].T) * slopes[0]
    tangent = kernels[2] + second @ second.T * kernels[1] + first @ first.T * kernels[0]
    return kernels[2], tangent


def check_sampled(width, networks, seed):
    """Means of sampled kernels within Student's interval of the limit, at 1e-6 for all."""
    inputs = np.array([[1.0, -0.5, 2.0], [0.8, -0.5, 2.1], [-1.0, 1.0, 0.3], [0.1, 0.2, 0.0]])
    network = (1.4, 0.2, 0.7)
    numbers = np.random.default_rng(seed)
    found = np.array([sampled_kernels(numbers, inputs, width, *network) for _ in range(networks)])
    names = ("weight_variance", "bias_variance", "alpha")
    limit = gram(inputs, depth=2, kind="both", **dict(zip(names, network, strict=True)))
    deviation = found.std(axis=0, ddof=1) / math.sqrt(networks)
    scores = (found.mean(axis=0) - np.array(limit)) / deviation
    quantile = student.isf(1e-6 / scores.size / 2, networks - 1)
    assert np.abs(scores).max() < quantile
    # Narrow enough to tell the limit from a neighbour.
    assert (quantile * deviation / np.array(limit)).max() < 0.35 * math.sqrt(1024 / width)
    return scores


def test_sampled_wide_networks_are_near_the_limit():
    check_sampled(1024, 40, 20)


@pytest.mark.deep
def test_sampled_networks_of_width_4096_are_near_the_limit():
    check_sampled(4096, 40, 21)


@pytest.mark.parametrize(
    ("shape", "spread", "dtype"),
    [
        ((1500, 40), 1e3, np.float64),
        ((600, 4000), 1e3, np.float64),
        ((400, 40), 0.03, np.float64),
        ((1500, 40), 1e3, np.float32),
    ],
    ids=["many inputs", "many features", "near inputs", "float32"],
)
def test_memory_is_that_of_the_matrix_and_of_one_part(monkeypatch, shape, spread, dtype):
    """What the joint expectations take for themselves is not asked here."""

    def cheap(_quantity, law, first, second):
        return law[1] * law[3] * law[4] * 0.5 + 0.0 * first[1] * second[1]

    monkeypatch.setattr(wide_layers, "joint_expectation", cheap)
    monkeypatch.setattr(wide_layers, "ROUNDING", 10.0)
    monkeypatch.setattr(infinite_width, "_cores", lambda: 1)
    inputs = (1.0 + spread * np.random.default_rng(7).normal(size=shape)).astype(dtype)
    tracemalloc.start()
    matrix = gram(inputs, depth=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert matrix.dtype == dtype
    assert peak - matrix.nbytes < 16e6


def test_bits_do_not_depend_on_the_layout_of_inputs():
    inputs = np.random.default_rng(8).normal(size=(40, 9))
    spread = np.zeros((80, 18))
    spread[::2, ::2] = inputs
    expected = gram(inputs, depth=2)
    for same in (np.asfortranarray(inputs), spread[::2, ::2], inputs.astype(">f8")):
        assert np.array_equal(gram(same, depth=2), expected)


def test_an_entry_beyond_float32_is_an_error():
    large, small = (np.array([[size, 0.0]], np.float32) for size in (1e30, 1e-10))
    assert np.isfinite(gram(small, large, depth=1)).all()
    for calculate in (gram, gram_diagonal):
        message = r"at \[0(, 0)?\] is .*e\+59, beyond the range of float32: .* or float64"
        with pytest.raises(ValueError, match=message):
            calculate(large, depth=1)
    with pytest.raises(ValueError, match=r"at \[1, 0\] is .*, beyond the range of float32"):
        gram(np.concatenate([small, large]), large, depth=1)


def test_what_is_left_is_not_computed_when_interrupted(monkeypatch):
    begun, started = Event(), []

    def endless(*arguments):
        started.append(arguments)
        begun.set()
        while not arguments[-1]():
            pass
        return (np.zeros(len(arguments[3])),)

    def interrupt(*_arguments):
        begun.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(infinite_width, "kernels_of_pairs", endless)
    monkeypatch.setattr(infinite_width, "with_progress", interrupt)
    monkeypatch.setattr(infinite_width, "_cores", lambda: 1)
    monkeypatch.setattr(infinite_width, "PAIRS", 1)
    monkeypatch.setattr(infinite_width, "LONG", 1)
    with pytest.raises(KeyboardInterrupt):
        gram(np.ones((30, 2)), depth=1)
    assert len(started) == 1


def test_no_layer_is_computed_after_an_interruption(monkeypatch):
    calls = []
    expected = wide_layers.joint_expectation

    def counted(quantity, *arguments, **named):
        calls.append(quantity)
        return expected(quantity, *arguments, **named)

    monkeypatch.setattr(wide_layers, "joint_expectation", counted)
    network = WideNetwork.of(9, None, 0.0, "elu", None, {})
    inputs, _ = wide_layers.inputs_of(network, "X", np.eye(3))
    place = np.array([0]), np.array([1])
    wide_layers.kernels_of_pairs(network, inputs, inputs, *place, False, lambda: len(calls) > 2)
    assert calls == ["kernel"] * 3


def test_types_and_nan():
    inputs = np.array([[1.0, 2.0], [math.nan, 1.0], [0.5, -1.0]], dtype=np.float32)
    found = gram(inputs, depth=1)
    assert found.dtype == np.float32
    assert np.isnan(found).tolist() == [[False, True, False], [True] * 3, [False, True, False]]
    assert gram(inputs[:1], inputs.astype(float), depth=1).dtype == np.float64
    assert gram(inputs[:0], inputs, depth=1).shape == (0, 3)
    assert isinstance(gram(inputs, depth=1, kind="both"), GramMatrices)
    assert gram([[1, 2]], depth=np.int64(1)).shape == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "named", "error", "message"),
    [
        (([1.0, 2.0],), {}, ValueError, r"X has shape \(2,\): give a matrix"),
        (([[1.0], [math.inf]],), {}, ValueError, r"X\[1, 0\] = inf: give finite numbers"),
        (([["a"]],), {}, TypeError, "X"),
        (([[1.0]], [[1.0, 2.0]]), {}, ValueError, "X has 1 features and Y 2: give as many"),
        (([[1.0]],), {"depth": 0}, ValueError, "depth = 0: give a whole number"),
        (([[1.0]],), {"depth": 1.5}, ValueError, "depth = 1.5"),
        (([[1.0]],), {"depth": "1"}, TypeError, "depth = '1'"),
        (([[1.0]],), {"kind": "nngk"}, ValueError, "kind = 'nngk': give 'nngp', 'ntk' or 'both'"),
        (([[1.0]],), {"weight_variance": -1.0}, ValueError, "weight_variance = -1.0"),
        (([[1.0]],), {"bias_variance": -1.0}, ValueError, "bias_variance = -1.0"),
        (([[1.0]],), {"alpha": 0.0}, ValueError, "alpha = 0.0"),
        (([[1.0]],), {"activation": "relu", "alpha": 1.0}, TypeError, "alpha"),
        (([[1.0]],), {"activation": "gelu"}, ValueError, "gelu is not in the book"),
        (([[1.0], [1e150]],), {}, ValueError, r"X\[1\] has a variance of 1e\+300 in layer 0"),
        (([[1.0], [1e-170]],), {}, ValueError, r"X\[1\] is not zero, but has a sum"),
        (([[1.0]], [[9.0]]), {"weight_variance": 1e99, "depth": 3}, ValueError, r"Y\[0\]|X\[0\]"),
        (
            ([[1.0]],),
            {"weight_variance": 1e-3, "depth": 150},
            ValueError,
            r"in layer \d+, which is none of 0 and 1e-290 to 1e290",
        ),
    ],
)
def test_users_errors_are_named(arguments, named, error, message):
    with pytest.raises(error, match=message):
        gram(*arguments, **{"depth": 1, **named})
