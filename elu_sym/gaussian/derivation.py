"""A derivation as data: named steps, each with what stood before, what stands after, and checks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sympy import Add, Expr, Integral, Mul, Tuple, latex

from elu_sym.algebra.special_functions import NormalPdf
from elu_sym.gaussian.confirmation import Question, confirmed
from elu_sym.gaussian.order import BreakpointOrder

Terms = tuple[Expr, ...]


class DerivationError(ArithmeticError):
    """A step whose check fails; the message names the step and the check."""


@dataclass(frozen=True)
class Hypotheses:
    """What a derivation assumes.

    Attributes:
        mean: the mean of X.
        standard_deviation: the standard deviation of X.
        order: what is declared about the order of symbolic breakpoints.
    """

    mean: Expr
    standard_deviation: Expr
    order: BreakpointOrder = field(default_factory=BreakpointOrder)

    def density(self, x: Expr) -> Expr:
        """The density of X at x."""
        standardized = (x - self.mean) / self.standard_deviation
        return NormalPdf(standardized) / self.standard_deviation


@dataclass(frozen=True)
class Check:
    """One exact statement that a step rests on, and whether it holds."""

    statement: str
    holds: bool


@dataclass(frozen=True)
class Rule:
    """A named rewriting of a sum of terms, and the check that is made of its result.

    Attributes:
        apply: from the terms before and the hypotheses to the terms after.
        check: from the terms before and after and the hypotheses to exact statements. It never
            calls ``apply``, so a step that was changed by hand is found out.
        because: the mathematics in a clause.
    """

    apply: Callable[[Terms, Hypotheses], Terms]
    check: Callable[[Terms, Terms, Hypotheses], list[Check]]
    because: str

    @property
    def name(self) -> str:
        """What the rule is called in a derivation."""
        return self.apply.__name__


@dataclass(frozen=True)
class Step:
    """One application of a rule."""

    rule: Rule
    before: Terms
    after: Terms
    checks: tuple[Check, ...]

    @classmethod
    def checked(cls, rule: Rule, before: Terms, after: Terms, hypotheses: Hypotheses) -> "Step":
        """A step with its checks made now."""
        return cls(rule, before, after, tuple(rule.check(before, after, hypotheses)))

    @property
    def failed(self) -> list[str]:
        """What does not hold of it; a step that nothing checks does not hold either."""
        if not self.checks:
            return ["nothing checks it"]
        return [check.statement for check in self.checks if not check.holds]


@dataclass(frozen=True, repr=False)
class Derivation:
    """From the definition of an expectation to its closed form.

    Attributes:
        hypotheses: the law of X and the order of the breakpoints.
        steps: the applications of rules, the first one of which starts at the definition.
        confirmation: that the result, at a rational point, is the integral by quadrature.

    Raises:
        DerivationError: if the result has a symbol that the definition has not, or another value.
    """

    hypotheses: Hypotheses
    steps: tuple[Step, ...]
    confirmation: Check = field(init=False)

    def __post_init__(self) -> None:
        """Take nothing whose result is not the value of the integral."""
        object.__setattr__(self, "confirmation", self._confirm())

    def _confirm(self) -> Check:
        (definition,) = self.steps[0].before
        ((variable, _, _),) = definition.limits
        mean, deviation = self.hypotheses.mean, self.hypotheses.standard_deviation
        integrals = (split_integral(term)[1] for term in self.steps[0].after)
        ends = {end for part in integrals if part is not None for end in part.args[1][1:]}
        question = Question(
            definition.function / self.hypotheses.density(variable),
            variable,
            mean,
            deviation,
            tuple(end for end in ends if not end.is_infinite),
        )
        if foreign := self.result.free_symbols - question.symbols:
            raise DerivationError(f"{self.result} has {foreign}, which {definition} has not")
        gaps = self.hypotheses.order.with_gaps
        check = Check(*confirmed(question.mapped(gaps), gaps(self.result)))
        if not check.holds:
            raise DerivationError(f"{self.result} for {definition}: not so, {check.statement}")
        return check

    @property
    def result(self) -> Expr:
        """The closed form."""
        return Add(*self.steps[-1].after)

    def recheck(self) -> None:
        """Check every step again from its before and after alone.

        Raises:
            DerivationError: naming the first step that does not follow from the one before.
        """
        previous: Terms | None = None
        for number, step in enumerate(self.steps, start=1):
            name = f"step {number} ({step.rule.name})"
            if previous is not None and step.before != previous:
                raise DerivationError(f"{name} does not start where the step before it ended")
            try:
                again = Step.checked(step.rule, step.before, step.after, self.hypotheses)
            except (TypeError, ValueError) as error:
                raise DerivationError(f"{name} cannot be checked: {error}") from error
            if again.failed:
                raise DerivationError(f"{name} fails: {'; '.join(again.failed)}")
            previous = step.after
        self._confirm()

    @property
    def size(self) -> tuple[int, int]:
        """The number of steps and the number of exact checks."""
        return len(self.steps), sum(len(step.checks) for step in self.steps)

    def to_text(self) -> str:
        """The steps in words and plain formulas."""
        lines = [f"    {_text(self.steps[0].before)}"]
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"{number}. {step.rule.name}: {step.rule.because}")
            lines.append(f"  = {_text(step.after)}")
            lines += [
                f"    [{'checked' if check.holds else 'FAILED'}] {check.statement}"
                for check in step.checks
            ]
        lines.append(f"[checked] {self.confirmation.statement}")
        return "\n".join(lines)

    def to_latex(self) -> str:
        """The steps as one aligned display, each line with its rule."""
        lines = [f"& {_latex(self.steps[0].before)}"]
        for step in self.steps:
            name = step.rule.name.replace("_", r"\_")
            lines.append(rf"&\quad \mathtt{{{name}}}\text{{: {step.rule.because}}}")
            lines.append(f"=\\;& {_latex(step.after)}")
        body = " \\\\\n".join(lines)
        return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"

    def __repr__(self) -> str:
        steps, checks = self.size
        return f"<derivation: {steps} steps, {checks} exact checks>"

    def _repr_latex_(self) -> str:
        return self.to_latex()


class DefiniteIntegral(Integral):
    """An integral that keeps its integrand as it was written.

    ``sympy.Integral`` folds a ``Piecewise`` into its integrand, which hides the density.
    """

    def __new__(cls, integrand: Expr, limits: Any) -> "DefiniteIntegral":
        """Take an integrand and ``(variable, lower, upper)``."""
        integral = Expr.__new__(cls, integrand, Tuple(*limits))
        integral.is_commutative = True
        return integral


class BoundaryTerm(Expr):
    """An antiderivative to be taken between two ends, ``F(upper) - F(lower)``."""

    def __new__(cls, antiderivative: Expr, limits: Any) -> "BoundaryTerm":
        """Take an antiderivative and ``(variable, lower, upper)``."""
        return Expr.__new__(cls, antiderivative, Tuple(*limits))

    def _latex(self, printer: Any) -> str:
        antiderivative, (variable, lower, upper) = self.args
        ends = (
            f"_{{{printer._print(variable)}={printer._print(lower)}}}^{{{printer._print(upper)}}}"
        )
        return rf"\left[{printer._print(antiderivative)}\right]{ends}"

    def _sympystr(self, printer: Any) -> str:
        antiderivative, (variable, lower, upper) = self.args
        ends = f"for {variable} from {lower} to {upper}"
        return f"[{printer._print(antiderivative)} {ends}]"


def split_integral(term: Expr) -> tuple[Expr, "DefiniteIntegral | BoundaryTerm | None"]:
    """A term as a coefficient and what it multiplies between two ends, if there is such a factor.

    Examples:
        >>> from sympy.abc import c, x
        >>> split_integral(c * DefiniteIntegral(x, (x, 0, 1)))
        (c, Integral(x, (x, 0, 1)))
        >>> split_integral(c)
        (c, None)
    """
    factors = Mul.make_args(term)
    for factor in factors:
        if isinstance(factor, DefiniteIntegral | BoundaryTerm):
            return Mul(*(other for other in factors if other != factor)), factor
    return term, None


def _text(terms: Terms) -> str:
    return "\n    + ".join(str(term) for term in terms)


def _latex(terms: Terms) -> str:
    text = ""
    for term in terms:
        printed = latex(term)
        text += printed if printed.startswith("-") or not text else "+ " + printed
    return text
