"""Branch and bound: enclosures contain, covers prove, and nothing that is false passes."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import flint
import pytest
from expressions import expressions
from hypothesis import assume, given, settings, strategies as st
from mutants import mutated_copy, run_in
from sympy import Abs, Expr, Rational, S, Symbol, cos, diff, erf, erfc, exp, log, sqrt

from elu_sym import variance
from elu_sym.algebra import interval_enclosure
from elu_sym.algebra.enclosure import enclose, exact
from elu_sym.algebra.interval_enclosure import BoxFunction, CentredForm
from elu_sym.algebra.normal_form import is_zero
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf
from elu_sym.certify.witness import Evidence
from elu_sym.claims.chapters.moments import box_inequalities
from elu_sym.claims.chapters.moments.box_inequalities import CLAIMS
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.covers.__main__ import main, stored_files
from elu_sym.claims.covers.cover import FOLDER, Box, Cover, CoverError, halved, read, recheck
from elu_sym.claims.covers.search import MANY_BOXES, search
from elu_sym.claims.rules.enclosures import PositiveOnBox
from elu_sym.symbols import alpha, mu, sigma

R = Rational
PRECISION = 64
AXES = (mu, sigma, alpha)

COVERED = {inequality.cover: inequality for inequality in box_inequalities.COVERED}

SMALL = ("variance_below_share", "mean_above_quotient", "selu_slope_below")
"""Covers that a search finds in less than a second."""


def interval(low: Any, high: Any) -> tuple[Any, Any]:
    return exact(S(low)), exact(S(high))


def violation(function: BoxFunction, expression: Expr, box: Box, point: Sequence[Rational]) -> str:
    """What an enclosure over a box says that is wrong at a point of the box, or nothing."""
    place = dict(zip((symbol for symbol, _, _ in box), point, strict=True))
    value = enclose(expression, place, 256)
    intervals = [interval(low, high) for _, low, high in box]
    with flint.ctx.workprec(PRECISION):
        natural, form = function.natural(intervals), function.centred(intervals)
        if not value.is_finite():
            # Where the expression has no value, no enclosure may show that it is positive.
            return "a pole is positive" if natural > 0 or form.lower > 0 else ""
        if natural.is_finite() and not natural.overlaps(value):
            return f"{value} is not in {natural}"
        if value < form.lower:
            return f"{value} lies below {form.lower}"
    return ""


ordinates = st.fractions(0, 1, max_denominator=16).map(lambda q: R(str(q)))
widths = st.fractions("1/64", 2, max_denominator=64).map(lambda q: R(str(q)))
lower_ends = {
    mu: st.fractions(-3, 2, max_denominator=8).map(lambda q: R(str(q))),
    sigma: st.fractions("1/4", 2, max_denominator=8).map(lambda q: R(str(q))),
    alpha: st.fractions("1/4", 2, max_denominator=8).map(lambda q: R(str(q))),
}
boxes = st.tuples(*(st.tuples(lower_ends[symbol], widths) for symbol in AXES)).map(
    lambda ends: tuple(
        (symbol, low, low + width) for symbol, (low, width) in zip(AXES, ends, strict=True)
    )
)
shapes = st.sampled_from(
    [
        *(lambda e: e, lambda e: e**2, lambda e: e**3, lambda e: 1 / e, lambda e: e**-2),
        *(Abs, erf, erfc, NormalPdf, NormalCdf, lambda e: exp(-(e**2))),
        *(lambda e: sqrt(1 + e**2), lambda e: log(1 + e**2), lambda e: (1 + e**2) ** R(1, 3)),
    ]
)


@given(expressions, shapes, boxes, st.tuples(ordinates, ordinates, ordinates))
@settings(max_examples=80, deadline=None)
def test_what_an_expression_is_at_a_point_lies_in_its_enclosure_over_a_box(
    inner: Expr, shape: Callable[[Expr], Expr], box: Box, shares: tuple[Rational, ...]
) -> None:
    assume(inner != 0)
    expression = shape(inner)
    assume(not expression.has(S.ComplexInfinity, S.NaN))
    function = BoxFunction(expression, AXES, PRECISION)
    point = [low + share * (high - low) for (_, low, high), share in zip(box, shares, strict=True)]
    assert violation(function, expression, box, point) == ""


UNIT: Box = ((mu, R(-1), R(1)),)
TURNS = [
    *(mu**2, Abs(mu), NormalPdf(mu), 1 / mu, 1 / mu**2, log(mu), 1 / sqrt(mu), mu**3 - mu),
    *(sqrt(mu + 2), 1 / sqrt(mu + 2), (mu + 2) ** R(1, 3), (mu + 2) ** R(-5, 2)),
]


@pytest.mark.parametrize("expression", TURNS, ids=str)
def test_turning_points_and_poles_inside_a_box(expression: Expr) -> None:
    function = BoxFunction(expression, (mu,), PRECISION)
    for number in range(-8, 9):
        assert violation(function, expression, UNIT, [R(number, 8)]) == "", number


def without_turning_point(t: Any, exponent: int) -> Any:
    return (t.lower() ** exponent).union(t.upper() ** exponent)


MONOTONE, TURNING_AT_ZERO = interval_enclosure._monotone, interval_enclosure._turning_at_zero
MUTANTS: dict[str, tuple[str, Any]] = {
    "an even power and a pole taken at the ends": ("_power_on_box", without_turning_point),
    "Abs taken at the ends": (
        "_turning_at_zero",
        lambda f: MONOTONE(f) if f is abs else TURNING_AT_ZERO(f),
    ),
    "a density without its peak": (
        "_turning_at_zero",
        lambda f: TURNING_AT_ZERO(f) if f is abs else MONOTONE(f),
    ),
    "every function taken in the middle": ("_monotone", lambda f: lambda t: f(t.mid())),
}
SEEN_AT = [*TURNS, exp(mu), NormalCdf(mu), MillsRatio(mu)]


def is_noticed() -> bool:
    interval_enclosure._programs.cache_clear()  # of the operations that were there before
    return any(
        violation(BoxFunction(expression, (mu,), PRECISION), expression, UNIT, [R(number, 8)])
        for expression in SEEN_AT
        for number in range(-8, 9)
    )


@pytest.mark.parametrize("name", MUTANTS)
def test_an_unsound_enclosure_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_noticed()
    monkeypatch.setattr(interval_enclosure, *MUTANTS[name])
    assert is_noticed()
    interval_enclosure._programs.cache_clear()  # of the unsound ones


def test_a_mean_value_form_without_its_loss_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = BoxFunction.centred

    def unsound(self: BoxFunction, box: Any) -> CentredForm:
        form = sound(self, box)
        return CentredForm(form.value.lower(), form.base, form.value, form.changes)

    monkeypatch.setattr(BoxFunction, "centred", unsound)
    assert is_noticed()


def test_the_mean_value_form_gains_by_the_square_of_the_width() -> None:
    function = BoxFunction(exp(mu) - mu, (mu,), PRECISION)
    losses = []
    with flint.ctx.workprec(PRECISION):
        for width in (R(1, 16), R(1, 32), R(1, 64)):
            form = function.centred([interval(-width, width)])
            losses.append(1 - float(form.lower))
            assert 1 - float(function.natural([interval(-width, width)]).lower()) > width
    assert losses[0] < R(1, 100)
    assert losses[1] / losses[0] == pytest.approx(1 / 4, rel=0.1)
    assert losses[2] / losses[1] == pytest.approx(1 / 4, rel=0.1)


def test_numbers_are_enclosed_and_not_rounded() -> None:
    function = BoxFunction(mu / 3 + sqrt(S(2)), (mu,), PRECISION)
    with flint.ctx.workprec(PRECISION):
        ball = function.at([exact(S(1))])
        assert ball.overlaps(flint.arb(flint.fmpq(1, 3)) + flint.arb(2).sqrt())
        assert ball.rad() > 0


PLANE: Box = ((mu, R(-1), R(1)), (sigma, R(1, 2), R(2)))
TRUE = [
    PositiveOnBox(exp(mu) - mu - R(99, 100), UNIT),
    PositiveOnBox(mu**2 + sigma - R(49, 100), PLANE),
    PositiveOnBox(NormalCdf(mu / sigma) - R(2, 100), PLANE),
    PositiveOnBox(MillsRatio(mu) * NormalPdf(mu) + NormalCdf(mu) - R(99, 100), UNIT),
    PositiveOnBox(Abs(mu) + R(1, 10), UNIT),
    PositiveOnBox(mu + 2, ((mu, R(1), R(1)),)),
    PositiveOnBox(mu + alpha, UNIT, values=((alpha, sqrt(S(2))),)),
]
FALSE = [
    PositiveOnBox(exp(mu) - mu - R(101, 100), UNIT),
    PositiveOnBox(exp(mu) - mu - 1, UNIT),  # a zero, and no negative value
    PositiveOnBox(mu**2 + sigma - R(51, 100), PLANE),
    PositiveOnBox(NormalCdf(mu / sigma) - R(3, 100), PLANE),
    PositiveOnBox(R(9, 10) - Abs(mu), UNIT),
    PositiveOnBox(mu - 1, ((mu, R(1), R(1)),)),
    PositiveOnBox(mu + alpha, UNIT, values=((alpha, 1 / sqrt(S(2))),)),
]
OPEN = {
    "zero at no rational point": (PositiveOnBox((mu**2 - R(1, 2)) ** 2, UNIT), "stuck on mu in"),
    "a pole": (PositiveOnBox(1 / mu**2, UNIT), "stuck on mu in"),
    "an unknown function": (PositiveOnBox(cos(mu) + 2, UNIT), "no enclosure"),
    "a symbol without an interval": (PositiveOnBox(mu + sigma, UNIT), "no interval for the symbol"),
    "beyond the assumption": (PositiveOnBox(sigma + 2, ((sigma, R(-1), R(1)),)), "goes beyond"),
    "0 is not positive": (PositiveOnBox(sigma + 2, ((sigma, R(0), R(1)),)), "goes beyond"),
    "an interval turned around": (PositiveOnBox(mu + 2, ((mu, R(1), R(-1)),)), "no interval"),
    "a float": (PositiveOnBox(mu + 2, ((mu, S(0.5), R(1)),)), "no interval of rational"),
    "integers": (PositiveOnBox(S.One, ((Symbol("n", integer=True), R(0), R(1)),)), "real number"),
    "no axis": (PositiveOnBox(S.One, ()), "one to 10"),
    "an axis twice": (PositiveOnBox(mu + 2, UNIT + UNIT), "different symbols"),
    "no such cover": (PositiveOnBox(mu + 2, UNIT, "missing"), "there is no cover"),
}


@pytest.mark.parametrize("assertion", TRUE, ids=lambda assertion: assertion.to_text())
def test_true(assertion: PositiveOnBox) -> None:
    step = assertion.check()
    assert step.holds is True, step.detail
    assert step.evidence is Evidence.ENCLOSURE
    assert "searched for" in step.detail


@pytest.mark.parametrize("assertion", FALSE, ids=lambda assertion: assertion.to_text())
def test_false(assertion: PositiveOnBox) -> None:
    step = assertion.check()
    assert step.holds is False, step.detail
    assert_is_counterexample(assertion, step.witness)


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    assertion, reason = OPEN[name]
    step = assertion.check()
    assert step.holds is None
    assert reason in step.detail


@pytest.mark.parametrize("assertion", [*TRUE, *FALSE], ids=lambda assertion: assertion.to_text())
def test_prints_and_repeats(assertion: PositiveOnBox) -> None:
    assert assertion.to_latex().count("{") == assertion.to_latex().count("}")
    assert assertion.check() == assertion.check()


def test_a_cover_of_something_else_proves_nothing_and_a_search_may_refute() -> None:
    name = SMALL[0]
    true, false = replace(TRUE[0], cover=name), replace(FALSE[0], cover=name)
    assert true.check().holds is None
    assert "make covers" in true.check().detail
    assert false.check().holds is False


def assert_is_counterexample(assertion: PositiveOnBox, witness: Any) -> None:
    """The witness is a point of the box at which the expression is not positive."""
    assert witness
    assert all(low <= witness[symbol] <= high for symbol, low, high in assertion.box)
    ball = enclose(assertion.closed_form, witness, 512)
    assert ball.is_finite()
    assert not ball > 0


def test_a_budget_ends_the_search_and_says_where_it_is_stuck() -> None:
    box: Box = ((mu, R(-1), R(1)), (sigma, R(1), R(2)))
    expression = mu**2 - mu * sigma + sigma**2 / 4 + R(1, 10**4)
    found = search(expression, box, 50)
    assert (found.cover, found.witness) == (None, None)
    assert "boxes do not suffice; stuck on mu in [" in found.detail
    assert search(expression, box, MANY_BOXES).cover is not None


TRUTH = exp(mu - sigma) - (mu - sigma) - R(99, 100)
"""At least 1/100, which it takes on the line mu = sigma."""


@pytest.fixture(scope="module")
def cover() -> Cover:
    found = search(TRUTH, PLANE, MANY_BOXES)
    assert found.cover is not None
    assert {"0", "1", "m"} <= set(found.cover.tree)
    return found.cover


TAMPERED: dict[str, tuple[Callable[[Cover], Cover], str]] = {
    "truncated": (lambda c: replace(c, tree=c.tree[:-1]), "leaves 1 boxes open"),
    "empty": (lambda c: replace(c, tree=""), "leaves 1 boxes open"),
    "too long": (lambda c: replace(c, tree=c.tree + "m"), "goes on after the last box"),
    "another axis": (lambda c: replace(c, tree="2" + c.tree[1:]), "axis 2, the box has 2"),
    "an unknown mark": (lambda c: replace(c, tree="x" + c.tree[1:]), "unknown mark 'x'"),
    "a digit that is no axis": (lambda c: replace(c, tree="²" + c.tree[1:]), "unknown mark"),
    "no division": (lambda c: replace(c, tree="m"), "leaf 1 is not proved"),
    "a form too coarse": (lambda c: replace(c, tree=c.tree.replace("m", "n")), "is not proved"),
    "a subtree cut": (lambda c: replace(c, tree=_pruned(c.tree)), "is not proved"),
    "another expression": (lambda c: replace(c, expression="mu"), "another expression or box"),
    "a smaller box": (
        lambda c: replace(c, box=(("mu", "0", "1"), c.box[1])),
        "another expression or box",
    ),
    "axes exchanged": (lambda c: replace(c, box=c.box[::-1]), "another expression or box"),
}


def _pruned(tree: str) -> str:
    """The last node with two leaves as one leaf."""
    place = max(tree.rfind(f"{axis}mm") for axis in "01")
    assert place >= 0
    return f"{tree[:place]}m{tree[place + 3 :]}"


def test_a_cover_is_accepted(cover: Cover) -> None:
    checked = recheck(cover, TRUTH, PLANE)
    assert checked.natural + checked.centred == cover.leaves > 10


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_cover_is_rejected(name: str, cover: Cover) -> None:
    tamper, reason = TAMPERED[name]
    with pytest.raises(CoverError, match=reason):
        recheck(tamper(cover), TRUTH, PLANE)


@pytest.mark.parametrize("mark", "nm")
@pytest.mark.parametrize(
    "expression", [1 / mu**2, exp(1 / mu), log(mu) ** 2, sqrt(mu) + 2], ids=str
)
def test_a_bound_that_is_no_number_proves_nothing(expression: Expr, mark: str) -> None:
    with pytest.raises(CoverError, match="leaf 1 is not proved"):
        recheck(Cover.of(expression, UNIT, PRECISION, mark), expression, UNIT)


def test_the_two_halves_of_a_box_are_the_box() -> None:
    whole = (interval(-1, 2), interval(R(1, 3), R(1, 2)))
    for axis in (0, 1):
        lower, upper = halved(whole, axis)
        assert lower[1 - axis] == upper[1 - axis] == whole[1 - axis]
        assert lower[axis][1] == upper[axis][0]
        assert (lower[axis][0], upper[axis][1]) == whole[axis]


@pytest.mark.parametrize("change", [R(-1, 1000), R(2, 100)])
def test_a_cover_for_another_statement_is_rejected(change: Rational, cover: Cover) -> None:
    other = TRUTH - change
    with pytest.raises(CoverError, match="another expression or box"):
        recheck(cover, other, PLANE)
    # Even under a false label it proves no more than what is true.
    relabelled = replace(cover, expression=str(other))
    if change > 0:
        with pytest.raises(CoverError, match="is not proved"):
            recheck(relabelled, other, PLANE)
    else:
        recheck(relabelled, other, PLANE)


BROKEN = {
    "no JSON": "{",
    "a list": "[]",
    "no leaves": '{"box": [], "expression": "1", "precision": 64, "tree": "n"}',
    "another count": '{"box": [], "expression": "1", "leaves": 2, "precision": 64, "tree": "n"}',
    "few bits": '{"box": [], "expression": "1", "leaves": 1, "precision": 2, "tree": "n"}',
    "too many bits": '{"box": [], "expression": "1", "leaves": 1, "precision": 9999, "tree": "n"}',
    "a key more": '{"a": 1, "box": [], "expression": "", "leaves": 0, "precision": 64, "tree": ""}',
    "no text": '{"box": [], "expression": "1", "leaves": 0, "precision": 64, "tree": []}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_cover_is_rejected(name: str) -> None:
    with pytest.raises(CoverError):
        Cover.from_json(BROKEN[name])


def test_a_cover_survives_its_file(cover: Cover, tmp_path: Path) -> None:
    (tmp_path / "plane.json").write_text(cover.to_json(), encoding="utf-8")
    assert read("plane", tmp_path) == cover


@pytest.mark.parametrize("name", COVERED)
def test_stored_covers_prove_without_a_search(name: str) -> None:
    inequality, stored = COVERED[name], read(name)
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == stored.to_json()
    checked = recheck(stored, inequality.closed_form, inequality.box)
    assert checked.natural + checked.centred == stored.leaves
    # A leaf is enclosed once, in the mean value form at its base point, too.
    assert checked.enclosures == checked.natural + 2 * checked.centred


@pytest.mark.parametrize("name", SMALL)
def test_a_recheck_takes_less_than_half_the_enclosures_of_the_search(name: str) -> None:
    inequality = COVERED[name]
    found = search(inequality.closed_form, inequality.box, MANY_BOXES)
    assert found.cover is not None
    checked = recheck(found.cover, inequality.closed_form, inequality.box)
    assert 2 * checked.enclosures < found.enclosures


def test_every_stored_file_belongs_to_a_claim() -> None:
    assert len(box_inequalities.COVERED) == len(COVERED)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(stored_files()) > set(COVERED)


def assert_found_again(names: Sequence[str], folder: Path) -> None:
    assert main([*names], folder) == 0
    assert {path.stem for path in folder.iterdir()} == set(names)
    for name in names:
        found, stored = (place / f"{name}.json" for place in (folder, FOLDER))
        assert found.read_text(encoding="utf-8") == stored.read_text(encoding="utf-8")


@pytest.mark.deep
def test_covers_are_found_again_to_the_byte(tmp_path: Path) -> None:
    assert_found_again(SMALL, tmp_path)
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    code = f"""
from elu_sym.claims.covers.__main__ import derived
print(*map(derived, {SMALL}), sep="", end="")
"""
    command = [sys.executable, "-W", "error", "-c", code]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert finished.stdout == "".join(read(name).to_json() for name in SMALL)


@pytest.mark.deep
def test_every_cover_is_found_again_to_the_byte(tmp_path: Path) -> None:
    assert_found_again([*COVERED], tmp_path)


def test_the_command_counts_what_it_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", *SMALL]) == 0
    assert "3 covers are up to date" in capsys.readouterr().out


def test_check_notices_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = SMALL[0]
    stored = read(name)
    changed = replace(stored, precision=65).to_json()
    (tmp_path / f"{name}.json").write_text(changed, encoding="utf-8")
    assert main(["--check", name], tmp_path) == 1
    assert name in capsys.readouterr().err


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claims_have_their_verdicts_and_neighbours_are_refuted(claim: Claim) -> None:
    outcome = claim.check()
    assert outcome.is_expected, outcome.to_text()
    assert claim.neighbours
    for neighbour in claim.false_claims:
        refuted = neighbour.check()
        assert refuted.verdict is Verdict.REFUTED, refuted.to_text()


CHECK_CONTRACTION = """
from elu_sym.claims.chapters.moments.box_inequalities import CLAIMS
claim = next(claim for claim in CLAIMS if claim.id == "moments.variance_contracts")
print(claim.check().verdict.value)
"""


@pytest.mark.parametrize("definition", ["2*alpha*(exp(x) - 1)", "alpha*(exp(x) + 1)"])
def test_another_definition_leaves_no_cover_valid(definition: str, tmp_path: Path) -> None:
    found = run_in(mutated_copy(tmp_path, definition), CHECK_CONTRACTION)
    assert found.split() == ["UNKNOWN"]


def test_the_certified_expression_is_the_one_of_the_book() -> None:
    inequality = COVERED["variance_increases_with_sigma"]
    slope = diff(variance.closed_form, sigma).xreplace({alpha: S.One})
    assert is_zero(2 * sigma * inequality.closed_form - slope)
