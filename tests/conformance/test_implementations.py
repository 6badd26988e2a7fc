"""What is called of each library, as far as it is installed."""

import importlib.util
import tomllib
from pathlib import Path

import numpy as np
import pytest

from elu_sym.algebra.rounding import BFLOAT16, FLOAT16, FLOAT32, FLOAT64
from elu_sym.conformance.conformance_command import FORMATS, LIBRARIES
from elu_sym.conformance.exact_values import exact_ball
from elu_sym.conformance.implementations import (
    ADAPTERS,
    IMPLEMENTATIONS,
    ORDERS,
    Call,
    Missing,
)

ROOT = Path(__file__).parent.parent.parent
QUICK = [
    pytest.param(each, marks=[pytest.mark.deep] * (each.library == "keras"), id=str(each))
    for each in IMPLEMENTATIONS
    if each.mode not in ("compile", "cuda")
]
POINTS = np.array([-6.0, -2.5, -1.0, -0.25, 0.5, 3.0, 20.0])


@pytest.mark.parametrize("implementation", QUICK)
def test_every_function_is_that_function(implementation) -> None:
    if importlib.util.find_spec(implementation.library) is None:
        pytest.skip(f"{implementation.library} is not installed")
    computed = 0
    for function, alpha in (("elu", 1.0), ("elu", 1.5), ("celu", 2.0), ("selu", None)):
        for order in range(3):
            call = Call(function, alpha, order, FLOAT32)
            try:
                found = implementation.evaluate(call)(POINTS)
            except Missing:
                continue
            exact = [float(exact_ball(call, point)) for point in POINTS.tolist()]
            assert found.dtype == np.float64
            assert np.allclose(found, exact, rtol=1e-4, atol=2e-7), call
            assert (found.astype(np.float32) == found).all(), "computed in a wider format"
            computed += 1
    if implementation.library in ("torch", "jax"):
        assert computed == 12
    # Keras has one backend in a process.
    assert computed or implementation.library == "keras"


@pytest.mark.parametrize("numbers", [FLOAT16, FLOAT32, FLOAT64], ids=lambda numbers: numbers.name)
def test_the_typed_functions_are_those_of_numpy(numbers) -> None:
    x = POINTS.astype(numbers.name)
    evaluate = {each.mode: each.evaluate for each in IMPLEMENTATIONS if each.library == "numpy"}
    call = Call("elu", 1.5, 0, numbers)
    with np.errstate(all="ignore"):
        typed = {
            "exp": np.where(x > 0, x, 1.5 * (np.exp(x) - 1)),
            "expm1": np.where(x > 0, x, 1.5 * np.expm1(x)),
            "max-min": np.maximum(x, 0) + np.minimum(0, 1.5 * (np.exp(x) - 1)),
            "clamped": np.where(x > 0, x, 1.5 * np.expm1(np.where(x > 0, 0, x))),
        }
    assert evaluate.keys() == typed.keys()
    for mode, values in typed.items():
        assert (evaluate[mode](call)(POINTS) == values.astype(np.float64)).all()
    slope = np.where(x > 0, 1, typed["exp"] + numbers_type(numbers, 1.5))
    assert (evaluate["exp"](call._replace(order=1))(POINTS) == slope.astype(np.float64)).all()


def numbers_type(numbers, value: float) -> np.floating:
    return np.dtype(numbers.name).type(value)


def test_what_a_library_does_not_have_is_missing() -> None:
    evaluate = {str(each): each.evaluate for each in IMPLEMENTATIONS}
    with pytest.raises(Missing, match="NumPy has no bfloat16"):
        evaluate["numpy exp"](Call("elu", 1.0, 0, BFLOAT16))
    with pytest.raises(Missing):
        evaluate["numpy expm1"](Call("elu", 1.0, 1, FLOAT32))


def test_the_command_names_them_without_importing_them() -> None:
    assert tuple(ADAPTERS) == LIBRARIES
    assert set(FORMATS) == {numbers.name for numbers in (FLOAT64, FLOAT32, BFLOAT16, FLOAT16)}
    assert len(ORDERS) == 3


def test_what_is_measured_beside_the_pins_is_pinned() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = (line for line in makefile.split("\n") if line.startswith("FRAMEWORKS := "))
    pins = dict(pin.split("==") for pin in line.partition(" := ")[2].split())
    assert set(pins) == {"tensorflow-cpu", "onnxruntime", "onnx", "tinygrad"}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"torch", "jax", "keras", "verify"} <= set(extras["optional-dependencies"])
