"""environment.yml, pyproject.toml and constraints.txt say the same about every requirement."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent

# Every requirement under its name on conda-forge. The list is explicit: a new requirement must be
# looked up there, since a few are called otherwise or come in a lighter variant.
CONDA_NAMES = {
    "dask": "dask-core",  # the package called dask there adds pandas, Bokeh and more
    "distributed": "distributed",
    "furo": "furo",
    "hypothesis": "hypothesis",
    "ipykernel": "ipykernel",
    "jax": "jax",
    "jupyterlab": "jupyterlab",
    "keras": "keras",
    "latex2mathml": "latex2mathml",
    "lazy-loader": "lazy_loader",
    "matplotlib": "matplotlib-base",  # the package called matplotlib there adds the Qt windows
    "mpmath": "mpmath",
    "mypy": "mypy",
    "myst-nb": "myst-nb",
    "nbclient": "nbclient",
    "nbformat": "nbformat",
    "nbval": "nbval",
    "numba": "numba",
    "numpy": "numpy",
    "packaging": "packaging",
    "playwright": "playwright-python",  # the package called playwright there is that of Node
    "pyarrow": "pyarrow",
    "pytest": "pytest",
    "pytest-xdist": "pytest-xdist",
    "python-flint": "python-flint",
    "pyyaml": "pyyaml",
    "quantlib": "quantlib-python",
    "ruff": "ruff",
    "scikit-learn": "scikit-learn",
    "scipy": "scipy",
    "setuptools": "setuptools",
    "sphinx": "sphinx",
    "sympy": "sympy",
    "threadpoolctl": "threadpoolctl",
    "torch": "pytorch",
    "tqdm": "tqdm",
    "types-pyyaml": "types-pyyaml",
}

# Not on conda-forge, or without their Python module there: the part for pip has them.
PYPI_ONLY = {"axe-playwright-python", "ziglang"}

Requirements = dict[str, SpecifierSet]


def project_requirements(project: dict) -> Requirements:
    """Everything that pyproject.toml asks for, extras included, by canonical name."""
    lines = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each.specifier for each in requirements}


def environment_requirements(environment: dict) -> Requirements:
    """Every package that environment.yml asks for, by its name on conda-forge, or for pip."""
    lines = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    lines += [line for line in environment["dependencies"][-1]["pip"] if line != "-e ."]
    pairs = [line.partition("#")[0].strip().partition(" ") for line in lines]
    return {name: SpecifierSet(specifier) for name, _, specifier in pairs}


def pinned_versions(lines: Iterable[str]) -> dict[str, Version]:
    """The one version of each package that constraints.txt allows, by canonical name."""
    pairs = [line.split("==") for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def drift(project: dict, environment: dict) -> list[str]:
    """What environment.yml and the `project` table of pyproject.toml do not agree on."""
    wanted = {
        "python": SpecifierSet(project["requires-python"]),
        "pip": SpecifierSet(),
        "c-compiler": SpecifierSet(),  # pip takes the compiler of the system
    }
    problems = []
    for name, specifier in project_requirements(project).items():
        if name in CONDA_NAMES or name in PYPI_ONLY:
            wanted[CONDA_NAMES.get(name, name)] = specifier
        else:
            problems.append(f"{name}: its name on conda-forge is not in the map")
    found = environment_requirements(environment)
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            problems.append(f"{name}: missing from environment.yml")
        elif name not in wanted:
            problems.append(f"{name}: missing from pyproject.toml")
        elif found[name] != wanted[name]:
            problems.append(f"{name}: '{found[name]}' is not '{wanted[name]}'")
    return problems


def unpinned(project: dict, pins: dict[str, Version]) -> list[str]:
    """The requirements that have no pin, or one that is not allowed."""
    return [
        f"{name}: {pins.get(name, 'no pin')} does not satisfy '{specifier}'"
        for name, specifier in project_requirements(project).items()
        if name not in pins or pins[name] not in specifier
    ]


NEEDS = {"setuptools": ("77.0.0", "packaging", "24.2")}
"""From which version on a requirement needs which version of another: setuptools reads the license
by ``packaging.licenses``, and takes the ``packaging`` that is installed before its own."""


def contradictions(project: dict) -> list[str]:
    """The requirements whose lowest versions do not work together."""
    lowest = {
        name: min((Version(each.version) for each in specifier), default=Version("0"))
        for name, specifier in project_requirements(project).items()
    }
    return [
        f"{name} {lowest[name]} needs {other} {version}, and {lowest[other]} is allowed"
        for name, (since, other, version) in NEEDS.items()
        if lowest[name] >= Version(since) and lowest[other] < Version(version)
    ]


def unlike_the_pins(build_requirements: Iterable[str], pins: dict[str, Version]) -> list[str]:
    """What the isolated build of pip takes in another version than that of constraints.txt."""
    wanted = {canonicalize_name(each.name): each for each in map(Requirement, build_requirements)}
    return [
        f"{name}: the build takes '{each.specifier}', constraints.txt {pins.get(name)}"
        for name, each in wanted.items()
        if each.specifier != SpecifierSet(f"=={pins.get(name)}")
    ]


@pytest.fixture
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def build_requirements() -> list[str]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]


@pytest.fixture
def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture
def pins() -> dict[str, Version]:
    return pinned_versions((ROOT / "constraints.txt").read_text().splitlines())


def test_environment_matches_project(project, environment):
    assert drift(project, environment) == []


def test_environment_installs_the_project_itself(environment):
    assert environment["channels"][0] == "conda-forge"
    *_, pip = environment["dependencies"]
    assert {line.partition(" ")[0] for line in pip["pip"][:-1]} == PYPI_ONLY
    assert pip["pip"][-1] == "-e ."


def test_every_name_in_the_map_is_used(project):
    assert CONDA_NAMES.keys() | PYPI_ONLY == project_requirements(project).keys()


def test_every_requirement_is_pinned(project, pins):
    assert unpinned(project, pins) == []


def test_drift_sees_a_package_removed_from_the_environment(project, environment):
    environment["dependencies"].remove("matplotlib-base >=3.9")
    assert drift(project, environment) == ["matplotlib-base: missing from environment.yml"]


def test_drift_sees_a_package_added_to_the_environment(project, environment):
    environment["dependencies"].insert(0, "pandas >=2")
    assert drift(project, environment) == ["pandas: missing from pyproject.toml"]


def test_drift_sees_a_package_removed_from_the_part_for_pip(project, environment):
    environment["dependencies"][-1]["pip"].remove("ziglang >=0.13")
    assert drift(project, environment) == ["ziglang: missing from environment.yml"]


def test_drift_sees_a_changed_version(project, environment):
    index = environment["dependencies"].index("mpmath >=1.3,<1.4")
    environment["dependencies"][index] = "mpmath >=1.3"
    assert drift(project, environment) == ["mpmath: '>=1.3' is not '<1.4,>=1.3'"]


def test_drift_sees_another_python(project, environment):
    project["requires-python"] = ">=3.12"
    assert drift(project, environment) == ["python: '>=3.11' is not '>=3.12'"]


def test_drift_sees_a_package_removed_from_the_project(project, environment):
    project["optional-dependencies"]["verify"].remove("python-flint>=0.7")
    assert drift(project, environment) == ["python-flint: missing from pyproject.toml"]


def test_drift_sees_a_package_added_to_the_project(project, environment):
    project["dependencies"].append("pandas>=2")
    assert drift(project, environment) == ["pandas: its name on conda-forge is not in the map"]


def test_a_missing_pin_is_seen(project, pins):
    del pins["sympy"]
    assert unpinned(project, pins) == ["sympy: no pin does not satisfy '>=1.14'"]


def test_a_pin_outside_the_allowed_range_is_seen(project, pins):
    pins["mpmath"] = Version("1.4.1")
    assert unpinned(project, pins) == ["mpmath: 1.4.1 does not satisfy '<1.4,>=1.3'"]


def test_the_build_takes_what_the_constraints_say(build_requirements, pins):
    assert len(build_requirements) == 3
    assert unlike_the_pins(build_requirements, pins) == []


def test_a_build_that_takes_the_newest_is_seen(pins):
    pins["setuptools"] = Version("84.2.1")
    assert unlike_the_pins(["setuptools>=77"], pins) == [
        "setuptools: the build takes '>=77', constraints.txt 84.2.1"
    ]


def test_the_lowest_versions_work_together(project):
    assert contradictions(project) == []


def test_a_contradiction_of_the_lowest_versions_is_seen(project):
    development = project["optional-dependencies"]["dev"]
    (packaging,) = (line for line in development if line.startswith("packaging"))
    development[development.index(packaging)] = "packaging>=24.0"
    assert contradictions(project) == ["setuptools 77 needs packaging 24.2, and 24.0 is allowed"]


def test_keras_comes_with_a_library_to_compute_with(project):
    names = {Requirement(line).name for line in project["optional-dependencies"]["keras"]}
    assert names == {"keras", "jax"}
