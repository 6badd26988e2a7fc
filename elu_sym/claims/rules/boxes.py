"""Strict inequalities on boxes, by interval branch and bound.

An expression is positive on a box if it is on either half of it. On a small box an enclosure shows
it: the natural interval extension, or the mean value form, which errs by the square of the width.
The search divides where the bound is worst and evaluates the expression at one exact point of each
box, so that a false inequality is refuted at a witness. What it finds is stored as the tree of the
divisions (:mod:`elu_sym.claims.covers`), and checked without a search: each leaf is enclosed
once.

References:
    Moore, Kearfott, Cloud: Introduction to interval analysis, SIAM 2009. Hales: A proof of the
    Kepler conjecture, Annals of Mathematics 162 (2005), which rests on such divisions of a box.
"""

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sympy import Expr, Rational, Symbol, latex

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.interval_enclosure import BoxFunction, Interval, exact
from elu_sym.algebra.normal_form import NotNormalizableError
from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step
from elu_sym.claims.covers.cover import (
    AXES,
    CENTRED,
    NATURAL,
    Box,
    Certificate,
    CertificateError,
    read,
)
from elu_sym.claims.rules.elementary import Positive

if TYPE_CHECKING:
    from flint import fmpq

PRECISION = 64
"""The working precision of a search, in bits."""

FEW_BOXES = 1_000
"""How many boxes a search looks at that a claim starts because it has no certificate."""

MANY_BOXES = 200_000
"""How many boxes a search for a certificate looks at."""


class Search(NamedTuple):
    """What a search found: a certificate, a witness, or neither.

    Attributes:
        certificate: the division that proves the inequality; None if none was found.
        witness: a point at which the inequality fails; None if none was found.
        detail: what the point shows, or where the search was stuck.
        enclosures: how often the expression was enclosed.
    """

    certificate: Certificate | None
    witness: Point | None
    detail: str
    enclosures: int


class Recheck(NamedTuple):
    """What a certificate that proves its inequality consists of.

    Attributes:
        natural: the number of boxes on which the natural interval extension shows it.
        centred: the number of those on which the mean value form does.
        enclosures: how often the expression was enclosed.
    """

    natural: int
    centred: int
    enclosures: int


@dataclass(frozen=True)
class PositiveOnBox(Assertion):
    """An expression is positive at every point of a box.

    A stored certificate of this statement is checked; where none is named, or the one that is
    named is about another expression or box, a short search decides.

    Attributes:
        expression: made of what :class:`elu_sym.algebra.interval_enclosure.BoxFunction` encloses.
        box: the symbols, each with the two rational ends of a closed interval that its
            assumptions admit.
        certificate: the name of the certificate.
        values: exact values of further symbols of the expression.

    Examples:
        >>> from sympy import exp
        >>> from elu_sym.symbols import mu
        >>> PositiveOnBox(exp(mu) - mu, ((mu, Rational(-3), Rational(3)),)).check().holds
        True
        >>> PositiveOnBox(exp(mu) - 3 * mu, ((mu, Rational(-1), Rational(3)),)).check().witness
        {mu: 1}
    """

    expression: Expr
    box: Box
    certificate: str | None = None
    values: tuple[tuple[Symbol, Expr], ...] = ()
    rule: ClassVar[str] = "interval branch and bound"

    def to_text(self) -> str:
        """The inequality and the box."""
        places = [f"{symbol} in [{low}, {high}]" for symbol, low, high in self.box]
        places += [f"{symbol} = {value}" for symbol, value in self.values]
        return f"{self.expression} > 0 for {', '.join(places)}"

    def to_latex(self) -> str:
        """The inequality and the box."""
        places = [
            rf"{latex(symbol)} \in \left[{latex(low)}, {latex(high)}\right]"
            for symbol, low, high in self.box
        ]
        places += [f"{latex(symbol)} = {latex(value)}" for symbol, value in self.values]
        listed = r",\; ".join(places)
        return rf"{latex(self.expression)} > 0 \quad ({listed})"

    @property
    def closed_form(self) -> Expr:
        """The expression with the values in it, over the symbols of the box."""
        return self.expression.xreplace(dict(self.values))

    def decide(self) -> Step:
        """Check the certificate, or search."""
        _require_box(self.box)
        stored = read(self.certificate) if self.certificate else None
        if stored is not None and stored.states(self.closed_form, self.box):
            return self._proved(stored, f"certificate {self.certificate}")
        found = search(self.closed_form, self.box, FEW_BOXES)
        if found.certificate is not None:
            return self._proved(found.certificate, "searched for")
        if found.witness is not None:
            return self.refuted(found.detail, found.witness)
        return self.undecided(found.detail)

    def _proved(self, certificate: Certificate, origin: str) -> Step:
        checked = recheck(certificate, self.closed_form, self.box)
        detail = (
            f"{certificate.leaves} boxes cover it, {checked.natural} by interval extension and"
            f" {checked.centred} by the mean value form, {origin}"
        )
        return self.proved(detail, evidence=Evidence.ENCLOSURE)


def recheck(certificate: Certificate, expression: Expr, box: Box) -> Recheck:
    """Check that a certificate proves an expression to be positive on a box.

    Nothing is believed but the places at which boxes are halved, and these need no belief.

    Raises:
        CertificateError: if it is about something else, is no tree, or a leaf is not proved.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(-1), Rational(3)),)
        >>> recheck(Certificate.of(mu**2 + 1, box, 64, "n"), mu**2 + 1, box)
        Recheck(natural=1, centred=0, enclosures=1)
        >>> recheck(Certificate.of(mu**2 - 1, box, 64, "0nn"), mu**2 - 1, box)
        Traceback (most recent call last):
        elu_sym.claims.covers.cover.CertificateError: leaf 1 is not proved, on mu in [-1, 1]
    """
    import flint

    if not certificate.states(expression, box):
        raise CertificateError("it is about another expression or box")
    _require_box(box)
    function = BoxFunction(expression, [symbol for symbol, _, _ in box], certificate.precision)
    counts = {NATURAL: 0, CENTRED: 0}
    open_boxes = [_intervals(box)]
    with flint.ctx.workprec(certificate.precision):
        for mark in certificate.tree:
            if not open_boxes:
                raise CertificateError("its tree goes on after the last box")
            part = open_boxes.pop()
            axis = AXES.find(mark)
            if axis >= 0:
                if axis >= len(box):
                    raise CertificateError(f"its tree halves axis {axis}, the box has {len(box)}")
                open_boxes += reversed(_halves(part, axis))
                continue
            if mark not in counts:
                raise CertificateError(f"its tree has an unknown mark {mark!r}")
            bound = function.natural(part) if mark == NATURAL else function.centred(part).lower
            counts[mark] += 1
            # A bound that is no number fulfils no comparison, so it proves nothing.
            if not bound > 0:
                place = _place(box, part)
                raise CertificateError(f"leaf {sum(counts.values())} is not proved, on {place}")
    if open_boxes:
        raise CertificateError(f"its tree leaves {len(open_boxes)} boxes open")
    return Recheck(counts[NATURAL], counts[CENTRED], function.enclosures)


def search(expression: Expr, box: Box, budget: int, precision: int = PRECISION) -> Search:
    """Divide a box until an expression is seen to be positive on every part, or a witness is found.

    The box with the least lower bound is divided first, along the axis on which the expression
    may change most.

    Args:
        expression: what may be positive.
        box: where.
        budget: how many boxes are looked at before the search gives up.
        precision: the working precision in bits.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(0), Rational(1)),)
        >>> search(mu**2 - mu + Rational(1, 3), box, 100).certificate.tree
        '0mm'
        >>> search(mu**2 - mu + Rational(1, 5), box, 100).witness
        {mu: 1/2}
        >>> search((mu**2 - Rational(1, 2)) ** 2, box, 100).certificate is None
        True
    """
    import flint

    _require_box(box)
    symbols = [symbol for symbol, _, _ in box]
    whole = _intervals(box)
    widths = [float(upper - lower) or 1.0 for lower, upper in whole]
    function = BoxFunction(expression, symbols, precision)
    marks: list[str] = []
    halves: dict[int, int] = {}
    queue: list[tuple[float, int, tuple[Interval, ...]]] = []
    parts = [whole]
    with flint.ctx.workprec(precision):
        while parts:
            for part in parts:
                number = len(marks)
                if function.natural(part) > 0:
                    marks.append(NATURAL)
                    continue
                form = function.centred(part)
                if form.lower > 0:
                    marks.append(CENTRED)
                    continue
                point = {s: _rational(c) for s, c in zip(symbols, form.base, strict=True)}
                failure = "" if form.value > 0 else _failure(expression, point)
                if failure:
                    return Search(None, point, failure, function.enclosures)
                changes = form.changes or tuple(
                    float(upper - lower) / width
                    for (lower, upper), width in zip(part, widths, strict=True)
                )
                marks.append(AXES[changes.index(max(changes))])
                # Where there is no bound at all, an infinite one stands first in the queue.
                bound = float(form.lower) if form.lower.is_finite() else float("-inf")
                heapq.heappush(queue, (bound, number, part))
            if not queue:
                break
            if len(marks) + 2 > budget:
                bound, _, part = queue[0]
                detail = f"{len(marks)} boxes do not suffice; stuck on {_place(box, part)}"
                return Search(None, None, detail, function.enclosures)
            _, number, part = heapq.heappop(queue)
            halves[number] = len(marks)
            parts = list(_halves(part, int(marks[number])))
    tree = _preorder(marks, halves)
    certificate = Certificate.of(expression, box, precision, tree)
    return Search(certificate, None, "", function.enclosures)


def _require_box(box: Box) -> None:
    """Refuse what is no box, or goes beyond what the symbols assume.

    Raises:
        ValueError: naming the symbol.
    """
    symbols = [symbol for symbol, _, _ in box]
    if not 0 < len(symbols) <= len(AXES) or len(set(symbols)) < len(symbols):
        raise ValueError(f"a box has one to {len(AXES)} different symbols, not {symbols}")
    for symbol, lower, upper in box:
        if not (lower.is_Rational and upper.is_Rational and lower <= upper):
            raise ValueError(f"{symbol} in [{lower}, {upper}] is no interval of rational numbers")
        if not symbol.is_real or symbol.is_integer:
            raise ValueError(f"{symbol} is not assumed to be a real number in general")
        # Under an assumption SymPy may have simplified the expression.
        if (
            (symbol.is_nonnegative and lower < 0)
            or (symbol.is_nonpositive and upper > 0)
            or (symbol.is_nonzero and lower <= 0 <= upper)
        ):
            raise ValueError(f"{symbol} in [{lower}, {upper}] goes beyond what {symbol} may be")


def _failure(expression: Expr, point: Point) -> str:
    """Why an expression is not positive at a point, or nothing."""
    try:
        return Positive.counterexample(expression, point)
    except NotNormalizableError:
        return ""


def _intervals(box: Box) -> tuple[Interval, ...]:
    return tuple((exact(lower), exact(upper)) for _, lower, upper in box)


def _halves(
    part: tuple[Interval, ...], axis: int
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    lower, upper = part[axis]
    middle = (lower + upper) / 2
    before, after = part[:axis], part[axis + 1 :]
    return (*before, (lower, middle), *after), (*before, (middle, upper), *after)


def _preorder(marks: list[str], halves: dict[int, int]) -> str:
    """The marks of a tree, node before lower half before upper half, from the numbered nodes."""
    found, waiting = [], [0]
    while waiting:
        number = waiting.pop()
        found.append(marks[number])
        if number in halves:
            waiting += [halves[number] + 1, halves[number]]
    return "".join(found)


def _rational(value: "fmpq") -> Rational:
    return Rational(int(value.p), int(value.q))


def _place(box: Box, part: tuple[Interval, ...]) -> str:
    return ", ".join(
        f"{symbol} in [{lower}, {upper}]"
        for (symbol, _, _), (lower, upper) in zip(box, part, strict=True)
    )
