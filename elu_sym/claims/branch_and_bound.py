"""Inequalities on boxes, by branch and bound: the search for the tree that the kernel checks."""

from collections.abc import Sequence

from sympy import Rational, Symbol

from elu_sym.algebra.interval_enclosure import BoxFunction, Interval
from elu_sym.algebra.working_precision import working_precision
from elu_sym.claims.formulas import term
from elu_sym.claims.kernel import Proof, RejectedError
from elu_sym.claims.kernel.inequalities import CENTRED, NATURAL, halved, intervals
from elu_sym.claims.kernel.language import Formula, canonical
from elu_sym.claims.kernel.meaning import Context
from elu_sym.claims.tactics import Tactic, gap_of, tactic

DEEPEST = 60
"""How often a box is halved before its search gives up."""


def on_box(box: Sequence[tuple[Symbol, Rational, Rational]], bits: int = 64) -> Tactic:
    """An inequality on a box, by interval branch and bound: boxes are halved until it is seen.

    On a small box an enclosure shows it: the natural interval extension, or the mean value form,
    which errs by the square of the width. A box is halved along the axis on which the difference
    of the sides may change most. At one point of each box it is looked at whether it fails there.

    Args:
        box: each variable with both rational ends.
        bits: the working precision.

    References:
        Moore, Kearfott, Cloud: Introduction to interval analysis, SIAM 2009.
    """

    def find(goal: Formula, context: Context) -> Proof:
        symbols = [context.symbols[symbol.name] for symbol, _, _ in box]
        ends = [(low, high) for _, low, high in box]
        function = BoxFunction(gap_of(goal, context), symbols, bits)

        def marks(part: tuple[Interval, ...], depth: int) -> str:
            if function.natural(part) > 0:
                return NATURAL
            form = function.centred(part)
            if form.lower > 0:
                return CENTRED
            if depth == DEEPEST or form.value <= 0:
                raise RejectedError(f"{canonical(goal)} is not seen at {form.base}")
            changes = form.changes or [float(high - low) for low, high in part]
            axis = changes.index(max(changes))
            return str(axis) + "".join(marks(half, depth + 1) for half in halved(part, axis))

        whole = intervals(tuple((s, *e) for s, e in zip(symbols, ends, strict=True)))
        with working_precision(bits):
            found = marks(whole, 0)
        axes = tuple((s.name, term(low), term(high)) for s, low, high in box)
        return ("cover", bits, axes, found)

    return tactic(find)
