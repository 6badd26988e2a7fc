"""Numbers come from C where it was built from these sources, else from NumPy, as accurate."""

import numpy as np
import pytest

from elu_sym import ACTIVATIONS, FORMULAS, mean, moments
from elu_sym.numeric import function
from elu_sym.numeric.function import NumericFunction, compiled_module, implementation

# Those by cases are computed by NumPy alone.
COMPILED = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}
EVERY_FORMULA = pytest.mark.parametrize("formula", COMPILED.values(), ids=COMPILED)

needs_compiled = pytest.mark.skipif(
    compiled_module() is None, reason="the compiled module was not built: no C compiler?"
)


SPECIAL = 8
"""How many of the points are limits, NaN, or at the edges of the range."""


def points(formula, size=500):
    rng = np.random.default_rng(12)
    sigma = np.exp(rng.uniform(-8, 5, size))
    mu = sigma * rng.uniform(-12, 12, size)
    mu[:4], sigma[4:8] = (np.inf, -np.inf, np.nan, 0.0), (0.0, np.nan, 1e-200, 1e100)
    return mu, sigma, *(np.exp(rng.uniform(-3, 3, size)) for _ in formula.activation.parameters)


@needs_compiled
@EVERY_FORMULA
def test_c_and_numpy_agree(formula):
    arguments = points(formula)
    compiled, portable = formula(*arguments), formula.numeric.by_numpy(*arguments)
    np.testing.assert_allclose(compiled[:SPECIAL], portable[:SPECIAL], rtol=1e-14)
    # Where a formula crosses zero only the size of its parts bounds the difference, and where t is
    # large only t^2 times the rounding of mu and sigma.
    mu, sigma, *_ = (each[SPECIAL:] for each in arguments)
    compiled, portable = compiled[SPECIAL:], portable[SPECIAL:]
    size = (np.abs(mu) + sigma) ** (3 if formula.name == "third_moment" else 1)
    allowed = 2e-15 * (1 + (mu / sigma) ** 2) * (np.abs(portable) + size)
    assert np.all(np.abs(compiled - portable) <= allowed)


@needs_compiled
@EVERY_FORMULA
def test_a_plain_number_has_the_bits_of_an_array(formula):
    arguments = points(formula, 60)
    values = formula(*arguments)
    for *place, value in zip(*(a.tolist() for a in arguments), values, strict=True):
        number = formula(*place)
        assert type(number) is np.float64
        assert number == value or np.isnan([number, value]).all()


@EVERY_FORMULA
def test_numpy_alone_gives_a_plain_number_too(formula):
    arguments = points(formula, 60)
    values = formula.numeric.by_numpy(*arguments)
    for *place, value in zip(*(a.tolist() for a in arguments), values, strict=True):
        number = formula.numeric.by_numpy(*place)
        assert type(number) is np.float64
        # The exponential of NumPy and that of the C library differ in their last digit.
        assert np.isnan([number, value]).all() or number == pytest.approx(value, rel=1e-11)


def test_moments_are_the_three_formulas():
    elu = ACTIVATIONS["elu"]
    arguments = points(mean)
    for name, values in moments(*arguments)._asdict().items():
        np.testing.assert_array_equal(values, elu.formulas[name](*arguments))
    for name, values in zip(
        ("mean", "second_moment", "variance"),
        NumericFunction("moments", ("mu", "sigma", "alpha")).by_numpy(*arguments),
        strict=True,
    ):
        np.testing.assert_array_equal(values, elu.formulas[name].numeric.by_numpy(*arguments))


def test_strided_broadcast_and_read_only_arguments():
    mu, sigma = np.linspace(-3, 3, 40)[::3], np.broadcast_to(1.5, (5, 14))
    table = mean(mu, sigma, 2.0)
    assert table.shape == (5, 14)
    assert np.array_equal(table[2], mean(mu.copy(), 1.5, 2.0))
    assert mean(mu.astype(">f8"), 1.5).tolist() == mean(mu, 1.5).tolist()


@needs_compiled
def test_the_implementation_says_what_is_in_use():
    assert implementation() == "C"
    assert mean.numeric.compiled is compiled_module().mean


@needs_compiled
def test_a_module_of_other_sources_is_not_used(monkeypatch, tmp_path):
    # As after an edit that was not compiled: the sources beside the package are others.
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "formulas.h").write_text("/* edited */")
    monkeypatch.setattr(function, "__file__", str(tmp_path / "function.py"))
    compiled_module.cache_clear()
    try:
        assert compiled_module() is None
        assert implementation() == "NumPy"
        fresh = NumericFunction("mean", ("mu", "sigma", "alpha"))
        assert fresh.compiled is None
        assert fresh(0.0, 1.0, 1.0) == pytest.approx(mean(0.0, 1.0, 1.0), rel=1e-14)
    finally:
        compiled_module.cache_clear()


def test_without_the_module_numpy_computes(monkeypatch):
    monkeypatch.setattr(function, "compiled_module", lambda: None)
    fresh = NumericFunction("variance", ("mu", "sigma", "alpha"))
    assert fresh.compiled is None
    assert fresh([0.0, 1.0], 1.0, 1.0).shape == (2,)
    with pytest.raises(ValueError, match=r"sigma = -1.0"):
        fresh(0.0, -1.0, 1.0)
