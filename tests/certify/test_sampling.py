import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from sympy import DiracDelta, Max, Min, Piecewise, exp, lambdify

from elu_sym.activations import Elu
from elu_sym.certify.integrand import Integrand, IntegrandError
from elu_sym.certify.sample_moments import SampleMoments
from elu_sym.certify.sampling import CHUNK, array_function, sample
from elu_sym.symbols import alpha, mu, sigma, x

ELU = Elu(x, alpha)
GRID = [(-0.5, 1.0, 1.5), (0.25, 2.0, 0.75), (3.0, 0.5, 1.0)]
values = arrays(np.float64, st.integers(1, 20), elements=st.integers(-50, 50).map(float))


@given(values, values)
def test_merging_agrees_with_one_pass(first, second):
    merged = SampleMoments.of(first).merged(SampleMoments.of(second))
    whole = SampleMoments.of(np.concatenate([first, second]))
    assert merged.count == whole.count
    assert (merged.least, merged.greatest) == (whole.least, whole.greatest)
    np.testing.assert_allclose(merged.mean, whole.mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(merged.sums, whole.sums, rtol=1e-10, atol=1e-6)


def test_merging_does_not_cancel_far_from_zero():
    offset = 1e9
    parts = [SampleMoments.of(offset + np.array(part)) for part in ([1.0, 2.0], [3.0, 6.0])]
    assert parts[0].merged(parts[1]).sums[0] == 14.0


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_bits_do_not_depend_on_the_workers(workers):
    alone = sample(ELU, GRID, 5 * CHUNK, seed=3, workers=1)
    assert sample(ELU, GRID, 5 * CHUNK, seed=3, workers=workers) == alone


def test_a_seed_determines_the_sample():
    one, other = (sample(ELU, GRID, CHUNK, seed=seed) for seed in (1, 2))
    assert one != other


def test_points_and_chunks_have_their_own_streams():
    same = [(0.0, 1.0)] * 3
    moments = sample(x, same, CHUNK, symbols=(mu, sigma))
    assert len({m.mean for m in moments}) == 3
    longer = sample(x, same[:1], 2 * CHUNK, symbols=(mu, sigma))[0]
    assert longer.mean != moments[0].mean


def test_the_streams_are_those_that_a_seed_sequence_spawns():
    (moments,) = sample(x, [(0.0, 1.0)], CHUNK, seed=11, symbols=(mu, sigma))
    child = np.random.SeedSequence(11).spawn(1)[0].spawn(1)[0]
    drawn = np.random.default_rng(child).standard_normal(CHUNK)
    assert moments == SampleMoments.of(drawn)


def test_an_array_function_agrees_with_sympy_and_never_overflows():
    places = np.array([-800.0, -1.0, -0.0, 0.0, 1.0, 800.0])
    function = array_function(Integrand.from_expr(ELU), {alpha: 1.5, mu: 0.0, sigma: 1.0})
    with np.errstate(all="raise", under="ignore"):
        found = function(places)
    np.testing.assert_allclose(found, [-1.5, 1.5 * np.expm1(-1), 0, 0, 1, 800], rtol=1e-15)


def test_three_pieces_and_a_constant():
    places = np.linspace(-3, 3, 13)
    clip = array_function(Integrand.from_expr(Max(-1, Min(1, x))), {})
    np.testing.assert_array_equal(clip(places), np.clip(places, -1, 1))
    tower = Piecewise((2, x < -1), (exp(x), x < 1), (x**2, True))
    expected = lambdify(x, tower, "numpy")(places)
    np.testing.assert_allclose(array_function(Integrand.from_expr(tower), {})(places), expected)


def test_an_atom_cannot_be_sampled():
    with pytest.raises(IntegrandError, match="cannot be sampled"):
        sample(DiracDelta(x), GRID, CHUNK)


def test_no_bar_where_stderr_is_no_terminal(capfd):
    sample(x, [(0.0, 1.0)], CHUNK, symbols=(mu, sigma))
    assert capfd.readouterr().err == ""
