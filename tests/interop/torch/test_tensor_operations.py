"""The selection by plain operations of tensors: the loops' results, tables, no value looked at."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")

from torch.fx.experimental.proxy_tensor import make_fx  # noqa: E402

from elu_sym import FORMULAS, elu, relu  # noqa: E402
from elu_sym.interop.selecting import SUFFIXES  # noqa: E402
from elu_sym.interop.torch import processor_loops, tensor_operations  # noqa: E402
from elu_sym.interop.torch.tensor_operations import selected_results  # noqa: E402

WITH_GRADIENT = {name: each for name, each in FORMULAS.items() if not each.quantity.by_cases}


def columns(formula, dtype=torch.float64):
    mu = torch.tensor([-torch.inf, -3.0, -0.5, 0.0, 0.7, 4.0, torch.inf, torch.nan], dtype=dtype)
    mu, sigma = (each.ravel() for each in torch.meshgrid(mu, mu[3:6], indexing="ij"))
    return [mu, sigma, *(torch.full_like(mu, value) for value in (1.5, 0.75))][
        : len(formula.arguments)
    ]


@pytest.mark.parametrize("formula", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
def test_the_selection_gives_what_the_loops_give(formula):
    given = columns(formula)
    size = len(given)
    for suffix, count in zip(SUFFIXES, (1, size, size * (size + 1) // 2), strict=True):
        name = formula.function_name + suffix
        pairs = zip(
            selected_results(name, given, count),
            processor_loops.processor_results(name, given, count),
            strict=True,
        )
        for found, expected in pairs:
            tolerances = {"rtol": 1e-11, "atol": 1e-12 if suffix != "_hessian" else 1e-6}
            torch.testing.assert_close(found, expected, equal_nan=True, **tolerances)


def test_single_precision_stays_so_but_for_derivatives():
    given = columns(elu.mean, torch.float32)
    (value,) = selected_results("mean", given, 1)
    assert value.dtype == torch.float32
    slopes = selected_results("mean_gradient", given, 3)
    exact = selected_results("mean_gradient", [column.double() for column in given], 3)
    for slope, expected in zip(slopes, exact, strict=True):
        assert torch.equal(slope.nan_to_num(0.5), expected.float().nan_to_num(0.5))


def test_a_trace_looks_at_no_value_and_holds_its_own_tables():
    given = columns(relu.variance)
    kept = dict(tensor_operations.ON_DEVICES)
    graph = make_fx(lambda *x: selected_results("relu_variance", x, 1, {}), tracing_mode="fake")(
        *given
    )
    assert kept == tensor_operations.ON_DEVICES
    assert "_local_scalar_dense" not in graph.code
    moved = [column.flip(0) for column in given]
    torch.testing.assert_close(
        graph(*moved)[0], selected_results("relu_variance", moved, 1)[0], equal_nan=True
    )
