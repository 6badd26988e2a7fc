"""What the page on frameworks says to type is as right as it says."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from elu_sym.algebra.rounding import FLOAT32, FLOAT64
from elu_sym.conformance.graded_checks import findings
from elu_sym.conformance.implementations import Call, _in_tensorflow
from elu_sym.experiments.library_functions import (
    in_jax,
    in_numpy,
    in_torch,
    jax_derivative,
    torch_derivative,
)

PAGE = Path(__file__).parents[2] / "notebooks" / "14_your_framework.ipynb"
TEXT = "\n".join(
    "".join(cell["source"])
    for cell in json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "markdown"
)
PROGRAMS = dict(re.findall(r"```python\n# (.+)\n((?:.|\n)*?)```", TEXT))


def grades(evaluate, order: int, numbers=FLOAT32) -> dict[str, str]:
    call = Call("elu", 1.0, order, numbers)
    return {each.check: str(each.grade) for each in findings(evaluate, call)}


def assert_right(found: dict[str, str], flushing: bool = False) -> None:
    allowed = {"exact", "1 ulp", "4 ulp"}
    for check, grade in found.items():
        assert grade in (allowed | {"degraded"} if flushing and check == "subnormal" else allowed)


def test_there_is_one_for_each_library() -> None:
    assert set(PROGRAMS) == {"NumPy", "JAX", "TensorFlow", "torch.compile"}


@pytest.mark.parametrize("numbers", [FLOAT32, FLOAT64], ids=lambda numbers: numbers.name)
def test_numpy(numbers) -> None:
    names = {"np": np}
    exec(PROGRAMS["NumPy"], names)
    for order, function in enumerate((names["elu"], names["elu_derivative"])):
        assert_right(grades(in_numpy(function, numbers), order, numbers))


def test_jax() -> None:
    jax = pytest.importorskip("jax")
    names = {"jax": jax, "jnp": jax.numpy}
    exec(PROGRAMS["JAX"], names)
    for order in range(3):
        evaluate = in_jax(jax_derivative(names["elu"], order), FLOAT32)
        assert_right(grades(evaluate, order), flushing=True)


def test_tensorflow() -> None:
    tensorflow = pytest.importorskip("tensorflow")
    names = {"tf": tensorflow}
    exec(PROGRAMS["TensorFlow"], names)
    for mode in ("eager", "xla"):
        for order in range(3):
            evaluate = _in_tensorflow(names["elu"], Call("elu", 1.0, order, FLOAT32), mode)
            assert_right(grades(evaluate, order), flushing=True)


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of a module that PyTorch compiles with
def test_torch_compile() -> None:
    torch = pytest.importorskip("torch")
    names = {"torch": torch}
    exec(PROGRAMS["torch.compile"], names)
    compiled = torch.compile(lambda x: names["elu"](x))
    for order in (0, 1):
        function = torch_derivative(compiled, order) if order else compiled
        assert_right(grades(in_torch(function, FLOAT32), order))
