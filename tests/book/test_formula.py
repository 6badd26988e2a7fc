"""A formula is one object: number, expression, derivation and witnesses agree."""

import copy
import doctest
import inspect
import multiprocessing
import pickle
import pydoc

import numpy as np
import pytest
from sympy import Integral, Piecewise, Rational, erfc, exp, nan, zoo
from sympy.stats.rv import RandomSymbol

from elu_sym import (
    ACTIVATIONS,
    FORMULAS,
    absolute_mean,
    celu,
    derivative_below,
    elu,
    leaky_relu,
    mean,
    moments,
    relu,
    selu,
    variance,
)
from elu_sym.activations import Activation as KinkedActivation, Elu
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.book.formula import Formula
from elu_sym.book.quantities import QUANTITIES
from elu_sym.symbols import alpha, mu, sigma, x


def squared_if_root(formula, expression):
    """A standard deviation is compared by its square: roots are outside of the normal form."""
    return expression**2 if formula.name == "std" else expression


EVERY_FORMULA = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)

WITHOUT_CASES = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}
EVERY_FORMULA_WITHOUT_CASES = pytest.mark.parametrize(
    "formula", WITHOUT_CASES.values(), ids=WITHOUT_CASES
)


def leading(formula):
    """A value for each argument before mu."""
    return [0.75 for _ in formula.quantity.leading]


def test_the_book_holds_every_quantity_for_every_activation():
    names = list(elu.formulas)
    published = [name for name in names if elu.formulas[name].quantity.published]
    assert len(FORMULAS) == len(ACTIVATIONS) * len(published)
    assert FORMULAS["mean"] is mean is elu.mean
    assert FORMULAS["celu.variance"] is celu.variance
    assert {id(each) for each in FORMULAS.values() if each.cases} == {
        id(activation.derivative_below) for activation in ACTIVATIONS.values()
    }


@EVERY_FORMULA_WITHOUT_CASES
def test_the_plain_expression_is_plain(formula):
    assert not formula.expr.has(Integral, Piecewise, RandomSymbol, NormalCdf)
    assert formula.expr.free_symbols <= set(formula.symbols)
    expr, closed_form = (
        squared_if_root(formula, each) for each in (formula.expr, formula.closed_form)
    )
    assert is_zero(expr - closed_form)


@EVERY_FORMULA_WITHOUT_CASES
def test_the_numerics_compute_the_same_expression(formula):
    over_primitives, closed_form = (
        squared_if_root(formula, each) for each in (formula.over_primitives, formula.closed_form)
    )
    assert is_zero(over_primitives.rewrite(NormalCdf) - closed_form)


@EVERY_FORMULA_WITHOUT_CASES
def test_no_removable_pole_is_left(formula):
    for special in ({mu: 0}, {mu: -(sigma**2)}, {mu: -2 * sigma**2}, {alpha: 1}):
        value = formula.closed_form.subs(special)
        assert not value.has(nan, zoo)
        value = value.subs(dict.fromkeys(value.free_symbols, Rational(3, 2)))
        assert value.evalf().is_finite


@EVERY_FORMULA
def test_the_words_are_there(formula):
    assert formula.statement.startswith("the ")
    assert formula.latex.startswith(formula.quantity.notation)
    assert "derived" in formula.source
    assert "sigma >= 0" in formula.domain
    assert formula.id in repr(formula)
    assert formula._repr_latex_().startswith("$")
    assert formula.derivation.to_text()
    assert formula.derivation.size > (0, 0)


def test_published_values_of_the_standard_normal():
    # The values of the Arb integral, to 15 digits; tests/numeric/test_formulas.py asks Arb anew.
    assert abs(mean(0, 1, 1) - 0.160520572266556) < 1e-14
    assert abs(elu.second_moment(0, 1, 1) - 0.644945417492924) < 1e-14
    assert abs(variance(0, 1, 1) - 0.619178563372141) < 1e-14
    assert moments(0, 1, 1) == (mean(0, 1, 1), elu.second_moment(0, 1, 1), variance(0, 1, 1))


def test_the_fixed_point_of_selu():
    # Klambauer et al. 2017 give alpha = 1.6733 and lambda = 1.0507.
    defaults = selu.bind((), {})
    assert abs(defaults["alpha"] - 1.6732632423543772) < 1e-15
    assert abs(defaults["scale"] - 1.0507009873554804934) < 1e-15
    assert abs(selu.mean(0, 1)) < 1e-16
    assert abs(selu.second_moment(0, 1) - 1) < 1e-15


def test_relatives_agree_where_they_are_the_same_function():
    points = np.linspace(-3, 3, 7), np.array([[0.1], [1.0], [5.0]])
    for name in ("mean", "second_moment", "variance", "derivative_mean", "negative_mean"):
        np.testing.assert_allclose(
            getattr(celu, name)(*points, 1.0), getattr(elu, name)(*points, 1.0), rtol=1e-12
        )
        np.testing.assert_allclose(
            getattr(selu, name)(*points, 1.5, 1.0), getattr(elu, name)(*points, 1.5), rtol=1e-13
        )
    np.testing.assert_allclose(leaky_relu.mean(*points, 1.0), np.broadcast_to(points[0], (3, 7)))
    np.testing.assert_allclose(relu.mean(0, 2), 2 / np.sqrt(2 * np.pi))


LIMITS = {
    # the table of the documentation: sigma -> 0+, mu = +inf, mu = -inf; alpha = 2, sigma = 3
    "mean": (-2 * -np.expm1(-1), np.inf, -2),
    "absolute_mean": (2 * -np.expm1(-1), np.inf, 2),
    "second_moment": (4 * np.expm1(-1) ** 2, np.inf, 4),
    "variance": (0, 9, 0),
    "std": (0, 3, 0),
    "derivative_mean": (2 * np.exp(-1), 1, 0),
    "derivative_second_moment": (4 * np.exp(-2), 1, 0),
    "negative_mean": (2 * np.expm1(-1), 0, -2),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_values(name):
    formula, (point, right, left) = elu.formulas[name], LIMITS[name]
    np.testing.assert_allclose(formula(-1.0, 0.0, 2.0), point, rtol=1e-15)
    np.testing.assert_allclose(formula(np.inf, 3.0, 2.0), right)
    np.testing.assert_allclose(formula(-np.inf, 3.0, 2.0), left)


def test_the_limits_at_the_kink_are_the_means_of_both_sides():
    assert elu.derivative_mean(0.0, 0.0, 2.0) == 1.5
    assert elu.derivative_second_moment(0.0, 0.0, 2.0) == 2.5


@EVERY_FORMULA
def test_nan_in_is_nan_out_at_that_element_only(formula):
    values = formula(*leading(formula), np.array([0.5, np.nan, 0.5]), np.array([1.0, 1.0, np.nan]))
    assert np.isnan(values).tolist() == [False, True, True]


@EVERY_FORMULA
def test_broadcasting_and_types(formula):
    first = leading(formula)
    scalar = formula(*first, 0.25, 1.5)
    assert type(scalar) is np.float64
    table = formula(*first, np.full((2, 1), 0.25), np.full(3, 1.5))
    assert table.shape == (2, 3)
    assert np.all(table == scalar)
    single = formula(*map(np.float32, (*first, 0.25, 1.5)))
    assert type(single) is np.float32
    assert formula(*first, np.empty((0, 3)), 1.0).shape == (0, 3)


WRONG = {
    "a negative sigma": ({"mu": 0, "sigma": [1, -2]}, ValueError, r"sigma\[1\] = -2"),
    "an infinite sigma": ({"mu": 0, "sigma": np.inf}, ValueError, "sigma = inf"),
    "alpha zero": ({"mu": 0, "alpha": [[1, 0]]}, ValueError, r"alpha\[0, 1\] = 0"),
    "complex": ({"mu": 1j}, TypeError, "mu = 1j is complex"),
    "text": ({"mu": "0"}, TypeError, "mu = '0' is text"),
    "nothing": ({"mu": None}, TypeError, "mu"),
    "a truth value": ({"mu": True}, TypeError, "mu"),
    "shapes": ({"mu": [1, 2], "sigma": [1, 2, 3]}, ValueError, r"mu has shape \(2,\)"),
    "an unknown parameter": ({"mu": 0, "beta": 1}, TypeError, "beta = 1 is no argument of elu"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_argument_is_named(case):
    arguments, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        mean(**arguments)


def test_the_number_of_parameters_is_checked():
    with pytest.raises(TypeError, match="2 parameters were given to elu, which has alpha"):
        mean(0, 1, 1, 2)
    with pytest.raises(TypeError, match="1 parameters were given to relu, which has none"):
        relu.mean(0, 1, 1)
    with pytest.raises(TypeError, match="alpha is given twice"):
        mean(0, 1, 1, alpha=1)
    with pytest.raises(TypeError, match="mu is given twice"):
        mean(0, 1, mu=1)
    with pytest.raises(TypeError, match="missing a required argument: 'mu'"):
        mean(sigma=1)
    with pytest.raises(TypeError, match="missing a required argument: 'level'"):
        derivative_below(mu=1)
    with pytest.raises(TypeError, match=r"elu takes \(x, alpha\), not 1 arguments"):
        elu(mu)


@EVERY_FORMULA
def test_the_arguments_are_bound_by_position_and_by_name(formula):
    values = [0.7, 0.3, 1.2, 1.5, 0.9]
    values = dict(zip(formula.arguments, values[1 - len(leading(formula)) :], strict=False))
    assert formula.bind(tuple(values.values()), {}) == formula.bind((), values) == values
    assert list(formula.bind((), values)) == list(formula.arguments)
    assert formula(*values.values()) == formula(**values)
    signature = inspect.signature(formula)
    assert tuple(signature.parameters) == (*formula.arguments, "out", "where", "dtype")
    defaults = {name: each.default for name, each in signature.parameters.items()}
    assert (
        formula.bind((0.5,) * (len(leading(formula)) + 1), {}).items()
        <= (defaults | {"mu": 0.5, "level": 0.5}).items()
    )


@EVERY_FORMULA
def test_a_formula_travels_by_its_name(formula):
    assert pickle.loads(pickle.dumps(formula)) is formula
    assert copy.copy(formula) is copy.deepcopy(formula) is formula
    assert copy.deepcopy({"activation": formula.activation})["activation"] is formula.activation


def test_another_process_evaluates_a_formula():
    places = [-1.0, 0.5]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(celu.mean, places) == [celu.mean(place) for place in places]


def test_help_says_what_a_formula_is_called_with():
    text = pydoc.render_doc(derivative_below, renderer=pydoc.plaintext)
    for words in (
        "derivative_below(level, mu, sigma, alpha)",
        "level: the level, positive and finite",
        "alpha: a parameter of the activation, positive and finite, by default 1.0",
        "certificate",
    ):
        assert words in text


@EVERY_FORMULA
def test_the_example_of_the_documentation_runs(formula):
    examples = doctest.DocTestParser().get_doctest(formula.__doc__, {}, formula.id, None, None)
    assert doctest.DocTestRunner().run(examples) == (0, 2)
    # Every argument is described, each with its default.
    for name in formula.arguments:
        assert f"\n    {name}: " in formula.__doc__


def test_the_class_has_the_signature_of_its_constructor():
    assert tuple(inspect.signature(Formula).parameters) == ("quantity", "activation")
    options = "out=None, where=True, dtype=None"
    assert str(inspect.signature(mean)) == f"(mu, sigma=1.0, alpha=1.0, *, {options})"


def test_a_missing_part_of_an_identity_is_named(monkeypatch):
    monkeypatch.delitem(elu.formulas, "second_moment")
    with pytest.raises(LookupError, match=r"quantities.py: QUANTITIES has no 'second_moment'"):
        _ = Formula(elu.variance.quantity, elu).parts


def test_a_formula_that_was_not_generated_says_what_to_run(monkeypatch):
    monkeypatch.setattr(mean.numeric, "name", "forgotten")
    with pytest.raises(LookupError, match=r"has no forgotten: run python -m elu_sym.generate"):
        mean.numeric.by_numpy(0.0, 1.0, 1.0)


def test_lambdify_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="backend = 'fortran' is none of numpy"):
        mean.lambdify("fortran")
    for backend, form in (("flint", "textbook"), ("numpy", "fastest")):
        with pytest.raises(ValueError, match=f"form = '{form}'"):
            mean.lambdify(backend, form=form)


def test_the_stable_function_is_the_default():
    assert mean.lambdify() is mean
    assert mean.lambdify("scipy") is mean


@pytest.mark.parametrize("backend", ["scipy", "mpmath"])
def test_the_textbook_form_is_right_where_nothing_goes_wrong(backend):
    function = mean.lambdify(backend, form="textbook")
    assert abs(float(function(0.3, 1.2, 1.5)) - mean(0.3, 1.2, 1.5)) < 1e-14


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_backend_that_can_has_the_cases(activation):
    formula = activation.derivative_below
    for level in (0.25, 0.875, 1.375, 3.0):
        point = (level, 0.25, 1.25, 1.5, 0.75)[: len(formula.arguments)]
        values = [
            formula.lambdify(backend, form)(*point)
            for backend, form in (
                ("numpy", "stable"),
                ("mpmath", "stable"),
                ("flint", "stable"),
                ("scipy", "textbook"),
                ("mpmath", "textbook"),
            )
        ]
        np.testing.assert_allclose([float(v) for v in values], float(formula(*point)), rtol=1e-13)


def test_the_absolute_mean_is_that_of_the_parts():
    for place in (-2.0, 0.3, 40.0):
        parts = relu.mean(place, 1.5) - (elu.mean(place, 1.5, 2.0) - relu.mean(place, 1.5))
        np.testing.assert_allclose(absolute_mean(place, 1.5, 2.0), parts, rtol=1e-13)
    np.testing.assert_allclose(leaky_relu.absolute_mean(0.0, 2.0, 1.0), 4 / np.sqrt(2 * np.pi))


class Turned(KinkedActivation):
    """A function that is positive on the left and negative on the right."""

    nargs = 1
    symbol = "t"
    left = staticmethod(lambda x: -(exp(x) - 1))
    right = staticmethod(lambda x: -x)


class Unclear(KinkedActivation):
    """A function whose left piece changes its sign somewhere."""

    nargs = 1
    symbol = "u"
    left = staticmethod(lambda x: exp(x) - Rational(1, 2))
    right = staticmethod(lambda x: x)


def test_the_absolute_value_has_the_sign_of_each_piece():
    (define,) = (quantity.define for quantity in QUANTITIES if quantity.name == "absolute_mean")
    assert define(Turned, x) == Piecewise((Turned(x), x < 0), (-Turned(x), True))
    assert define(lambda y: Elu(y, alpha), x).args[0][0] == -Elu(x, alpha)
    # Nothing is guessed: the engine refuses what it cannot split.
    assert define(Unclear, x) == abs(Unclear(x))


def test_the_textbook_form_fails_where_the_shipped_one_does_not():
    textbook = {name: elu.formulas[name].lambdify("scipy", "textbook") for name in elu.formulas}
    with np.errstate(all="ignore"):
        overflow = textbook["mean"](np.float64(0.0), np.float64(40.0), 1.0)
        cancelled = textbook["variance"](np.float64(0.0), np.float64(1e-9), 1.0)
    assert not np.isfinite(overflow)
    assert not abs(cancelled / 1e-18 - 1) < 0.5
    exact = {
        name: float(elu.formulas[name].lambdify("flint")(0.0, 40.0, 1.0)) for name in ("mean",)
    }
    assert abs(mean(0.0, 40.0, 1.0) / exact["mean"] - 1) < 1e-15
    assert abs(variance(0.0, 1e-9, 1.0) / 1e-18 - 1) < 1e-8


def test_the_extremes_give_finite_numbers():
    sizes = np.array([0.0, 1e-100, 1e-10, 1.0, 1e10, 1e100])
    locations = np.concatenate([-sizes[::-1], sizes])[:, None, None]
    widths = sizes[None, :, None]
    heights = np.array([1e-2, 1.0, 1e2])
    for name in ("mean", "second_moment", "variance"):
        values = elu.formulas[name](locations, widths, heights)
        assert np.all(np.isfinite(values))
    assert np.all(variance(locations, widths, heights) >= 0)
    assert np.all(variance(locations, widths[:, 1:], heights)[:, :, 1] >= 0)


@EVERY_FORMULA_WITHOUT_CASES
def test_the_forms_in_erfc_and_phi_are_one(formula):
    closed_form = squared_if_root(formula, formula.closed_form)
    assert is_zero(closed_form.rewrite(erfc) - closed_form)


def test_an_activation_of_an_array_says_what_takes_arrays():
    with pytest.raises(TypeError, match=r"sympy.lambdify\(\(x, alpha\), elu\(x, alpha\)\)"):
        elu(np.array([1.0, -1.0]), 1.0)
    with pytest.raises(TypeError, match=r"sympy.lambdify\(\(x\), relu\(x\)\)"):
        relu(np.array([1.0, -1.0]))
    assert elu(np.float64(1.5), 1.0) == 1.5
