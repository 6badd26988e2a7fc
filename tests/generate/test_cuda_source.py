"""The text for CUDA, compiled for the processor, has the bits of the compiled functions."""

from ctypes import c_longlong, c_void_p

import numpy as np
import pytest
from accuracy import Block
from kernels_on_processor import Kernel, compile_kernel, needs_compiled, needs_compiler
from regimes import REGIMES

from elu_sym.book.formula import FORMULAS, elu
from elu_sym.generate.compiled_sources import functions, in_c
from elu_sym.generate.cuda_source import ELEMENTS, cuda_files
from elu_sym.generate.expression_graph import UntracedError
from elu_sym.numeric.function import compiled_module

POINTS = 100_000
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1e-310, 1.0, 1e305)

BY_FUNCTION = {each.function_name: each for each in FORMULAS.values()}
FEW = ("variance", "selu_mean", "second_moment_gradient")


def traced():
    for name, function in functions():
        try:
            yield in_c(name, function)
        except UntracedError:
            continue


TRACED = {each.name: each for each in traced()}
NAMES = [
    pytest.param(name, marks=[] if name in FEW else pytest.mark.deep, id=name) for name in TRACED
]


def points(name):
    """Points of every regime, and all combinations of special values."""
    formula = BY_FUNCTION.get(name.removesuffix("_gradient"), elu.mean)
    size = POINTS // len(REGIMES) + 1
    columns = zip(*(Block(each, 17, 0, size).columns(formula) for each in REGIMES), strict=True)
    special = np.meshgrid(*[SPECIAL] * len(formula.arguments))
    return [
        np.concatenate([*parts, grid.ravel()]) for parts, grid in zip(columns, special, strict=True)
    ]


def run(kernel, columns, results, dtype, blocks=2, threads=3):
    """What a kernel computes; columns of one element stand for all elements."""
    size = max(column.size for column in columns)
    found = [np.full(size, 7.0, dtype) for _ in range(results)]
    values, types = [size], [c_longlong]
    for column in columns:
        assert column.dtype == dtype
        step = column.strides[0] // column.itemsize if column.size > 1 else 0
        values += [column.ctypes.data, step]
        types += [c_void_p, c_longlong]
    values += [each.ctypes.data for each in found]
    types += [c_void_p] * results
    kernel.launch(blocks, threads, values, types)
    return found


def assert_same_bits(found, expected):
    whole = f"u{found.dtype.itemsize}"
    different = (found.view(whole) != expected.view(whole)) & ~(
        np.isnan(found) & np.isnan(expected)
    )
    assert not different.any(), (different.sum(), np.flatnonzero(different)[:5])


def test_kernels_are_there_for_every_compiled_formula_and_gradient():
    for name, formula in BY_FUNCTION.items():
        if not formula.quantity.by_cases and name in TRACED:
            assert f"{name}_gradient" in TRACED
    assert {"mean", "variance", "moments", "celu_std", "celu_std_gradient"} < set(TRACED)
    assert len(TRACED) > 100


def test_an_unknown_name_is_refused():
    with pytest.raises(LookupError, match="'no_such_mean'"):
        cuda_files("no_such_mean", "double")


@needs_compiler
@needs_compiled
@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_has_the_bits_of_the_compiled_function(name, tmp_path):
    kernel = Kernel(compile_kernel(cuda_files(name, "double"), tmp_path))
    columns = points(name)
    assert columns[0].size > POINTS
    with np.errstate(all="ignore"):
        expected = getattr(compiled_module(), name)(*columns)
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = run(kernel, columns, TRACED[name].results, np.float64)
    for each, other in zip(found, expected, strict=True):
        assert np.isnan(other).any()
        assert np.isfinite(other).sum() > POINTS // 2
        assert_same_bits(each, other)


@needs_compiler
@needs_compiled
def test_single_precision_is_computed_in_double(tmp_path):
    kernel = Kernel(compile_kernel(cuda_files("variance", "float"), tmp_path))
    with np.errstate(all="ignore"):
        columns = [column.astype(np.float32) for column in points("variance")]
        expected = compiled_module().variance(*columns)
    (found,) = run(kernel, columns, 1, np.float32)
    assert found.dtype == expected.dtype == np.float32
    assert_same_bits(found, expected)


@needs_compiler
@needs_compiled
@pytest.mark.parametrize("grid", [(1, 1), (1, 7), (5, 4), (64, 128)])
def test_every_element_is_computed_once_whatever_the_grid(grid, relu, tmp_path):
    rng = np.random.default_rng(3)
    mu, sigma = rng.normal(size=1001), np.array([0.7])
    (found,) = run(relu, [mu, sigma], 1, np.float64, *grid)
    assert_same_bits(found, compiled_module().relu_mean(mu, sigma))


@needs_compiler
@needs_compiled
def test_arguments_may_be_elements_apart(relu):
    rng = np.random.default_rng(4)
    mu, sigma = rng.normal(size=300)[::3], rng.uniform(0, 2, 200)[1::2]
    (found,) = run(relu, [mu, sigma], 1, np.float64)
    assert_same_bits(found, compiled_module().relu_mean(mu, sigma))


@pytest.fixture(scope="module")
def relu(tmp_path_factory):
    folder = tmp_path_factory.mktemp("relu_mean")
    return Kernel(compile_kernel(cuda_files("relu_mean", "double"), folder))


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_text_names_no_compound_literal_and_no_header_of_others(element):
    """NVRTC takes neither for granted."""
    files = cuda_files("fourth_moment_gradient", element)
    included = {
        line.split()[1].strip('<>"')
        for text in files.values()
        for line in text.splitlines()
        if line.startswith("#include")
    }
    assert "(real[])" not in files["kernel.cu"]
    assert included - set(files) == {"math.h", "stdint.h", "string.h", "stddef.h", "immintrin.h"}
