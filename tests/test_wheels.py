"""A wheel suits other machines, and computes where there is nothing but NumPy."""

import sys
import tomllib
from zipfile import ZipFile

import pytest
import wheels
import yaml
from packaging.requirements import Requirement

PROJECT = tomllib.loads((wheels.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GOOD = b"GLIBC_2.2.5"


def wheel(folder, *modules, name="elu_sym-1-cp311-cp311-manylinux_2_17_x86_64.whl"):
    path = folder / name
    with ZipFile(path, "w") as content:
        for number, code in enumerate(modules):
            content.writestr(f"elu_sym/numeric/_compiled{number}.so", code)
    return path


def test_a_wheel_may_be_without_problems(tmp_path):
    assert wheels.problems(wheel(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        ((), "has 0 compiled modules"),
        ((GOOD, GOOD), "has 2 compiled modules"),
        ((b"",), "does not say which C library it needs"),
        ((GOOD + b".debug_info",), "has debug information"),
        ((GOOD + sys.base_prefix.encode(),), "has a path of this machine"),
    ],
)
def test_each_problem_is_seen(tmp_path, modules, problem):
    (found,) = wheels.problems(wheel(tmp_path, *modules))
    assert found.endswith(problem)


def test_a_wheel_for_this_machine_alone_is_seen(tmp_path):
    path = wheel(tmp_path, GOOD, name="elu_sym-1-cp311-cp311-linux_x86_64.whl")
    assert wheels.problems(path) == [f"{path.name} suits no other machine"]


def test_a_command_that_fails_ends_with_what_it_said():
    with pytest.raises(SystemExit, match="the reason"):
        wheels.run(sys.executable, "-c", "raise ValueError('the reason')")


def test_a_python_that_is_missing_is_named(capsys):
    with pytest.raises(SystemExit):
        wheels.main(["python2.3"])
    assert "there is no python2.3" in capsys.readouterr().err


def test_the_oldest_numpy_is_the_one_that_is_declared():
    (numpy,) = (line for line in PROJECT["dependencies"] if line.startswith("numpy"))
    pythons = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if ":: 3." in each]
    assert wheels.OLDEST.keys() == {f"cp{python.replace('.', '')}" for python in pythons}
    oldest = {version.partition("==")[2] for version in wheels.OLDEST.values()}
    assert f"numpy>={min(oldest).removesuffix('.0')}" == numpy
    assert all(version in Requirement(numpy).specifier for version in oldest)


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="manylinux is a tag of Linux")
def test_a_wheel_of_this_python_computes_beside_numpy_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "WHEELS", tmp_path / "dist")
    assert wheels.main([]) == 0
    (built,) = (tmp_path / "dist").iterdir()
    assert "manylinux" in built.name


def test_other_platforms_have_the_same_pythons_and_the_same_trial():
    path = wheels.ROOT / ".github/workflows/wheels.yml"
    *_, build, _ = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["wheels"]["steps"]
    assert build["env"]["CIBW_BUILD"] == " ".join(f"{tag}-*" for tag in wheels.OLDEST)
    assert build["env"]["CIBW_TEST_COMMAND"].endswith(f"tests/{wheels.TRIAL.name}")
