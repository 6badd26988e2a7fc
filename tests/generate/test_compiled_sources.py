"""What is compiled: every formula and gradient over the primitives, alike at every width."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from elu_sym.book.formula import FORMULAS
from elu_sym.generate import compiled_sources
from elu_sym.numeric import _generated, function
from elu_sym.numeric.function import compiled_module

needs_compiled = pytest.mark.skipif(
    compiled_module() is None, reason="the compiled module was not built: no C compiler?"
)
NAMES = [each.function_name for each in FORMULAS.values() if not each.quantity.by_cases]
COMPUTED = sorted([*NAMES, *(f"{name}_gradient" for name in NAMES), "moments"])
WIDTHS = (1, 4, 8)
MAKEFILE = Path(__file__).parents[2] / "Makefile"


@needs_compiled
def test_every_formula_and_every_gradient_is_compiled():
    found = {name for name, each in vars(compiled_module()).items() if isinstance(each, np.ufunc)}
    assert {name for name in found if not name.startswith("joint_")} == set(COMPUTED)


def points(count, arguments, seed):
    """Ordinary arguments, those at all scales, limits and NaN, in one array."""
    rng = np.random.default_rng(seed)
    share = count // 3
    scale = np.exp(rng.uniform(-600, 300, share))
    sigma = np.concatenate([rng.uniform(0.5, 2, share), scale, np.exp(rng.uniform(-7, 7, share))])
    t = rng.choice([-1.0, 1.0], 3 * share) * np.exp(rng.uniform(-8, 4, 3 * share))
    mu = sigma * t
    mu[::50], mu[1::50], mu[2::50], sigma[3::50] = np.inf, -np.inf, np.nan, 0.0
    others = [np.exp(rng.uniform(-3, 3, 3 * share)) for _ in range(arguments - 2)]
    return [mu, sigma, *others]


def at_every_width(name, arguments):
    module = compiled_module()
    found = []
    try:
        for width in WIDTHS:
            try:
                module.use_width(width)
            except ValueError:  # the processor has no such vectors
                continue
            found.append(getattr(module, name)(*arguments))
    finally:
        module.use_width(max(WIDTHS[: len(found)]))
    return found


@needs_compiled
@pytest.mark.parametrize(
    "count", [400, pytest.param(100_000, marks=pytest.mark.deep)], ids=["few", "many"]
)
@pytest.mark.parametrize("name", COMPUTED)
def test_every_width_gives_the_same_bits(name, count):
    arguments = points(count, getattr(compiled_module(), name).nin, len(name))
    first, *others = at_every_width(name, arguments)
    for other in others:
        np.testing.assert_array_equal(first, other)
    # Whatever lies beside an element, and wherever it stands in a vector.
    alone = [each[5:6] for each in arguments], [each[5:12] for each in arguments]
    whole = np.atleast_2d(first)
    for width_one, length in zip(alone, (1, 7), strict=True):
        for found in at_every_width(name, width_one):
            np.testing.assert_array_equal(np.atleast_2d(found), whole[:, 5 : 5 + length])


@needs_compiled
@pytest.mark.parametrize("name", COMPUTED)
def test_single_precision_is_double_precision_rounded(name):
    function = getattr(compiled_module(), name)
    with np.errstate(all="ignore"):
        singles = [each.astype(np.float32) for each in points(300, function.nin, 3)]
        expected = np.asarray(function(*(each.astype(np.float64) for each in singles)))
        found = np.asarray(function(*singles))
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected.astype(np.float32))


@needs_compiled
def test_outside_of_its_domain_an_argument_gives_nan():
    mean = compiled_module().mean
    for place in ((0.0, -1.0, 1.0), (0.0, np.inf, 1.0), (0.0, 1.0, 0.0), (0.0, 1.0, -1.0)):
        assert np.isnan(mean(*place))
        assert np.isnan(mean([0.0, place[0]], [1.0, place[1]], [1.0, place[2]])).tolist() == [0, 1]


def test_a_textbook_form_is_left_to_numpy(monkeypatch):
    def mean(law, alpha):
        return alpha * np.exp(law.mu)

    mean.__module__ = _generated.__name__
    monkeypatch.setattr(_generated, "mean", mean)
    listed = compiled_sources.compiled_sources()["formula_list.h"]
    assert "X(mean," not in listed
    assert "X(variance," in listed


def test_the_text_is_the_same_every_time():
    assert compiled_sources.compiled_sources() == compiled_sources.compiled_sources()


LOADED = """
import sys
import elu_sym.generate.compiled_sources
for name, module in sys.modules.items():
    rooms = "elu_sym.generate.", "elu_sym.numeric."
    if name.startswith(rooms) and not hasattr(module, "__path__"):
        print(module.__file__)
"""


def test_the_module_is_not_used_after_an_edit_of_whatever_it_is_made_from():
    command = [sys.executable, "-c", LOADED]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)
    others = {f"{name}.py" for name in function._CALLING}
    found = {Path(line).name for line in loaded.stdout.split()}
    known = {path.name for path in function.compiled_from()}
    assert "expression_graph.py" in found
    assert found - others <= known


def test_make_compiles_again_after_an_edit_of_the_same():
    (names,) = re.findall(r"patsubst %,elu_sym/generate/%.py,([^)]*)\)", MAKEFILE.read_text())
    generate = [path.stem for path in function.compiled_from() if path.parent.name == "generate"]
    assert sorted(names.split()) == sorted(generate)
