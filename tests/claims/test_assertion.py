"""One sentence, printed in two ways."""

from collections.abc import Iterable

import pytest
from sympy import Basic, sqrt

from elu_sym.claims.assertion import Assertion, Notation, Step
from elu_sym.symbols import alpha, x


class Said(Assertion):
    """An assertion whose sentence the test chooses."""

    parts: tuple[str | Basic | Notation, ...]
    rule = "announcement"

    def sentence(self) -> Iterable[str | Basic | Notation]:
        return self.parts

    def decide(self) -> Step:
        return self.undecided("nobody asked")


@pytest.mark.parametrize(
    ("parts", "text", "formula"),
    [
        ((sqrt(x), ">=", alpha), "sqrt(x) >= alpha", r"\sqrt{x} \ge \alpha"),
        ((x, "is even"), "x is even", r"x \text{ is even }"),
        ((x, ", for every", alpha), "x, for every alpha", r"x \text{, for every } \alpha"),
        (("the root of", x, "."), "the root of x.", r"\text{ the root of } x \text{. }"),
        ((x, "= 0 at 50%"), "x = 0 at 50%", r"x = 0 \text{ at 50\% }"),
        ((Notation("E[x]", r"\mathbb{E} x"), "-> 1"), "E[x] -> 1", r"\mathbb{E} x \to 1"),
        (("in {x}",), "in {x}", r"\text{ in \{x\} }"),
    ],
)
def test_it_is_printed_in_two_ways(
    parts: tuple[str | Basic | Notation, ...], text: str, formula: str
) -> None:
    assert Said(parts).to_text() == text
    assert Said(parts).to_latex() == formula
