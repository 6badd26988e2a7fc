"""What `import elu_sym` promises: light, complete, and honest about what is missing."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import elu_sym

ROOT = Path(__file__).parent.parent

NUMBERS_ONLY = """
import sys
from elu_sym import kernel, mean, moments, relu, selu
kernel(0.0, 1.0, 0.0, 1.0, 0.5), mean(0.0, 1.0), moments(0.0), relu.variance(0.0), selu.mean(0.0)
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


CORE_ONLY = '''
import sys

class NotInstalled:
    """Not by sys.modules: other libraries look there, and take what they find for installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, NotInstalled)

import elu_sym
from elu_sym import CLAIMS, audit, elu, expectation, mean, relu, selu_parameters, verify
from elu_sym.__main__ import main
from elu_sym.experiments import tables
from pathlib import Path
from sympy import Max
from sympy.stats import Normal

def attempt(call):
    try:
        return call()
    except ModuleNotFoundError as error:
        return str(error)

for name in elu_sym.__all__:
    assert getattr(elu_sym, name) is not None
X = Normal("X", 0, 1)
{statements}
'''

NEEDS_NONE = """
assert main(["derive", "mean"]) == 0
assert len(CLAIMS) > 100 and CLAIMS["regularity.derivative_jump"].formal
mean.derivation.recheck()
assert abs(expectation(Max(X, 0), X).evalf() - relu.mean(0.0)) < 1e-15
assert abs(mean.lambdify("mpmath")(0, 1, 1) - mean(0.0)) < 1e-15
assert abs(mean.lambdify("scipy", "textbook")(0, 1, 1) - mean(0.0)) < 1e-15
assert audit([float(i) for i in range(100)]).count == 100
assert selu_parameters(0, 1).alpha > 1.6
"""

WITHOUT_EXTRAS = {
    "mean.certificate": "the certificate of mean needs flint: pip install 'elu_sym[verify]'",
    "CLAIMS['meanfield.edge_unique'].check()": "the claim meanfield.edge_unique needs flint: pip"
    " install 'elu_sym[verify]'",
    "verify(['relu.mean'])": "the certificate of relu.mean needs flint: pip install"
    " 'elu_sym[verify]'",
    "verify(['rate'])": "the claim rate.positive_for_small_alpha_false_1 needs flint: pip install"
    " 'elu_sym[verify]'",
    "mean.lambdify('flint')(0, 1, 1)": 'mean.lambdify("flint") needs flint: pip install'
    " 'elu_sym[verify]'",
    "mean.lambdify('torch')": "elu_sym.interop.torch needs torch: pip install 'elu_sym[torch]'",
    "mean.lambdify('jax')": "elu_sym.interop.jax needs jax: pip install 'elu_sym[jax]'",
    "mean.lambdify('dask')": "elu_sym.interop.dask needs dask: pip install 'elu_sym[dask]'",
    "__import__('elu_sym.interop.keras')": "elu_sym.interop.keras needs keras: pip install"
    " 'elu_sym[keras]'",
    "tables.measure_blocks(Path('never.csv'), None, [(1,)], None)": "an experiment needs tqdm: pip"
    " install 'elu_sym[experiments]'",
}
"""What a core installation says to what it cannot do."""


def run_without(names, statements):
    code = CORE_ONLY.format(names=set(names), statements=statements)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )


def outside_of_the_core():
    """Everything that an extra installs, under the names by which it is imported."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [line for extra in project["optional-dependencies"].values() for line in extra]
    names = {Requirement(line).name.replace("-", "_") for line in lines}
    called = {"python_flint": "flint", "scikit_learn": "sklearn"}
    return {called.get(name, name) for name in names}


def test_a_core_installation_does_what_needs_no_extra():
    run = run_without(outside_of_the_core(), NEEDS_NONE)
    assert run.returncode == 0, run.stderr


def test_a_core_installation_names_the_extra_of_what_is_missing():
    statements = f"for call in {list(WITHOUT_EXTRAS)}: print(attempt(lambda: eval(call)))"
    run = run_without(outside_of_the_core(), statements)
    assert run.stdout.splitlines() == list(WITHOUT_EXTRAS.values()), run.stderr


def test_a_bar_is_all_that_tqdm_is_for():
    statements = "assert verify(['regularity.continuous', 'relu.derivative_mean']).passed"
    run = run_without({"tqdm"}, statements)
    assert run.returncode == 0, run.stderr


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
