"""Formulas of two inputs: numbers, limits, faces, witnesses and errors, from the one list."""

import inspect
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import elu_sym
from elu_sym import (
    ACTIVATIONS,
    FORMULAS,
    JOINT_FORMULAS,
    JointGaussianExpectation,
    celu,
    distance,
    elu,
    equals,
    input_covariance,
    joint_covariance,
    kernel,
    leaky_relu,
    relu,
    selu,
)
from elu_sym.book.certificates import LARGEST_JOINT_ERROR, joint_witnesses_of
from elu_sym.book.joint_formula import JointFormula
from elu_sym.book.joint_quantities import JOINT_QUANTITIES
from elu_sym.symbols import mu2, rho, sigma1, sigma2, x, y

PUBLISHED = [quantity.name for quantity in JOINT_QUANTITIES if quantity.published]
EVERY_FORMULA = pytest.mark.parametrize("formula", JOINT_FORMULAS.values(), ids=JOINT_FORMULAS)
EVERY_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
TWO_KINDS = [
    pytest.param(formula, marks=() if name.startswith(("relu", *PUBLISHED)) else pytest.mark.deep)
    for name, formula in JOINT_FORMULAS.items()
]
"""Every formula, and in the quick run those of ELU, ReLU and both."""

LAW = (0.3, 1.25, -0.5, 0.75)


def test_every_activation_has_the_list_and_one_pair_has_it_too():
    assert len(JOINT_FORMULAS) == (len(ACTIVATIONS) + 1) * len(PUBLISHED)
    assert not JOINT_FORMULAS.keys() & (FORMULAS.keys() | elu_sym.CLAIMS.keys())
    for name in PUBLISHED:
        assert getattr(elu_sym, name) is getattr(elu, name) is JOINT_FORMULAS[name]
        assert name in relu.__doc__
        assert name in inspect.get_annotations(type(elu)) or name in type_annotations()
    assert JOINT_FORMULAS["relu_elu.kernel"] is relu.paired_with(elu).kernel


def type_annotations():
    """What a type checker alone reads of an activation."""
    source = Path(inspect.getfile(type(elu))).read_text(encoding="utf-8")
    lines = (line.strip() for line in source.splitlines())
    return {line.partition(":")[0] for line in lines if line.endswith(": JointFormula")}


def sampled(formula, parameters):
    """Each quantity by its definition, from samples, with a standard error."""
    m, s, n, t = LAW
    r = 0.6
    first, other = np.random.default_rng(7).standard_normal((2, 1 << 18))
    first, second = m + s * first, n + t * (r * first + math.sqrt(1 - r * r) * other)
    pair = formula.pair
    sides = (
        (pair.first.name, pair.first_parameters, first),
        (pair.second.name, pair.second_parameters, second),
    )
    (f, df), (g, dg) = (
        by_hand(name, [parameters[each] for each in names], at) for name, names, at in sides
    )
    values = {
        "kernel": f * g,
        "derivative_kernel": df * dg,
        "cross_kernel": f * dg,
        "joint_covariance": (f - f.mean()) * (g - g.mean()),
        "distance": (f - g) ** 2,
        "input_covariance": (first - first.mean()) * (g - g.mean()),
    }[formula.name]
    return values.mean(), values.std() / math.sqrt(values.size)


def by_hand(name, parameters, at):
    """The values and the slopes of an activation, as papers define it."""
    below = at < 0
    ratio, rate, scale = {
        "elu": lambda a: (a, 1.0, 1.0),
        "relu": lambda: (0.0, 0.0, 1.0),
        "leaky_relu": lambda a: (a, 0.0, 1.0),
        "selu": lambda a, b: (a, 1.0, b),
        "celu": lambda a: (1.0, 1.0 / a, 1.0),
    }[name](*parameters)
    inside = np.minimum(at, 0.0)
    left = ratio * (np.expm1(rate * inside) / rate if rate else inside)
    slope = ratio * np.exp(rate * inside)
    return scale * np.where(below, left, at), scale * np.where(below, slope, 1.0)


@pytest.mark.parametrize("formula", TWO_KINDS, ids=JOINT_FORMULAS)
def test_numbers_are_those_of_samples_and_of_balls(formula):
    names = formula.pair.parameters
    parameters = {name: 0.7 + 0.4 * place for place, name in enumerate(names)}
    found = formula(*LAW, 0.6, **parameters)
    mean, deviation = sampled(formula, parameters)
    # False alarm: 1e-6 over all formulas, the seed being fixed.
    assert abs(found - mean) < 5.6 * deviation
    assert formula(*LAW, angle=math.acos(0.6), **parameters) == pytest.approx(found, rel=1e-13)
    for r in (0.6, -1.0, 1.0):
        unit = formula.error_unit(*LAW, r, *parameters.values())
        exact = formula.enclosed(*LAW, r, **parameters)
        error = abs(formula(*LAW, r, **parameters) - exact)
        assert error <= LARGEST_JOINT_ERROR * unit


@EVERY_ACTIVATION
def test_the_middle_and_the_ends_are_formulas_of_one_input(activation):
    m, s, n, t = LAW
    one, two = activation.mean(m, s), activation.mean(n, t)
    close = {"rel": 1e-13, "abs": 1e-14}
    assert activation.kernel(*LAW, 0.0) == pytest.approx(one * two, **close)
    assert activation.joint_covariance(*LAW, 0.0) == pytest.approx(0.0, abs=1e-14)
    slopes = activation.derivative_mean(m, s), activation.derivative_mean(n, t)
    assert activation.derivative_kernel(*LAW, 0.0) == pytest.approx(slopes[0] * slopes[1], **close)
    assert activation.cross_kernel(*LAW, 0.0) == pytest.approx(one * slopes[1], **close)
    same = (m, s, m, s, 1.0)
    assert activation.kernel(*same) == pytest.approx(activation.second_moment(m, s), **close)
    assert activation.joint_covariance(*same) == pytest.approx(activation.variance(m, s), **close)
    assert activation.input_covariance(*same) == pytest.approx(activation.covariance(m, s), **close)
    assert activation.distance(*same) == pytest.approx(0.0, abs=1e-14)
    assert activation.derivative_kernel(*same) == pytest.approx(
        activation.derivative_second_moment(m, s), **close
    )


def test_an_angle_has_digits_that_a_correlation_has_not():
    slope = elu.derivative_second_moment(0.5, 1.0, 1.5)
    angle = np.array([1e-3, 1e-6])
    found = distance(0.5, 1.0, 0.5, 1.0, angle=angle, alpha=1.5)
    # E (f(X) - f(Y))^2 ~ angle^2 sigma^2 E f'^2, with a term of the third order from the kink.
    assert found / angle**2 == pytest.approx(slope, rel=1e-3)
    assert np.cos(1e-9) == 1.0


def test_relu_is_that_of_cho_and_saul_and_its_slopes_are_sheppards():
    r = np.linspace(-1, 1, 9)
    angle = np.arccos(r)
    expected = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    assert relu.kernel(0, 2, 0, 3, r) == pytest.approx(6 * expected, rel=1e-12, abs=1e-14)
    assert relu.kernel(0, 2, 0, 3, angle=angle) == pytest.approx(6 * expected, rel=1e-12, abs=1e-14)
    assert relu.derivative_kernel(0, 1, 0, 1, r[1:-1]) == pytest.approx(
        (np.pi - angle[1:-1]) / (2 * np.pi), rel=1e-13
    )
    quadrant = multivariate_normal([-0.3, 0.5], [[1.5625, -0.5], [-0.5, 1]]).cdf([0, 0])
    assert relu.derivative_kernel(0.3, 1.25, -0.5, 1, -0.4) == pytest.approx(quadrant, rel=1e-6)


def test_exchanging_the_inputs_changes_nothing():
    m, s, n, t = LAW
    for activation in ACTIVATIONS.values():
        for name in ("kernel", "derivative_kernel", "joint_covariance", "distance"):
            formula = getattr(activation, name)
            assert formula(m, s, n, t, 0.3) == pytest.approx(formula(n, t, m, s, 0.3), rel=1e-13)
    there, back = relu.paired_with(elu).kernel, elu.paired_with(relu).kernel
    assert there(m, s, n, t, -0.3, 2) == pytest.approx(back(n, t, m, s, -0.3, 2), rel=1e-13)


def test_a_pair_has_the_parameters_of_both():
    pair = celu.paired_with(selu)
    assert pair.parameters == ("alpha1", "alpha2", "scale")
    assert relu.paired_with(leaky_relu).parameters == ("slope",)
    assert elu.with_itself.parameters == ("alpha",)
    twice = elu.paired_with(elu)
    assert twice.kernel(*LAW, 0.3, 1.5, 1.5) == kernel(*LAW, 0.3, 1.5)
    assert twice.kernel(*LAW, 0.3, alpha2=2.0) == twice.kernel(*LAW, 0.3, 1.0, 2.0)
    assert pair.kernel(*LAW, 0.3, alpha1=1.0) == pair.kernel(
        *LAW, 0.3, 1.0, *selu.default_parameters.values()
    )
    assert pair is celu.paired_with(selu)
    for each in (pair, elu.with_itself, pair.kernel, kernel, pair.kernel.numeric["angle"].formula):
        assert pickle.loads(pickle.dumps(each)) is each
    assert repr(pair) == "<pair celu(X), selu(Y)>"
    with pytest.raises(TypeError, match="other = 'elu' is no activation"):
        relu.paired_with("elu")


def test_arguments_broadcast_and_nan_passes():
    found = kernel([[0.0], [1.0]], 1, 0, 1, [0.5, math.nan, -0.5])
    assert found.shape == (2, 3)
    assert np.isnan(found).tolist() == [[False, True, False]] * 2
    assert math.isnan(kernel(0, 1, 0, 1, 0.5, math.nan))
    # Also where the value does not depend on the argument.
    assert math.isnan(input_covariance(math.nan, 1, 0, 1, 0.5))
    # Plain numbers go another way, to the same bits.
    law = (0.3, 1, -0.5, 0.75, 0.5)
    for formula in elu.with_itself.formulas.values():
        assert formula(*law) == formula(*map(np.array, law))
    assert math.isnan(joint_covariance(math.nan, 0, 0, 1, 0.5))
    assert kernel(np.float32(0), np.float32(1), 0, 1, 0.5).dtype == np.float32
    assert type(kernel(0, 1, 0, 1, 0.5)) is np.float64
    assert kernel(mu1=0, sigma1=1, mu2=0, sigma2=1, rho=0.5) == kernel(0, 1, 0, 1, 0.5)


def test_without_spread_it_is_a_function():
    assert kernel(-1, 0, 2, 0, 0.5, 1.5) == pytest.approx(1.5 * math.expm1(-1) * 2, rel=1e-15)
    assert joint_covariance(-1, 0, 2, 1, 0.5) == 0.0
    assert input_covariance(-1, 1, 2, 0, 0.5) == 0.0


@pytest.mark.parametrize(
    ("arguments", "named", "error", "message"),
    [
        ((0, 1, 0, 1, 1.5), {}, ValueError, "rho = 1.5: give a correlation from -1 to 1"),
        ((0, 1, 0, 1), {"angle": [1, 4]}, ValueError, r"angle\[1\] = 4.0: give an angle from 0"),
        ((0, -1, 0, 1, 0.5), {}, ValueError, r"sigma1 = -1.0: give a finite number, zero or more"),
        ((math.inf, 1, 0, 1, 0.5), {}, ValueError, "mu1 = inf: give a finite number"),
        (
            (0, 1, 0, 1, 0.5, [1, 0]),
            {},
            ValueError,
            r"alpha\[1\] = 0.0: give a finite number above",
        ),
        (([0, 1], [1, 1, 1], 0, 1, 0.5), {}, ValueError, "the arguments do not broadcast"),
        ((0, 1, 0, 1), {}, TypeError, "rho or angle is missing: give .mu1, sigma1, mu2, sigma2"),
        ((0, 1, 0, 1, 0.5), {"angle": 1}, TypeError, "rho and angle are both given"),
        ((0, 1, 0, 1, 0.5), {"mu1": 1}, TypeError, "mu1 is given twice"),
        ((0, 1, 0, 1, 0.5), {"slope": 1}, TypeError, "slope is unknown: .* rho or angle, alpha.$"),
        ((0, 1, 0, 1, 0.5, 1, 2), {}, TypeError, "7 arguments are given: give .mu1, sigma1"),
        ((0, 1, 0), {"rho": 0.5}, TypeError, "sigma2 is missing"),
        (("0", 1, 0, 1, 0.5), {}, TypeError, "mu1 = '0' is text"),
    ],
)
def test_users_errors_are_named(arguments, named, error, message):
    with pytest.raises(error, match=message):
        kernel(*arguments, **named)


def test_a_ball_is_asked_for_a_correlation():
    with pytest.raises(TypeError, match="give rho, which a ball is computed from"):
        kernel.enclosed(0, 1, 0, 1, angle=0.5)
    with pytest.raises(ValueError, match=r"sigma1 = 0.0: give a finite number above zero"):
        kernel.enclosed(0, 0, 0, 1, 0.5)
    # A part without numbers of its own has them by balls.
    part = relu.input_kernel
    assert part(*LAW, 0.3) == part.enclosed(*LAW, 0.3)
    with pytest.raises(ValueError, match=r"sigma1 = 0.0: give a finite number above zero"):
        part(0, 0, 0, 1, 1)


@EVERY_ACTIVATION
def test_the_documentation_says_what_the_numbers_are(activation):
    for formula in activation.with_itself.formulas.values():
        accuracy = formula.__doc__.partition("Accuracy:\n")[2].partition("Source:")[0]
        assert ("1e-13 of" in accuracy) == formula.quantity.published
        assert ("Arb ball" in accuracy) != formula.quantity.published
        assert " of ." not in accuracy
        assert ("0 is a limit" in formula.__doc__) == (">= 0" in formula.domain)


def test_what_is_too_large_is_infinite_without_a_warning():
    with np.errstate(all="raise"):
        assert relu.input_covariance(0, 1e200, 0, 1e200, 0.5) == np.inf


def test_identities_are_what_they_say():
    squared = (relu(x) - relu(y)) ** 2
    whole = JointGaussianExpectation(squared).closed_form
    assert equals(relu.distance.closed_form, whole)
    stein = rho * sigma1 * sigma2 * relu.derivative_mean.closed_form
    named = dict(zip(relu.derivative_mean.symbols, (mu2, sigma2), strict=True))
    assert equals(relu.input_covariance.closed_form, stein.xreplace(named))
    assert equals(relu.joint_covariance.closed_form.subs(rho, 0), 0)
    relu.joint_covariance.derivation.recheck()


def test_the_faces_of_a_formula():
    pair = relu.paired_with(elu)
    assert repr(kernel) == (
        "<formula kernel(mu1, sigma1, mu2, sigma2, rho, alpha): the mean of elu(X) times elu(Y)>"
    )
    assert kernel.latex.startswith(r"\mathbb{E}\, f(X)\, f(Y) = ")
    assert pair.kernel.latex.startswith(r"\mathbb{E}\, f(X)\, g(Y) = ")
    assert pair.kernel._repr_latex_().startswith("$$")
    assert "erfc" in str(relu.joint_covariance.expr)
    assert "Nair" in pair.kernel.source
    assert "ICLR" in pair.kernel.source
    assert pair.kernel.domain.endswith("-1 <= rho <= 1, alpha > 0 and finite")
    assert str(inspect.signature(kernel)).endswith("rho=None, alpha=1.0, *, angle=None)")
    assert isinstance(kernel, JointFormula)
    assert issubclass(JointGaussianExpectation, JointFormula)


def test_dask_arrays_stay_lazy():
    arrays = pytest.importorskip("dask.array", reason="needs the extra dask")
    places = np.linspace(-1, 1, 6)
    for named in ({"rho": 0.5}, {"angle": 0.5}):
        lazy = kernel(arrays.from_array(places, chunks=2), 1, 0, 1, **named)
        assert lazy.chunks == ((2, 2, 2),)
        assert (lazy.compute() == kernel(places, 1, 0, 1, **named)).all()


def test_labels_of_pandas_are_kept():
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([0.0, 0.5], index=["a", "b"])
    found = kernel(series, 1, 0, 1, angle=0.5)
    assert list(found.index) == ["a", "b"]
    assert found["b"] == kernel(0.5, 1, 0, 1, angle=0.5)


def test_a_wrong_number_has_a_witness_against_it(monkeypatch):
    formula = relu.input_covariance
    evaluate = formula.quantity.evaluate
    wrong = formula.quantity._replace(evaluate=lambda *given: evaluate(*given) * (1 + 1e-11))
    monkeypatch.setattr(formula, "quantity", wrong)
    derivation, limits, numbers = joint_witnesses_of(formula)
    assert derivation.passed
    assert limits.passed
    assert not numbers.passed
    assert "numbers" in numbers.detail


def test_everything_testifies():
    witnesses = relu.derivative_kernel.certificate
    kinds = [witness.kind.value for witness in witnesses]
    assert kinds == [
        *("derivation", "heat", "price", "arb", "limits", "arb", "montecarlo", "mutation"),
    ]
    assert all(witnesses)
    assert "score 100 %: 30 mutants, drawn from" in witnesses[-1].detail


@pytest.mark.deep
@EVERY_FORMULA
def test_everything_testifies_for_every_formula_and_every_mutant(formula):
    witnesses = joint_witnesses_of(formula)
    assert all(witnesses), [witness.detail for witness in witnesses if not witness]
    if formula.integrand is not None:
        assert "score 100 %" in witnesses[-1].detail
        assert "drawn" not in witnesses[-1].detail
