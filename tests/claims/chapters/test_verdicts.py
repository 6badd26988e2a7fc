"""The true claims are PROVED, their false neighbours REFUTED, and what is out of reach UNKNOWN."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sympy import Expr, Float, Rational, S, cos, exp, oo, sin

import elu_sym
from elu_sym.activations import Celu, Elu, EluDerivative, Relu
from elu_sym.algebra.enclosure import enclose
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion
from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.claims.chapters.retired import RETIRED
from elu_sym.claims.claim import Claim, Verdict
from elu_sym.claims.rules.calculus import LimitAtInfinity
from elu_sym.claims.rules.elementary import Equality, Nonzero, Positive, Side, UniqueSolution
from elu_sym.claims.rules.function_shape import CoincideOnlyAt, Convex, Range, StrictlyMonotone
from elu_sym.claims.rules.kink import Jump, NeverSmooth, OneSidedDerivative, Smooth, SmoothOnlyAt
from elu_sym.symbols import alpha, amplitude, offset, x

VERDICTS = [
    line.split()
    for line in Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8").splitlines()
]
"""Every id with its verdict, or RETIRED in place of it; an id that is here once stays."""


def claim_of(*assertions: Assertion, statement: str = "A neighbour.") -> Claim:
    return Claim(
        id="test.neighbour", statement=statement, proof=lambda: assertions, source="the tests"
    )


def test_ids_are_permanent_and_verdicts_known() -> None:
    made = [line for line in VERDICTS if line[1] != "RETIRED"]
    assert [[claim.id, claim.expected.value] for claim in CLAIMS.values()] == made
    assert [name for name, verdict in VERDICTS if verdict == "RETIRED"] == [
        name for name, _ in VERDICTS if name in RETIRED
    ]
    assert len({name for name, _ in VERDICTS}) == len(VERDICTS) == len(CLAIMS) + len(RETIRED)


def test_there_are_many_claims_of_every_verdict_and_more_false_neighbours() -> None:
    verdicts = {claim.expected for claim in CLAIMS.values()}
    assert verdicts == {Verdict.PROVED, Verdict.REFUTED, Verdict.MEASURED}
    assert len(CLAIMS) >= 60
    assert sum(len(claim.neighbours) for claim in CLAIMS.values()) >= len(CLAIMS)
    assert {claim.chapter for claim in CLAIMS.values()} == set(CHAPTERS)


@pytest.mark.parametrize("name", CLAIMS)
def test_claim_has_its_verdict(name: str) -> None:
    outcome = CLAIMS[name].check()
    assert outcome.is_expected, outcome.to_text()
    assert bool(outcome.witness) == (outcome.verdict is Verdict.REFUTED)
    measured = any(step.evidence is Evidence.EXPERIMENT for step in outcome.numbered_steps)
    assert outcome.verdict is not Verdict.PROVED or not measured
    assert outcome.to_markdown().count("$") % 2 == 0
    for step in outcome.numbered_steps:
        same = isinstance(step.assertion, Equality) and step.assertion.left == step.assertion.right
        assert not same, step.assertion.to_text()


@pytest.mark.parametrize("name", CLAIMS)
def test_neighbours_are_refuted_at_an_exact_point(name: str) -> None:
    claim = CLAIMS[name]
    statements = [claim.statement, *claim.neighbours]
    assert len(set(statements)) == len(statements) > 1
    for false in claim.false_claims:
        outcome = false.check()
        assert outcome.verdict is Verdict.REFUTED, outcome.to_text()
        assert outcome.witness, outcome.to_text()
        # A number that need not be rational, or a law in words.
        assert not any(value.has(Float) for value in outcome.witness.values())


def test_construction_has_every_part() -> None:
    text = CLAIMS["construction.unique"].check().to_text()
    for part in (
        "(x if 0 <= x else p + q*exp(x*k)) -> 0 as x -> 0-",
        "(x if 0 <= x else p + q*exp(x*k)) -> -alpha as x -> -oo",
        "if and only if (p = -alpha and q = alpha)",
        "(x if 0 <= x else -alpha + alpha*exp(x)) = ELU(x, alpha)",
        "(x if 0 <= x else -alpha + alpha*exp(x*k)) is of class C^1 if and only if k = 1/alpha",
        "(x if 0 <= x else -alpha + alpha*exp(x/alpha)) = CELU(x, alpha)",
        "(for all x: ELU(x, alpha) = CELU(x, alpha)) if and only if alpha = 1",
    ):
        assert part in text, part


def test_simplify_judges_nothing() -> None:
    package = Path(elu_sym.__file__).parent
    for module in package.glob("claims/**/*.py"):
        assert "simplify" not in module.read_text(encoding="utf-8"), module.name


@dataclass(frozen=True)
class Neighbour:
    """A false claim, and what shows at the witness, apart from the rules, that it is false.

    The expression ``contradiction``, typed in here, is zero or has the sign of the claim wherever
    the claim holds; at the witness it must be enclosed away from zero, and negative if ``sign``.
    """

    statement: str
    assertion: Assertion
    contradiction: Expr
    is_negative: bool = False


f, fprime, celu = Elu(x, alpha), EluDerivative(x, alpha), Celu(x, alpha)
floor_equation, zero_equation = offset + alpha, offset + amplitude

NEIGHBOURS = [
    Neighbour("C^1 for every alpha", Smooth(f, 1), alpha - 1),
    Neighbour("C^2 at alpha = 1", Smooth(Elu(x, S.One), 2), exp(x)),
    Neighbour("C^1 if and only if alpha = 2", SmoothOnlyAt(f, 1, alpha, S(2)), alpha - 1),
    Neighbour("CELU is C^1 only at alpha = 1", SmoothOnlyAt(celu, 1, alpha, S.One), alpha - 1),
    Neighbour("CELU is C^2", Smooth(celu, 2), exp(x / alpha) / alpha),
    Neighbour("C^1 for no alpha", NeverSmooth(f, 1), alpha),
    Neighbour("range (-1, oo) for every alpha", Range(f, S(-1), oo), alpha - 1),
    Neighbour("range (-alpha, alpha)", Range(f, -alpha, alpha), alpha),
    Neighbour("odd", Equality(Elu(-x, alpha), -f, Side.RIGHT), alpha * (exp(-x) - 1) + x),
    Neighbour("even", Equality(Elu(-x, alpha), f, Side.RIGHT), alpha * (exp(-x) - 1) - x),
    Neighbour("convex for every alpha", Convex(f), 1 - alpha, is_negative=True),
    Neighbour("the jump is alpha - 1", Jump(f, alpha - 1), 2 - 2 * alpha),
    Neighbour("the left derivative at 0 is 1", OneSidedDerivative(f, Side.LEFT, S.One), alpha - 1),
    Neighbour("f' = f - alpha for x < 0", Equality(fprime, f - alpha, Side.LEFT), 2 * alpha),
    Neighbour("f' = f for x < 0", Equality(fprime, f, Side.LEFT), alpha),
    Neighbour(
        "strictly decreasing",
        StrictlyMonotone(f, increasing=False),
        -alpha * exp(x),
        is_negative=True,
    ),
    Neighbour("positive for x < 0", Positive(f, Side.LEFT), alpha * (exp(x) - 1), is_negative=True),
    Neighbour("f' < 1 for x < 0", Positive(1 - fprime, Side.LEFT), 1 - alpha * exp(x), True),
    Neighbour("f' is zero for x < 0", Equality(fprime, S.Zero, Side.LEFT), alpha * exp(x)),
    Neighbour(
        "the wishes force p = alpha",
        UniqueSolution((floor_equation, zero_equation), (offset, amplitude), (alpha, -alpha)),
        2 * alpha,
    ),
    Neighbour(
        "ELU is CELU only at alpha = 2",
        CoincideOnlyAt(f, celu, alpha, S(2)),
        alpha * (exp(x) - 1) - alpha * (exp(x / alpha) - 1),
    ),
    Neighbour("ELU is ReLU", Equality(f, Relu(x), Side.LEFT), alpha * (exp(x) - 1)),
]


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda neighbour: neighbour.statement)
def test_false_neighbour_is_refuted_with_an_exact_witness(neighbour: Neighbour) -> None:
    outcome = claim_of(neighbour.assertion, statement=neighbour.statement).check()
    assert outcome.verdict is Verdict.REFUTED, outcome.to_text()
    assert outcome.witness
    assert not outcome.is_expected
    assert all(isinstance(value, Rational) for value in outcome.witness.values())
    ball = enclose(neighbour.contradiction, outcome.witness)
    assert ball.is_finite()
    assert not ball.contains(0)
    assert not neighbour.is_negative or ball < 0


def test_a_false_part_refutes_a_claim_whose_other_parts_are_true() -> None:
    assertions = (*CLAIMS["regularity.continuous"].assertions, Smooth(f, 1))
    assert claim_of(*assertions).check().verdict is Verdict.REFUTED


UNDECIDABLE: dict[str, Callable[[], Assertion]] = {
    "true, but not by structure": lambda: Positive(exp(x) - x),
    "true, but outside the algebra": lambda: Equality(sin(x) ** 2 + cos(x) ** 2, S.One),
    "a root that no rational point shows": lambda: Nonzero(x**2 - 2),
    "a limit of what oscillates": lambda: LimitAtInfinity(sin(x), Side.LEFT, S.Zero),
    "a rate of unknown sign": lambda: LimitAtInfinity(exp(offset * x), Side.LEFT, S.Zero),
    "a pole on the way": lambda: Smooth(Elu(x, alpha / (alpha - 1)), 0),
}


@pytest.mark.parametrize("name", UNDECIDABLE)
def test_what_the_rules_cannot_decide_is_unknown_and_fails_the_run(name: str) -> None:
    outcome = claim_of(UNDECIDABLE[name]()).check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert not outcome.is_expected
    assert outcome.steps[0].detail
