"""The opponents compute what we compute, each of its library, and where it is known."""

import math
from importlib.util import find_spec

import numpy as np
import pytest
from bench import hand_written, numpy_cells, populations

from elu_sym import FORMULAS, moments

POINT = (0.3, 1.2, 1.5)


def ours(quantity):
    return moments(*POINT) if quantity == "moments" else FORMULAS[quantity].numeric(*POINT)


def flat(found):
    return [float(each) for each in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("quantity", hand_written.FORMS)
@pytest.mark.parametrize("library", ["scipy", "math", "torch", "jax"])
def test_forms_are_right_at_an_ordinary_point(quantity, library):
    if library in ("torch", "jax"):
        pytest.importorskip(library)
    arguments = POINT
    if library == "torch":
        import torch

        arguments = torch.tensor(POINT, dtype=torch.float64)
    tolerance = 1e-5 if library == "jax" else 1e-13
    found = getattr(hand_written, f"by_{library}")(quantity)(*arguments)
    assert flat(found) == pytest.approx(flat(ours(quantity)), rel=tolerance)


@pytest.mark.skipif(not find_spec("numba"), reason="needs the extra bench")
@pytest.mark.parametrize("quantity", ["mean", "variance"])
def test_compiled_loops_are_right_at_an_ordinary_point(quantity):
    found = hand_written.by_numba(quantity)(*(np.array([x]) for x in POINT))
    assert found == pytest.approx(flat(ours(quantity)), rel=1e-13)


def test_the_repaired_forms_are_the_same():
    assert flat(hand_written.repaired(*POINT)) == pytest.approx(flat(moments(*POINT)), rel=1e-13)
    assert hand_written.repaired_mean(*POINT) == pytest.approx(moments(*POINT).mean, rel=1e-13)
    assert math.isfinite(hand_written.repaired_mean(-3.0, 40.0, 1.5))


@pytest.mark.parametrize("name", populations.POPULATIONS)
def test_populations_are_in_the_domain_and_reproducible(name):
    mu, sigma, alpha = numpy_cells.drawn(name, 1000)
    assert mu.shape == sigma.shape == alpha.shape == (1000,)
    assert np.isfinite(mu).all()
    assert ((sigma > 0) & np.isfinite(sigma) & (alpha > 0) & np.isfinite(alpha)).all()
    again = populations.POPULATIONS[name].draw(np.random.default_rng(numpy_cells.SEED), 1000)
    assert np.array_equal((mu, sigma, alpha), again)
