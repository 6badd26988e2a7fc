"""A formula among arrays of other libraries is what a universal function of NumPy is there."""

import pickle
import warnings

import numpy as np
import pytest
from scipy.special import ndtr

from elu_sym import FORMULAS, derivative_below, kernel, mean, moments, relu
from elu_sym.numeric.arguments import UnreadableArrayError

PLACES = np.linspace(-2.0, 2.0, 5)


class Labelled:
    """Numbers with a label, as those of pandas or xarray, by the protocol alone."""

    def __init__(self, values, label):
        self.values, self.label = values, label

    def __array_ufunc__(self, function, method, *inputs, **keywords):
        assert method == "__call__"
        assert function.__name__
        assert (function.nout, function.signature) == (1, None)
        assert function.nin == len(inputs)
        if any(isinstance(each, list) for each in inputs):
            return NotImplemented
        plain = [each.values if isinstance(each, Labelled) else each for each in inputs]
        if "out" in keywords:
            keywords["out"] = tuple(each.values for each in keywords["out"])
        found = Labelled(function(*plain, **keywords), self.label)
        found.function = function
        return found


class More(Labelled):
    """A subclass, which is asked first wherever it stands."""


class Refusing:
    __array_ufunc__ = None


class Wrapping:
    """An array-like whose class wraps results."""

    __array_priority__ = 5.0

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return Wrapping(array)


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_labels_are_kept_for_every_argument(formula):
    first = [0.75 for _ in formula.quantity.leading]
    values = formula(*first, PLACES, 1.5)
    for given in ((Labelled(PLACES, "mu"), 1.5), (PLACES, Labelled(1.5, "sigma"))):
        found = formula(*first, *given)
        assert type(found) is Labelled
        assert np.array_equal(found.values, values)
    by_name = formula(*first, mu=PLACES, sigma=Labelled(np.float64(1.5), "sigma"))
    assert (by_name.label, by_name.values.tolist()) == ("sigma", values.tolist())


@pytest.mark.parametrize("dependence", ["rho", "angle"])
def test_labels_are_kept_for_two_inputs(dependence):
    values = kernel(PLACES, 1.5, 0.5, 1.0, **{dependence: 0.25})
    for given in ((Labelled(PLACES, "mu1"), 1.5, 0.5), (PLACES, 1.5, Labelled(0.5, "mu2"))):
        found = kernel(*given, 1.0, **{dependence: 0.25})
        assert type(found) is Labelled
        assert np.array_equal(found.values, values)
    found = kernel(PLACES, 1.5, 0.5, 1.0, **{dependence: Labelled(0.25, dependence)})
    assert (found.label, found.values.tolist()) == (dependence, values.tolist())
    assert type(kernel(Wrapping(PLACES), 1.5, 0.5, 1.0, **{dependence: 0.25})) is Wrapping


def test_the_first_one_is_asked_and_a_subclass_before_its_base():
    mu, sigma = Labelled(PLACES, "mu"), Labelled(1.5, "sigma")
    assert mean(mu, sigma).label == "mu"
    assert mean(mu, More(1.5, "sigma")).label == "sigma"
    assert np.add(mu, More(1.5, "sigma")).label == "sigma"


def test_a_domain_is_checked_inside():
    with pytest.raises(ValueError, match=r"sigma\[1\] = -1.0: give"):
        mean(Labelled(PLACES[:2], "mu"), np.array([1.0, -1.0]))


def test_out_and_where_are_handed_on():
    out = Labelled(np.full(5, 7.0), "out")
    where = PLACES > 0
    found = mean(PLACES, out=out, where=where)
    assert found.values is out.values
    assert found.function is mean  # whose arguments are checked inside
    assert np.array_equal(out.values, np.where(where, mean(PLACES), 7.0))


def test_who_does_not_want_to_or_does_not_know_is_named():
    with pytest.raises(TypeError, match="Refusing does not support universal functions"):
        mean(Refusing())
    with pytest.raises(
        TypeError, match=r"mean of \(Labelled, list, float\): none of these classes"
    ):
        mean(Labelled(1.0, "mu"), [1.0, 2.0])


def test_moments_keep_labels_too():
    found = moments(Labelled(PLACES, "mu"), 1.5)
    for name, values in moments(PLACES, 1.5)._asdict().items():
        assert np.array_equal(getattr(found, name).values, values)
    assert isinstance(moments(Wrapping(PLACES), 1.5).variance, Wrapping)


def test_a_wrapper_wraps():
    found = mean(Wrapping(PLACES), 1.5)
    assert type(found) is type(ndtr(Wrapping(PLACES))) is Wrapping
    assert np.array_equal(found.values, mean(PLACES, 1.5))
    assert isinstance(mean(Wrapping(0.5)).values, np.ndarray)  # of no axes, not a number
    # With out there is nothing to wrap.
    out = np.empty(5)
    assert mean(Wrapping(PLACES), out=out) is out


def test_a_matrix_stays_one():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix(PLACES)
        assert type(mean(matrix)) is type(ndtr(matrix)) is np.matrix
        assert np.array_equal(mean(matrix).A1, mean(PLACES))


def test_memory_maps_and_numbers_of_numpy_are_arrays(tmp_path):
    mapped = np.memmap(tmp_path / "mu", np.float64, "w+", shape=5)
    mapped[:] = PLACES
    assert type(mean(mapped)) is np.ndarray
    assert type(mean(np.float64(0.5))) is np.float64


def test_series_and_frames_of_pandas_keep_their_labels():
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(PLACES, index=list("abcde"), name="mu")
    found, theirs = mean(series, sigma=1.5), ndtr(series)
    assert type(found) is type(theirs)
    assert found.index.equals(theirs.index)
    assert found.name == theirs.name
    assert found.tolist() == mean(PLACES, 1.5).tolist()
    # Two are aligned by their labels.
    deviations = pandas.Series([1.0, 2.0], index=["e", "a"])
    found = mean(series, deviations)
    assert found["a"] == mean(-2.0, 2.0)
    assert found["e"] == mean(2.0, 1.0)
    assert found.isna().tolist() == np.add(series, deviations).isna().tolist()
    frame = pandas.DataFrame({"x": PLACES, "y": PLACES**2}, index=list("abcde"))
    assert relu.variance(frame)["y"].tolist() == relu.variance(PLACES**2).tolist()
    assert type(moments(series).mean) is pandas.Series
    assert mean(series, dtype=np.float32).dtype == np.float32
    missing = mean(pandas.Series([0.5, None], dtype="Float64"))
    assert (missing.dtype, missing.isna().tolist()) == ("Float64", [False, True])
    with pytest.raises(ValueError, match=r"sigma\[0\] = -1.0"):
        mean(series, -(series**0))


def test_arrays_of_xarray_keep_their_dimensions_and_stay_lazy():
    xarray = pytest.importorskip("xarray")
    mu = xarray.DataArray(PLACES, dims="place", coords={"place": list("abcde")}, name="mu")
    sigma = xarray.DataArray([1.0, 2.0], dims="width")
    found = mean(mu, sigma)
    assert found.dims == ("place", "width")
    assert found.sel(place="b").values.tolist() == mean(-1.0, [1.0, 2.0]).tolist()
    assert mean(mu.to_dataset())["mu"].equals(mean(mu))
    assert mean(mu, dtype=np.float32).dtype == np.float32
    pytest.importorskip("dask.array")
    lazy = mean(mu.chunk(2), sigma)
    assert not isinstance(lazy.data, np.ndarray)
    assert lazy.compute().equals(found)


def test_arrays_of_dask_stay_lazy():
    pytest.importorskip("distributed", reason="needs the extra dask")
    pytest.importorskip("pyarrow", reason="needs the extra dask")
    array = pytest.importorskip("dask.array", reason="needs the extra dask")
    mu = array.from_array(np.linspace(-1, 1, 6), chunks=2)
    for formula, first in ((mean, ()), (derivative_below, (0.75,))):
        lazy = formula(*first, mu, sigma=1.5)
        assert type(lazy) is type(mu)
        assert lazy.chunks == mu.chunks
        assert np.array_equal(lazy.compute(), formula(*first, mu.compute(), 1.5))
    assert mean(mu.astype(np.float32)).dtype == np.float32
    assert mean(0.5, sigma=mu + 2.0).chunks == mu.chunks
    assert moments(mu).variance.compute().tolist() == moments(mu.compute()).variance.tolist()
    # Nothing is evaluated at numbers that are not there: a sigma of anything would be refused.
    assert mean(mu, mu).chunks == mu.chunks
    with pytest.raises(ValueError, match=r"sigma\[0\] = -.*, where the block begins"):
        mean(mu, mu).compute()
    with pytest.raises(TypeError, match=r"out is .* in memory: use dask\.array\.where on"):
        mean(mu, out=np.empty(6))
    with pytest.raises(TypeError, match="dtype is for arrays in memory: use astype on"):
        mean(mu, dtype=np.float32)
    assert pickle.loads(pickle.dumps(mean(mu))).compute().shape == (6,)


def test_tensors_without_gradients_are_wrapped_and_with_them_refused():
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    tensor = torch.tensor(PLACES)
    assert torch.equal(mean(tensor), torch.tensor(mean(PLACES)))
    assert mean(tensor.float()).dtype == torch.float32
    tensor.requires_grad_()
    message = r"mu is a Tensor that NumPy cannot read \(.*\): .* mean.lambdify\(\"torch\"\)"
    with pytest.raises(UnreadableArrayError, match=message):
        mean(tensor)
    with pytest.raises(TypeError, match=r"sigma is a Tensor .* relu.std.lambdify\(\"torch\"\)"):
        relu.std(0.0, tensor)
    with pytest.raises(TypeError, match=r"mu is a Tensor that NumPy cannot read \([^:]*\)$"):
        derivative_below(0.5, tensor)  # which has no gradient


def test_what_jax_traces_is_refused():
    jax = pytest.importorskip("jax", reason="needs the extra jax")
    message = r"mu is a \w*Tracer that NumPy cannot read \(.*\): .* mean.lambdify\(\"jax\"\)"
    for transformed in (jax.jit(mean), jax.grad(mean), jax.vmap(mean)):
        with pytest.raises(TypeError, match=message):
            transformed(jax.numpy.ones(3)[: 3 if transformed is not jax.grad else 1])
    assert type(mean(jax.numpy.ones(3))) is type(ndtr(jax.numpy.ones(3))) is np.ndarray
