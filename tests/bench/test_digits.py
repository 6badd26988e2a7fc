"""Digits are counted right, and what they are compared with is the real thing."""

import math

import numpy as np
import pytest
from bench import digits, quadratures, speed
from flint import arb, ctx
from oracles import Truth

POINT = (0.3, 1.2, 1.5)
HARD = (-3.0, 40.0, 1.5)

with ctx.workprec(100):
    NEXT_TO_ONE, NEAR_ONE = 1 + arb(2) ** -60, 1 + arb(2) ** -54


@pytest.fixture(scope="module")
def entries():
    return speed.read()["accuracy"]["entries"]


def columns(point):
    return tuple(np.array([value]) for value in point)


def known(point):
    found = digits.truths(digits.MOMENTS, *point)
    return [float(found[name].value) for name in digits.MOMENTS]


def test_accuracy_has_every_method_in_every_group(entries):
    assert set(entries) == set(digits.GROUPS)
    for methods in entries.values():
        assert set(methods) == set(digits.METHODS)
        for entry in methods.values():
            assert set(entry) == {"seconds", *digits.MOMENTS}
            for name in digits.MOMENTS:
                found = entry[name]
                assert 0 <= found["least"] <= found["quantile"] <= found["median"] <= 17
                assert 0 <= found["not_finite"] <= 1
                assert 0 <= found["right"] <= 1


def test_what_is_shipped_is_right_at_every_point(entries):
    for methods in entries.values():
        assert all(methods["shipped"][name]["right"] == 1 for name in digits.MOMENTS)
        assert all(methods["shipped"][name]["not_finite"] == 0 for name in digits.MOMENTS)


@pytest.mark.parametrize(
    ("computed", "value", "expected"),
    [
        (1.001, arb(1), 3.0),
        (0.0, arb(1), 0.0),
        (-5.0, arb(1), 0.0),
        (math.nan, arb(1), 0.0),
        (math.inf, arb(1), 0.0),
        (1.0, arb(0), 0.0),
        (0.0, arb(0), 17.0),
        (1.0, arb(1), 17.0),
        (1.0, NEXT_TO_ONE, 17.0),
        (1.0, NEAR_ONE, 54 * math.log10(2)),
        (5e-324, 1.4 * arb(5e-324), digits.ALL_DIGITS),
    ],
)
def test_correct_digits(computed, value, expected):
    assert digits.correct_digits(computed, Truth(value, arb(0))) == pytest.approx(
        expected, rel=1e-9
    )


def test_the_digits_of_a_method():
    truths = [Truth(arb(1), arb(0))] * 4
    found = digits.digits_entry([1.0, 1.0, 1.01, math.nan], truths)
    assert found["median"] == pytest.approx(9.5)
    assert found["least"] == 0
    assert found["not_finite"] == 0.25
    assert found["right"] == 0.5


@pytest.mark.parametrize("method", ["hand_written", "repaired", "shipped"])
def test_closed_forms_are_right_at_an_ordinary_point(method):
    found = np.concatenate(digits.IN_ARRAYS[method](*columns(POINT)))
    assert found == pytest.approx(known(POINT), rel=1e-13)


@pytest.mark.parametrize(
    ("method", "accuracy"), [("gauss_hermite_25", 0.02), ("gauss_hermite_100", 0.005)]
)
def test_quadrature_rules_are_near(method, accuracy):
    found = np.concatenate(digits.IN_ARRAYS[method](*columns(POINT)))
    assert found == pytest.approx(known(POINT), rel=accuracy)


@pytest.mark.parametrize("point", [POINT, (0.0, 1e-9, 1.0), (2.0, 0.0, 1.0)])
def test_adaptive_quadrature_is_right(point):
    assert quadratures.quadrature(*point) == pytest.approx(known(point), rel=1e-10)


def test_monte_carlo_is_near():
    assert quadratures.monte_carlo(np.random.default_rng(1), *POINT) == pytest.approx(
        known(POINT), rel=0.02
    )


def test_the_repaired_form_does_not_overflow_and_the_textbook_does():
    with np.errstate(all="ignore"):
        broken_mean, *_ = digits.IN_ARRAYS["hand_written"](*columns(HARD))
        mean, *_ = digits.repaired(*columns(HARD))
    assert np.isnan(broken_mean).all()
    assert mean == pytest.approx(digits.moments(*HARD).mean, rel=1e-10)


def test_the_plot_is_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the extra notebooks")
    path = tmp_path / "speed.png"
    speed.main(["--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")
