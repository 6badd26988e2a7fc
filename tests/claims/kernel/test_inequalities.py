"""Inequalities on boxes: trees prove, and nothing that is false passes."""

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Abs, Expr, Rational, S, Symbol, cos, exp, log, sqrt

from elu_sym.algebra.enclosure import exact
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.claims.branch_and_bound import on_box
from elu_sym.claims.formulas import at_most, for_all, less
from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.inequalities import Box, halved, intervals, walk
from elu_sym.claims.kernel.language import Formula, implies
from elu_sym.claims.tactics import intro
from elu_sym.symbols import mu, sigma

R = Rational
PRECISION = 64

LINE: Box = ((mu, R(-1), R(1)),)
PLANE: Box = (*LINE, (sigma, R(1, 2), R(2)))


def positive_on(box: Box, value: Expr) -> Formula:
    ends = [end for s, low, high in box for end in (at_most(low, s), at_most(s, high))]
    return for_all(*(s for s, _, _ in box), implies(*ends, less(0, value)))


def tree_of(box: Box, value: Expr) -> str:
    """The tree that the search finds."""
    proof: Any = prove(positive_on(box, value), intro(on_box(box))).proof
    while proof[0] != "cover":
        proof = proof[-1]
    return str(proof[-1])


TRUE = {
    "a sum": (exp(mu) - mu - R(99, 100), LINE),
    "two variables": (mu**2 + sigma - R(49, 100), PLANE),
    "a distribution": (NormalCdf(mu / sigma) - R(2, 100), PLANE),
    "Mills": (MillsRatio(mu) * NormalPdf(mu) + NormalCdf(mu) - R(99, 100), LINE),
}
FALSE = {
    "a sum": (exp(mu) - mu - R(101, 100), LINE),
    "a zero, and no negative value": (exp(mu) - mu - 1, LINE),
    "two variables": (mu**2 + sigma - R(51, 100), PLANE),
    "a distribution": (NormalCdf(mu / sigma) - R(3, 100), PLANE),
    "a square with zeros at no rational point": ((mu**2 - R(1, 2)) ** 2, LINE),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_tree_is_found_where_there_is_one(name: str) -> None:
    value, box = TRUE[name]
    formula = positive_on(box, value)
    assert prove(formula, intro(on_box(box))).statement == formula


@pytest.mark.parametrize("name", FALSE)
def test_there_is_no_tree_of_what_is_false(name: str) -> None:
    value, box = FALSE[name]
    with pytest.raises(RejectedError, match="is not seen at"):
        prove(positive_on(box, value), intro(on_box(box)))


TRUTH = exp(mu - sigma) - (mu - sigma) - R(99, 100)
"""At least 1/100, which it takes on the line mu = sigma."""


@pytest.fixture(scope="module")
def tree() -> str:
    found = tree_of(PLANE, TRUTH)
    assert {"0", "1", "m"} <= set(found)
    return found


def pruned(tree: str) -> str:
    """The last node with two leaves as one leaf."""
    place = max(tree.rfind(f"{axis}mm") for axis in "01")
    assert place >= 0
    return f"{tree[:place]}m{tree[place + 3 :]}"


TAMPERED: dict[str, tuple[Callable[[str], str], str]] = {
    "truncated": (lambda tree: tree[:-1], "leaves 1 boxes open"),
    "empty": (lambda tree: "", "leaves 1 boxes open"),
    "too long": (lambda tree: tree + "m", "goes on after the last box"),
    "another axis": (lambda tree: "2" + tree[1:], "2 is no mark"),
    "an unknown mark": (lambda tree: "x" + tree[1:], "x is no mark"),
    "a digit that is no axis": (lambda tree: "²" + tree[1:], "is no mark"),
    "no division": (lambda tree: "m", "nothing is seen"),
    "a form too coarse": (lambda tree: tree.replace("m", "n"), "nothing is seen"),
    "a subtree cut": (pruned, "nothing is seen"),
}


def test_a_tree_is_accepted(tree: str) -> None:
    walk(TRUTH, PLANE, PRECISION, tree)


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_tree_is_rejected(name: str, tree: str) -> None:
    tamper, reason = TAMPERED[name]
    with pytest.raises(RejectedError, match=reason):
        walk(TRUTH, PLANE, PRECISION, tamper(tree))


def test_a_tree_proves_what_is_less_and_nothing_that_is_false(tree: str) -> None:
    walk(TRUTH + R(1, 1000), PLANE, PRECISION, tree)
    with pytest.raises(RejectedError, match="nothing is seen"):
        walk(TRUTH - R(2, 100), PLANE, PRECISION, tree)


@pytest.mark.parametrize("mark", "nm")
@pytest.mark.parametrize(
    "expression", [1 / mu**2, exp(1 / mu), log(mu) ** 2, sqrt(mu) + 2], ids=str
)
def test_a_bound_that_is_no_number_proves_nothing(expression: Expr, mark: str) -> None:
    with pytest.raises(RejectedError, match="nothing is seen"):
        walk(expression, LINE, PRECISION, mark)


@pytest.mark.parametrize("expression", [Abs(mu) + R(1, 10), sqrt(mu + 2) - R(9, 10)], ids=str)
def test_turning_points_and_roots_are_enclosed(expression: Expr) -> None:
    walk(expression, LINE, PRECISION, "n")


NO_BOX: dict[str, tuple[Box, str]] = {
    "beyond the assumption": (((sigma, R(-1), R(1)),), "goes beyond"),
    "0 is not positive": (((sigma, R(0), R(1)),), "goes beyond"),
    "an interval turned around": (((mu, R(1), R(-1)),), "no interval"),
    "a float": (((mu, S(0.5), R(1)),), "no interval of rational"),
    "integers": (((Symbol("n", integer=True), R(0), R(1)),), "real number"),
    "no axis": ((), "one to 10"),
    "an axis twice": (LINE + LINE, "different symbols"),
}


@pytest.mark.parametrize("name", NO_BOX)
def test_what_is_no_box_is_refused(name: str) -> None:
    box, reason = NO_BOX[name]
    with pytest.raises(ValueError, match=reason):
        intervals(box)


@pytest.mark.parametrize(
    ("expression", "reason"), [(cos(mu) + 2, "no enclosure"), (mu + sigma, "no interval")]
)
def test_what_cannot_be_enclosed_is_refused(expression: Expr, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        walk(expression, LINE, PRECISION, "n")


def test_the_two_halves_of_a_box_are_the_box() -> None:
    whole = (exact(R(-1)), exact(R(2))), (exact(R(1, 3)), exact(R(1, 2)))
    for axis in (0, 1):
        lower, upper = halved(whole, axis)
        assert lower[1 - axis] == upper[1 - axis] == whole[1 - axis]
        assert lower[axis][1] == upper[axis][0]
        assert (lower[axis][0], upper[axis][1]) == whole[axis]
