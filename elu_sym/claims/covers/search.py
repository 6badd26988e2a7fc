"""Interval branch and bound: the search for a cover, or for a point of the box that refutes.

An expression is positive on a box if it is on either half of it. On a small box an enclosure shows
it: the natural interval extension, or the mean value form, which errs by the square of the width.
The search divides where the bound is worst and evaluates the expression at one exact point of each
box, so that a false inequality is refuted at a witness. What it finds is stored as the tree of the
divisions, and checked without a search.

References:
    Moore, Kearfott, Cloud: Introduction to interval analysis, SIAM 2009. Hales: A proof of the
    Kepler conjecture, Annals of Mathematics 162 (2005), which rests on such divisions of a box.
"""

import heapq
from typing import NamedTuple

from sympy import Expr, Rational

from elu_sym.algebra.enclosure import Point
from elu_sym.algebra.interval_enclosure import BoxFunction, Interval
from elu_sym.algebra.normal_form import NotNormalizableError
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.covers.cover import CENTRED, NATURAL, Box, Cover, halved, intervals, place_of
from elu_sym.claims.rules.elementary import Positive

PRECISION = 64
"""The working precision of a search, in bits."""

FEW_BOXES = 1_000
"""How many boxes a search looks at that a claim starts because it has no cover."""

MANY_BOXES = 200_000
"""How many boxes a search for a cover looks at."""


class Search(NamedTuple):
    """What a search found: a cover, a witness, or neither.

    Attributes:
        cover: the division that proves the inequality; None if none was found.
        witness: a point at which the inequality fails; None if none was found.
        detail: what the point shows, or where the search was stuck.
        enclosures: how often the expression was enclosed.
    """

    cover: Cover | None
    witness: Point | None
    detail: str
    enclosures: int


def search(expression: Expr, box: Box, budget: int) -> Search:
    """Divide a box until an expression is seen to be positive on every part, or a witness is found.

    The box with the least lower bound is divided first, along the axis on which the expression
    may change most.

    Args:
        expression: what may be positive.
        box: where.
        budget: how many boxes are looked at before the search gives up.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(0), Rational(1)),)
        >>> search(mu**2 - mu + Rational(1, 3), box, 100).cover.tree
        '0mm'
        >>> search(mu**2 - mu + Rational(1, 5), box, 100).witness
        {mu: 1/2}
        >>> search((mu**2 - Rational(1, 2)) ** 2, box, 100).cover is None
        True
    """
    symbols = [symbol for symbol, _, _ in box]
    whole = intervals(box)
    widths = [float(upper - lower) or 1.0 for lower, upper in whole]
    function = BoxFunction(expression, symbols, PRECISION)
    marks: dict[str, str] = {}  # by the halves that lead to a part, so in preorder if sorted
    queue: list[tuple[float, int, str, tuple[Interval, ...]]] = []
    parts = [("", whole)]
    with working_precision(PRECISION):
        while parts:
            for path, part in parts:
                if function.natural(part) > 0:
                    marks[path] = NATURAL
                    continue
                form = function.centred(part)
                if form.lower > 0:
                    marks[path] = CENTRED
                    continue
                coordinates = (Rational(int(c.p), int(c.q)) for c in form.base)
                point = dict(zip(symbols, coordinates, strict=True))
                failure = "" if form.value > 0 else _failure(expression, point)
                if failure:
                    return Search(None, point, failure, function.enclosures)
                changes = form.changes or tuple(
                    float(upper - lower) / width
                    for (lower, upper), width in zip(part, widths, strict=True)
                )
                marks[path] = str(changes.index(max(changes)))
                # Where there is no bound at all, an infinite one stands first in the queue.
                bound = float(form.lower) if form.lower.is_finite() else float("-inf")
                heapq.heappush(queue, (bound, len(marks), path, part))
            if not queue:
                break
            if len(marks) + 2 > budget:
                place = place_of(box, queue[0][-1])
                detail = f"{len(marks)} boxes do not suffice; stuck on {place}"
                return Search(None, None, detail, function.enclosures)
            _, _, path, part = heapq.heappop(queue)
            lower, upper = halved(part, int(marks[path]))
            parts = [(f"{path}0", lower), (f"{path}1", upper)]
    tree = "".join(marks[path] for path in sorted(marks))
    return Search(Cover.of(expression, box, PRECISION, tree), None, "", function.enclosures)


def _failure(expression: Expr, point: Point) -> str:
    """Why an expression is not positive at a point, or nothing."""
    try:
        return Positive.counterexample(expression, point)
    except NotNormalizableError:
        return ""
