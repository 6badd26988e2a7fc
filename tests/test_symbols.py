"""Every symbol has the assumptions that the theorems need, and a name of its own."""

from sympy import Symbol

from elu_sym import symbols

POSITIVE = {
    *("alpha", "sigma", "slope", "scale", "level", "rate", "distance", "excess", "radius"),
    *("weight", "height", "smoothness", "steepness", "strike", "significand_steps"),
    "learning_rate",
}
REAL = {"x", "y", "z", "mu", "threshold", "offset", "amplitude", "slack", "seed"}


def test_assumptions() -> None:
    found = {name: value for name, value in vars(symbols).items() if isinstance(value, Symbol)}
    assert set(found) == POSITIVE | REAL
    for name, symbol in found.items():
        assert symbol.is_real
        assert symbol.is_finite
        assert bool(symbol.is_positive) == (name in POSITIVE)


def test_names_are_distinct() -> None:
    found = [value for value in vars(symbols).values() if isinstance(value, Symbol)]
    assert len({symbol.name for symbol in found}) == len(found)
