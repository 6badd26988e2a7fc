"""Numbers come from C where it was built from these sources, else from NumPy, as accurate."""

import numpy as np
import pytest

from elu_sym import ACTIVATIONS, FORMULAS, mean, moments
from elu_sym.numeric import evaluation, function
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
        for floats in (place, list(map(np.float64, place))):
            assert formula.numeric.direct(*floats) is not NotImplemented
            number = formula(*floats)
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
    # Not to the bit: what all three need is computed from the same polynomials.
    for name, values in moments(*arguments)._asdict().items():
        np.testing.assert_allclose(values, elu.formulas[name](*arguments), rtol=1e-14)
    for name, values in zip(
        ("mean", "second_moment", "variance"),
        NumericFunction("moments", ("mu", "sigma", "alpha")).by_numpy(*arguments),
        strict=True,
    ):
        alone = elu.formulas[name].numeric.by_numpy(*arguments)
        np.testing.assert_allclose(values, alone, rtol=1e-14)


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
def test_a_module_is_used_where_no_sources_lie(monkeypatch, tmp_path):
    # As after compileall -b, or in a program made of one file.
    monkeypatch.setattr(function, "compiled_from", lambda: [tmp_path / "law.py"])
    module = compiled_module()
    compiled_module.cache_clear()
    try:
        assert compiled_module() is module
    finally:
        compiled_module.cache_clear()


@needs_compiled
def test_a_module_of_other_sources_is_not_used(monkeypatch, tmp_path):
    # As after an edit that was not compiled: the sources beside the package are others.
    edited = tmp_path / "law.py"
    edited.write_text("# edited")
    sources = [edited if path.name == "law.py" else path for path in function.compiled_from()]
    assert edited in sources
    monkeypatch.setattr(function, "compiled_from", lambda: sources)
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


@pytest.mark.parametrize("kind", [int, float, np.float64])
def test_no_number_that_is_a_double_becomes_an_array_of_numpy(kind, monkeypatch):
    monkeypatch.setattr(function, "compiled_module", lambda: None)
    fresh = NumericFunction("mean", ("mu", "sigma", "alpha"))
    expected = fresh(np.array(0.0), 1.0, 2.0)
    monkeypatch.delattr(evaluation, "evaluate")
    found = fresh(kind(0), kind(1), kind(2))
    assert type(found) is np.float64
    assert found == pytest.approx(expected, rel=1e-14)


BOTH = pytest.mark.parametrize("implementation", ["compiled", "NumPy"])


def mean_by(implementation):
    fresh = NumericFunction("mean", ("mu", "sigma", "alpha"))
    if implementation == "NumPy":
        vars(fresh).update(compiled=None)
    return fresh


PLACES = np.linspace(-2.0, 2.0, 6).reshape(2, 3)


@BOTH
def test_out_is_written_to_and_returned(implementation):
    function = mean_by(implementation)
    values = function(PLACES, 1.0, 1.0)
    for out in (
        np.full((2, 3), 7.0),
        np.full((2, 3), 7.0).T.copy().T,
        np.full((4, 6), 7.0)[::2, ::2],
    ):
        assert function(PLACES, 1.0, 1.0, out=out) is out
        assert np.array_equal(out, values)
    larger = np.full((4, 2, 3), 7.0)
    assert function(PLACES, 1.0, 1.0, out=(larger,)) is larger
    assert np.array_equal(larger, np.broadcast_to(values, (4, 2, 3)))
    number = np.array(7.0)
    assert function(0.0, 1.0, 1.0, out=number) is number
    assert number == function(0.0, 1.0, 1.0)


@BOTH
def test_out_has_a_type_of_its_own(implementation):
    function = mean_by(implementation)
    values = function(PLACES, 1.0, 1.0)
    single = function(PLACES, 1.0, 1.0, out=np.empty((2, 3), np.float32))
    assert np.array_equal(single, values.astype(np.float32))
    # As in NumPy the arguments alone say in which precision the values are.
    arguments = PLACES.astype(np.float32), np.float32(1.5), 1.0
    wide = function(*arguments, out=np.empty((2, 3)))
    assert np.array_equal(wide, function(*arguments))
    assert function(*arguments).dtype == np.float32
    with pytest.raises(TypeError, match="Cannot cast"):
        function(PLACES, 1.0, 1.0, out=np.empty((2, 3), int))


@BOTH
def test_what_stood_in_out_does_not_matter(implementation, recwarn):
    function = mean_by(implementation)
    values = function(PLACES, 1.0, 1.0)
    assert np.array_equal(function(PLACES, 1.0, 1.0, out=np.full((2, 3), 1.0 + 1.0j)), values)
    single, arguments = np.full((2, 3), 1e300), (PLACES.astype(np.float32), 1.0, 1.0)
    with np.errstate(all="raise"):
        function(*arguments, out=single)
        assert np.array_equal(single, function(*arguments))
        some = np.array([True, False, True])
        assert (function(*arguments, out=np.full((2, 3), 1e300), where=some)[:, 1] == 1e300).all()
    assert not recwarn.list


@BOTH
def test_out_that_does_not_fit_is_refused(implementation):
    function = mean_by(implementation)
    frozen = np.zeros((2, 3))
    frozen.flags.writeable = False
    for out, error in ((np.empty(3), ValueError), (frozen, ValueError), ([1.0], TypeError)):
        with pytest.raises(error):
            function(PLACES, 1.0, 1.0, out=out)
    with pytest.raises(ValueError, match=r"sigma\[1\] = -1.0"):
        function(PLACES, [1.0, -1.0, 1.0], 1.0, out=frozen)


@BOTH
def test_out_may_lie_over_an_argument(implementation):
    function = mean_by(implementation)
    for step in (1, -1):
        line = np.linspace(-3.0, 3.0, 50)
        there, here = (line[:-1], line[1:])[::step]
        values = function(there.copy(), 1.5, 2.0)
        assert np.array_equal(function(there, 1.5, 2.0, out=here), values)
    same = PLACES.copy()
    assert np.array_equal(function(same, 1.5, 2.0, out=same), function(PLACES, 1.5, 2.0))
    reverse = np.linspace(-3.0, 3.0, 50)
    values = function(reverse.copy(), 1.5, 2.0)
    assert np.array_equal(function(reverse, 1.5, 2.0, out=reverse[::-1]), values)


@BOTH
def test_where_leaves_the_rest_as_it_is(implementation):
    function = mean_by(implementation)
    values, where = function(PLACES, 1.0, 1.0), np.array([True, False, True])
    out = np.full((2, 3), 7.0)
    assert function(PLACES, 1.0, 1.0, out=out, where=where) is out
    assert np.array_equal(out, np.where(where, values, 7.0))
    alone = function(PLACES, 1.0, 1.0, where=where)
    assert np.array_equal(alone, np.where(where, values, np.nan), equal_nan=True)
    for single in (PLACES.astype(np.float32), np.float32(0.5)):
        assert function(single, 1.0, 1.0, where=where).dtype == np.float32
    number = function(0.0, 1.0, 1.0, where=False)
    assert type(number) is np.float64
    assert np.isnan(number)
    assert function(0.0, 1.0, 1.0, where=[True, False]).shape == (2,)


@BOTH
def test_where_nothing_is_wanted_nothing_is_checked(implementation):
    function = mean_by(implementation)
    found = function(PLACES, [1.0, -1.0, 1.0], 1.0, where=[True, False, True])
    assert np.isnan(found).tolist() == [[False, True, False]] * 2
    with pytest.raises(ValueError, match=r"sigma\[1\] = -1.0: give"):
        function(PLACES, [1.0, -1.0, 1.0], 1.0, where=[[False, True, False], [False] * 3])


@BOTH
def test_dtype_says_what_the_values_are_rounded_to(implementation):
    function = mean_by(implementation)
    narrow = np.float32(0.3), np.array([1.5, 2.5], np.float32), 0.1
    wide = [np.asarray(each, np.float64) for each in narrow]  # 0.1 is not rounded
    for arguments in (wide, narrow, (0.3, 1.5, 0.1), (0, 1, 1), (np.float32(0.3), 1.5, 0.1)):
        values = function(*(np.asarray(each, np.float64) for each in arguments))
        for dtype in (np.float64, "float64", np.dtype("f8"), float):
            found = function(*arguments, dtype=dtype)
            assert (found.dtype, found.tolist()) == (np.float64, values.tolist())
        for dtype in (np.float32, "f4"):
            found = function(*arguments, dtype=dtype)
            assert type(found) is (np.float32 if values.ndim == 0 else np.ndarray)
            assert (found.dtype, found.tolist()) == (
                np.float32,
                values.astype(np.float32).tolist(),
            )
    # Beyond the range of float32 it is infinite, without a warning, as for arguments of that type.
    assert function(1e39, 1.0, 1.0, dtype=np.float32) == np.inf


@BOTH
def test_dtype_goes_with_out_and_where(implementation):
    function = mean_by(implementation)
    values, out = function(PLACES, 1.5, 1.0), np.full((2, 3), 7.0)
    rounded = values.astype(np.float32)
    assert function(PLACES, 1.5, 1.0, out=out, dtype=np.float32) is out
    assert np.array_equal(out, rounded)
    single = PLACES.astype(np.float32)
    assert function(single, 1.5, 1.0, out=out, dtype=np.float64) is out
    assert np.array_equal(out, function(single.astype(np.float64), 1.5, 1.0))
    found = function(PLACES, 1.5, 1.0, where=PLACES > 0, dtype=np.float32)
    assert found.dtype == np.float32
    assert np.array_equal(found, np.where(PLACES > 0, rounded, np.nan), equal_nan=True)


@BOTH
@pytest.mark.parametrize("dtype", [int, "f2", "c16", "longdouble", "no type", "O", 3.0, ">f4"])
def test_another_dtype_is_refused(implementation, dtype):
    function = mean_by(implementation)
    for options in ({}, {"out": np.empty((2, 3))}, {"where": True}):
        with pytest.raises(TypeError, match=f"dtype = {dtype!r}: give float32 or float64"):
            function(PLACES, 1.0, 1.0, dtype=dtype, **options)


@pytest.mark.parametrize(
    "formula", [mean, ACTIVATIONS["celu"].derivative_below], ids=lambda f: f.id
)
def test_a_formula_passes_out_and_where_on(formula):
    arguments = (*(0.75 for _ in formula.quantity.leading), PLACES)
    out, where = np.full((2, 3), 7.0), PLACES > 0
    assert formula(*arguments, sigma=1.5, out=out, where=where) is out
    assert np.array_equal(out, np.where(where, formula(*arguments, 1.5), 7.0))
    rounded = formula(*arguments, sigma=1.5, dtype="float32")
    assert rounded.dtype == np.float32
    assert np.array_equal(rounded, formula(*arguments, 1.5).astype(np.float32))
    with pytest.raises(TypeError, match="parameters were given"):
        formula(*arguments, 1.5, 1.0, out)  # by name only
