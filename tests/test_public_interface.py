"""What `import elu_sym` promises: light, complete, and honest about what is missing."""

import subprocess
import sys

import pytest

import elu_sym

NUMBERS_ONLY = """
import sys
from elu_sym import mean, moments, relu, selu
mean(0.0, 1.0), moments(0.0), relu.variance(0.0), selu.mean(0.0)
heavy = {"sympy", "scipy", "mpmath", "matplotlib", "flint", "tqdm", "pandas"} & set(sys.modules)
heavy |= {"torch", "jax", "dask", "distributed", "pyarrow"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_number_loads_no_computer_algebra():
    subprocess.run([sys.executable, "-W", "error", "-c", NUMBERS_ONLY], check=True)


@pytest.mark.parametrize("name", elu_sym.__all__)
def test_every_public_name_is_there(name):
    assert getattr(elu_sym, name) is not None
    assert name in dir(elu_sym)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="No elu_sym attribute means"):
        _ = elu_sym.means


def test_no_public_name_is_a_module_too():
    from pathlib import Path

    package = Path(elu_sym.__file__).parent
    modules = {path.stem for path in package.rglob("*.py")} | {
        path.name for path in package.iterdir() if path.is_dir()
    }
    assert not modules & set(elu_sym.__all__)
