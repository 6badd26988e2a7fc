"""One sentence, printed in two ways."""

from collections.abc import Iterable

import pytest
from sympy import Basic, S, sqrt

from elu_sym.algebra.enclosure import Point
from elu_sym.claims.assertion import AND, IFF, Assertion, Notation, Step
from elu_sym.symbols import alpha, x


class Said(Assertion):
    """An assertion whose sentence and finding the test chooses."""

    parts: tuple[str | Basic | Notation, ...]
    holds: bool | None = None
    rule = "announcement"

    def sentence(self) -> Iterable[str | Basic | Notation]:
        return self.parts

    def decide(self) -> Step:
        if self.holds is False:
            return self.refuted("the test says so", {alpha: S.Half})
        return self.proved("the test says so") if self.holds else self.undecided("nobody asked")


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
        ((x, "=", S.Zero, AND, alpha, "=", S.One), "x = 0 and alpha = 1", r"x = 0,\; \alpha = 1"),
        ((x, ">", S.Zero, IFF, alpha), "x > 0 if and only if alpha", r"x > 0 \iff \alpha"),
    ],
)
def test_it_is_printed_in_two_ways(
    parts: tuple[str | Basic | Notation, ...], text: str, formula: str
) -> None:
    assert Said(parts).to_text() == text
    assert Said(parts).to_latex() == formula


TRUE, FALSE, OPEN = (
    Said((words,), holds) for words, holds in (("a", True), ("b", False), ("c", None))
)
CONCLUSION = Said(("d",))


def test_a_conclusion_holds_if_there_are_premises_and_all_of_them_do() -> None:
    assert CONCLUSION.concluded("so", [TRUE, TRUE.check()]).holds is True
    assert CONCLUSION.concluded("so", [TRUE, OPEN]).holds is None
    assert CONCLUSION.concluded("so", []).holds is None


def test_a_false_premise_refutes_only_what_entails_it() -> None:
    refuted = CONCLUSION.concluded("so", [TRUE, FALSE], at={alpha: S.One, x: S.Zero})
    assert (refuted.holds, refuted.witness) == (False, {alpha: S.Half, x: S.Zero})
    assert refuted.detail == "b fails"
    assert CONCLUSION.concluded("so", [TRUE, FALSE], entailed=()).holds is None
    assert CONCLUSION.concluded("so", [OPEN, FALSE]).holds is None
    assert CONCLUSION.concluded("so", [OPEN, FALSE], entailed=[FALSE.check()]).holds is False
    apart = CONCLUSION.concluded("so", [OPEN], entailed=[FALSE.check()], failure="no")
    assert (apart.detail, apart.premises[-1].assertion) == ("no", FALSE)


def test_what_is_open_is_refuted_at_the_first_point_that_fails() -> None:
    points = [{alpha: S(number)} for number in range(4)]

    def too_large(point: Point) -> str:
        return "too large" if point[alpha] > 1 else ""

    step = OPEN.check().unless(points, too_large, {x: S.Zero})
    assert (step.holds, step.detail, step.witness) == (False, "too large", {x: 0, alpha: 2})
    assert OPEN.check().unless(points[:2], too_large) == OPEN.check()
    assert TRUE.check().unless(points, too_large) == TRUE.check()
    opposed = OPEN.check().unless(points, lambda _: TRUE.check())
    assert (opposed.holds, opposed.detail, opposed.premises) == (False, "here a", (TRUE.check(),))
    assert OPEN.check().unless(points, lambda _: FALSE.check()).holds is None
