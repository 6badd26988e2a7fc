"""The verification report: every claim with its verdict, every formula with its witnesses.

Here the two sides of the project meet for the first time: what was derived, and the certificates
that know nothing of how.
"""

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from multiprocessing import get_context
from typing import Any

from sympy import Add, DiracDelta, Expr, Heaviside, Symbol
from sympy.stats import Normal
from tqdm import tqdm

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.special_functions import NormalCdf
from elu_sym.case_witnesses import witnesses_of_cases
from elu_sym.certify.compound import Compound, identity_certificate, single
from elu_sym.certify.floating_point import (
    LARGEST_ERROR,
    condition_aware,
    numeric_certificate,
)
from elu_sym.certify.heat import heat_certificate, variance_heat_certificate
from elu_sym.certify.integrand import Integrand
from elu_sym.certify.monte_carlo import GRID, Statistic, monte_carlo_certificate
from elu_sym.certify.mutation import mutation_certificate
from elu_sym.certify.points import hard_points, random_points
from elu_sym.certify.quadrature import arb_certificate
from elu_sym.certify.stein import parameter_certificate, stein_certificate
from elu_sym.certify.witness import RejectedError, Witness, testify
from elu_sym.claim import Evidence, Outcome, Verdict
from elu_sym.derivative_distribution import DerivativeDistribution
from elu_sym.formula_book import DISTRIBUTIONS, FORMULAS, Formula
from elu_sym.gaussian.derivation import DerivationError
from elu_sym.gaussian.engine import derive_expectation
from elu_sym.numeric.function import implementation
from elu_sym.proofs import CHAPTERS, CLAIMS
from elu_sym.symbols import mu, sigma, x

SAMPLES = 1 << 20
"""Samples a grid point of the Monte Carlo certificate."""

SCALE = 1.25
"""The scale of SELU on the grid of the Monte Carlo certificate."""


@dataclass(frozen=True)
class ClaimReport:
    """A claim and what came out of it and of its false neighbours."""

    outcome: Outcome
    neighbours: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether the verdict is the expected one and every neighbour is refuted by a witness."""
        return self.outcome.is_expected and self.refuted == len(self.neighbours)

    @property
    def refuted(self) -> int:
        """How many of the neighbours are refuted by a witness that can be shown."""
        return sum(
            neighbour.verdict is Verdict.REFUTED and bool(neighbour.witness)
            for neighbour in self.neighbours
        )

    @property
    def seconds(self) -> float:
        """What the claim and its neighbours cost."""
        return self.outcome.seconds + sum(neighbour.seconds for neighbour in self.neighbours)

    def to_text(self) -> str:
        """Verdict, statement, witnesses, neighbours and time."""
        claim, indent = self.outcome.claim, " " * 9
        mark = "" if self.outcome.is_expected else f", but {claim.expected.value} is expected"
        lines = [f"{self.outcome.verdict.value:8s} {claim.id}{mark}  [{self.seconds:.2f} s]"]
        lines += textwrap.wrap(claim.statement, 96, initial_indent=indent, subsequent_indent=indent)
        if self.outcome.witness:
            lines.append(f"{indent}fails {self.outcome.where}")
        found = [f"{w.kind}: {w.detail}" for w in _claim_witnesses(self.outcome)]
        if self.neighbours:
            found.append(f"false neighbours: {self.refuted} of {len(self.neighbours)} refuted")
        lines.append(indent + "; ".join(found))
        for neighbour in self.neighbours:
            if neighbour.verdict is not Verdict.REFUTED or not neighbour.witness:
                verdict = neighbour.verdict.value
                lines.append(f"{indent}NOT REFUTED ({verdict}): {neighbour.claim.statement}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "id": self.outcome.claim.id,
            "statement": self.outcome.claim.statement,
            "verdict": self.outcome.verdict.value,
            "expected": self.outcome.claim.expected.value,
            "witnesses": [_witness_json(witness) for witness in _claim_witnesses(self.outcome)],
            "neighbours": [
                {"statement": neighbour.claim.statement, "verdict": neighbour.verdict.value}
                for neighbour in self.neighbours
            ],
            "seconds": round(self.seconds, 4),
        }


@dataclass(frozen=True)
class FormulaReport:
    """A formula and what its witnesses found."""

    formula: Formula | DerivativeDistribution
    witnesses: tuple[Witness, ...]

    @property
    def passed(self) -> bool:
        """Whether there are witnesses and all of them accept the formula."""
        return bool(self.witnesses) and all(witness.passed for witness in self.witnesses)

    @property
    def seconds(self) -> float:
        """What the witnesses cost."""
        return sum(witness.seconds for witness in self.witnesses)


@dataclass(frozen=True)
class Report:
    """The outcome of a verification."""

    claims: tuple[ClaimReport, ...]
    formulas: tuple[FormulaReport, ...]

    @property
    def passed(self) -> bool:
        """Whether every verdict is the expected one and every witness accepts its formula."""
        claims = all(report.passed for report in self.claims)
        return claims and all(report.passed for report in self.formulas)

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """The report as plain data."""
        return {
            "claims": [report.to_json() for report in self.claims],
            "formulas": [
                {
                    "id": report.formula.id,
                    "latex": report.formula.latex,
                    "witnesses": [_witness_json(witness) for witness in report.witnesses],
                    "seconds": round(report.seconds, 4),
                }
                for report in self.formulas
            ],
        }

    def to_text(self) -> str:
        """The report for a reader, by chapters."""
        lines = []
        for chapter, reports in groupby(self.claims, lambda report: report.outcome.claim.chapter):
            lines += [f"--- {CHAPTERS.get(chapter, chapter)} ---"]
            lines += [report.to_text() for report in reports]
        lines += ["--- Formulas ---"] if self.formulas else []
        for report in self.formulas:
            mark = "CERTIFIED" if report.passed else "FAILED"
            lines.append(f"{mark:8s} {report.formula.id}: {report.formula.statement}")
            for witness in report.witnesses:
                found = "passed" if witness.passed else "FAILED"
                lines.append(
                    f"         {witness.kind:11s} {found}  {witness.detail}"
                    f"  [{witness.seconds:.2f} s]"
                )
        lines.append(self._summary())
        return "\n".join(lines)

    def _summary(self) -> str:
        expected = sum(report.outcome.is_expected for report in self.claims)
        refuted = sum(report.refuted for report in self.claims)
        neighbours = sum(len(report.neighbours) for report in self.claims)
        certified = sum(report.passed for report in self.formulas)
        return (
            f"{expected} of {len(self.claims)} claims as expected,"
            f" {refuted} of {neighbours} false neighbours refuted,"
            f" {certified} of {len(self.formulas)} formulas certified:"
            f" {'everything holds' if self.passed else 'VERIFICATION FAILED'}"
        )


def _claim_witnesses(outcome: Outcome) -> Iterator[Witness]:
    """The steps of a proof by what they rest on; the time is that of the claim as a whole."""
    steps = outcome.numbered_steps
    for evidence in Evidence:
        resting = [step for step in steps if step.evidence is evidence]
        held = sum(step.holds is True for step in resting)
        if resting:
            detail = f"{held} of {len(resting)} steps hold"
            yield Witness(evidence.value, held == len(resting), detail, outcome.seconds)


def _witness_json(witness: Witness) -> dict[str, Any]:
    return {"kind": witness.kind, "passed": witness.passed, "detail": witness.detail}


def verify(only: Sequence[str] | None = None, processes: int = 1) -> Report:
    """Check claims and certify formulas, with progress on a terminal.

    Args:
        only: the ids of claims and formulas, and names of chapters; everything by default.
        processes: how many processes share the work; with more than one, the calling script
            must be importable, as :mod:`multiprocessing` requires. The findings do not depend
            on it.

    Returns:
        The report; its ``passed`` is False if a verdict is UNKNOWN or not the expected one, or
        if a witness rejects a formula.

    Raises:
        ValueError: if a name is no claim, no chapter and no formula.

    Examples:
        >>> report = verify(["regularity.continuous"])
        >>> report.passed, report.claims[0].outcome.verdict.value, report.claims[0].refuted
        (True, 'PROVED', 1)
    """
    known = [*CLAIMS, *FORMULAS, *DISTRIBUTIONS]
    chosen = known if only is None else list(dict.fromkeys(_resolved(only, known)))
    claims, formulas = [], []
    with ExitStack() as stack:
        found: Iterable[Any] = map(_checked_by_id, chosen)
        if processes > 1 and len(chosen) > 1:
            # Threads of the Monte Carlo certificate forbid a fork.
            pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
            found = stack.enter_context(pool).map(_checked_by_id, chosen)
        bar = tqdm(
            zip(chosen, found, strict=True),
            desc="verify",
            total=len(chosen),
            disable=not sys.stderr.isatty(),
            leave=False,
        )
        for name, result in bar:
            if name in CLAIMS:
                checked = (CLAIMS[name], *CLAIMS[name].false_claims)
                outcome, *neighbours = (
                    Outcome(claim, *parts) for claim, parts in zip(checked, result, strict=True)
                )
                claims.append(ClaimReport(outcome, tuple(neighbours)))
            else:
                formula = FORMULAS[name] if name in FORMULAS else DISTRIBUTIONS[name]
                formulas.append(FormulaReport(formula, result))
    return Report(tuple(claims), tuple(formulas))


def _resolved(only: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    """Ids, and the ids of a chapter for its name."""
    for name in only:
        members = [name] if name in known else [c.id for c in CLAIMS.values() if c.chapter == name]
        if not members:
            raise ValueError(
                f"{name!r} is no claim, no chapter and no formula; the chapters are"
                f" {', '.join(CHAPTERS)}; there are {', '.join(known)}"
            )
        yield from members


def _checked_by_id(name: str) -> Any:
    """What testifies for a claim or a formula; a process of its own is told the id alone.

    A claim itself stays where it is: its proof is a function, which does not travel.
    """
    if name in CLAIMS:
        checked = (claim.check() for claim in (CLAIMS[name], *CLAIMS[name].false_claims))
        return tuple((outcome.steps, outcome.seconds, outcome.failure) for outcome in checked)
    if name in FORMULAS:
        return witnesses_of(FORMULAS[name])
    return witnesses_of_cases(DISTRIBUTIONS[name])


def witnesses_of(formula: Formula) -> tuple[Witness, ...]:
    """Everything that testifies for a formula: its derivation and the independent witnesses.

    Examples:
        >>> from elu_sym import mean
        >>> sorted({witness.kind for witness in witnesses_of(mean)})
        ['arb', 'derivation', 'heat', 'montecarlo', 'mutation', 'parameter', 'stein']
    """
    certified, expression, quantity = _certified(formula)
    parameters = formula.activation.symbols
    moderate = random_points(parameters, 12, seed=1, sigma_range=(0.1, 4), parameter_range=(0.2, 5))
    wide = random_points(parameters, 40, seed=2, sigma_range=(1e-3, 1e3), largest_ratio=30)
    return (
        testify("derivation", lambda: _recheck(formula)),
        *_exact_certificates(certified, expression, quantity),
        arb_certificate(expression, quantity, moderate),
        *_numeric_certificates(formula, [*wide, *hard_points(parameters)]),
        *_monte_carlo(formula),
        mutation_certificate(expression, quantity),
    )


def _certified(formula: Formula) -> tuple[Formula, Expr, Compound]:
    """What exact certificates are asked about: a formula, its expression, and what it is.

    Roots are outside of the normal form, so a standard deviation is certified as the root of a
    variance: its closed form, squared, has to be the variance. Its numbers have witnesses of their
    own.
    """
    if formula.name == "std":
        variance = formula.activation.variance
        return variance, formula.closed_form**2, _compound(variance)
    return formula, formula.closed_form, _compound(formula)


def _numeric_certificates(formula: Formula, points: Sequence[Point]) -> Iterator[Witness]:
    """What users call against balls, and what NumPy computes where users call the C module."""
    functions: dict[str, Callable[..., Any]] = {implementation(): formula}
    functions.setdefault("NumPy", formula.numeric.by_numpy)
    for name, function in functions.items():
        witness = numeric_certificate(
            function,
            formula.closed_form,
            points,
            LARGEST_ERROR,
            scale=condition_aware(_sized_like(formula), formula.symbols),
            symbols=formula.symbols,
        )
        yield replace(witness, detail=f"{name}: {witness.detail}")


def _compound(formula: Formula) -> Compound:
    """What a formula is, as a function of expectations."""
    if formula.integrand is not None:
        return single(formula.integrand)
    parts = {Symbol(name): part.integrand for name, part in formula.parts.items()}
    return Compound(formula.quantity.define(*parts), parts)


def _recheck(formula: Formula) -> str:
    try:
        formula.derivation.recheck()
    except DerivationError as error:
        raise RejectedError(str(error)) from error
    steps, checks = formula.derivation.size
    return f"{steps} steps, {checks} exact checks"


def _exact_certificates(
    formula: Formula, expression: Expr, quantity: Compound
) -> Iterator[Witness]:
    if formula.integrand is not None:
        yield heat_certificate(expression, formula.integrand)
        yield from _derivative_certificates(formula, Integrand.from_expr(formula.integrand))
        return
    closed_forms = {Symbol(name): part.closed_form for name, part in formula.parts.items()}
    yield identity_certificate(expression, quantity, closed_forms)
    if formula.name == "variance":
        mean = formula.activation.mean
        yield variance_heat_certificate(expression, mean.closed_form, mean.integrand)


def _derivative_certificates(formula: Formula, g: Integrand) -> Iterator[Witness]:
    """Stein's identity and the derivatives in the parameters, atoms included.

    The other side of each identity is derived here by the engine, from the derivative of g that
    the certificate itself found.
    """
    weighted = Integrand(g.breakpoints, tuple(x * piece for piece in g.pieces))
    slope = g.derivative()
    yield stein_certificate(formula.closed_form, _derived(weighted), _derived(slope), g, slope)
    for parameter in formula.activation.symbols:
        slope = g.derivative(parameter)
        yield parameter_certificate(formula.closed_form, _derived(slope), g, parameter, slope)


def _derived(g: Integrand) -> Expr:
    """The closed form of E g(X), from the engine."""
    X = Normal("X", mu, sigma)
    steps = [Heaviside(x - breakpoint) for breakpoint in g.breakpoints]
    jumps = [right - left for left, right in pairwise(g.pieces)]
    smooth = Add(g.pieces[0], *(step * jump for step, jump in zip(steps, jumps, strict=True)))
    atoms = Add(*(weight * DiracDelta(x - location) for location, weight in g.atoms))
    return derive_expectation((smooth + atoms).subs(x, X), X).result


def _sized_like(formula: Formula) -> Expr:
    """The expression whose size and condition an error is measured by.

    It is the formula itself, but for the third moment of CELU: there two nearly equal parts of
    f(X) are subtracted, and alpha, which moves both, does not count as an input of their
    difference. Its error is measured by E abs(f)**3.
    """
    combination = formula.over_primitives
    signed = any(term.could_extract_minus_sign() for term in combination.as_ordered_terms())
    if formula.activation.name != "celu" or not signed:
        return formula.closed_form
    return Add(*map(_without_sign, combination.as_ordered_terms())).rewrite(NormalCdf)


def _without_sign(term: Expr) -> Expr:
    return -term if term.could_extract_minus_sign() else term


def _monte_carlo(formula: Formula) -> Iterator[Witness]:
    """Sample g(X) for an expectation and f(X) for a variance; sample the parts of the others."""
    if formula.name in ("variance", "std"):
        yield _sampled(formula, formula.activation.mean.integrand, "variance")
    elif formula.integrand is not None:
        yield _sampled(formula, formula.integrand)
    for part in formula.parts.values():
        # A published part is sampled in its own right, and zeros have no spread to measure by.
        if not part.quantity.published and part.closed_form != 0:
            yield _sampled(part, part.integrand)


def _squared(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*arguments) ** 2


def _sampled(formula: Formula, g: Expr, statistic: Statistic = "mean") -> Witness:
    # The generated function is what is tested; a part of another formula has none.
    tested: Any = formula if formula.quantity.published else formula.closed_form
    if formula.name == "std":
        tested = _squared(formula)
    columns = len(formula.symbols)
    # Where the positive side is rare, the tails of these two are too heavy for the sample size.
    rare = formula.name in ("variance", "std", "fourth_moment")
    places = [place for place in GRID if not rare or place[0] > -place[1] / 2]
    # The relatives come out of the same engine and the same primitives as ELU.
    places = places if formula.activation.name == "elu" else places[::2]
    grid = list(dict.fromkeys((*place, SCALE)[:columns] for place in places))
    return monte_carlo_certificate(
        tested, g, statistic, grid=grid, samples=SAMPLES, symbols=formula.symbols
    )
