"""Compare every formula of an installed package in C with NumPy; needs nothing but that."""

from elu_sym import FORMULAS, JOINT_FORMULAS
from elu_sym.numeric import joint_expectations
from elu_sym.numeric.function import implementation

PLACE = {"mu": 0.3, "sigma": 1.2, "alpha": 1.5, "slope": 0.2, "scale": 1.05, "level": 0.5}
PAIR = (0.3, 1.2, -0.4, 0.7, 0.6)


def of_two_inputs() -> list[float]:
    return [formula(*PAIR) for formula in JOINT_FORMULAS.values()]


def main() -> None:
    assert implementation() == "C", "the compiled module is not in use"
    pairs = []
    for formula in FORMULAS.values():
        place = [PLACE[name] for name in formula.numeric.arguments]
        pairs.append((formula.numeric(*place), formula.numeric.by_numpy(*place)))
    compiled = of_two_inputs()
    joint_expectations.compiled_module = lambda: None
    pairs += zip(compiled, of_two_inputs(), strict=True)
    wrong = [pair for pair in pairs if not abs(pair[0] - pair[1]) <= 1e-13 * abs(pair[1])]
    assert not wrong, wrong
    print(len(pairs), "formulas")


if __name__ == "__main__":
    main()
