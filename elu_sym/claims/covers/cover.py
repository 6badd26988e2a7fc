"""Covers: how a box is divided so that an inequality is seen on each part; nothing to believe.

A cover is a tree. Each inner node halves a box along an axis, each leaf says by which enclosure the
inequality is seen there, so that the leaves cover the box by construction. What else is stored
serves to refuse a cover of another statement. Whoever checks one walks the leaves and encloses each
once.

Run ``python -m elu_sym.claims.covers`` to search for every cover and write it again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sympy import Expr, Rational, Symbol

from elu_sym.algebra.enclosure import exact
from elu_sym.algebra.interval_enclosure import BoxFunction, Interval
from elu_sym.algebra.working_precision import working_precision

FOLDER = Path(__file__).parent
"""Where the covers of the claims lie."""

NATURAL, CENTRED = "n", "m"
"""A leaf of the tree: the natural interval extension shows it, or the mean value form does."""

AXES = "0123456789"
"""An inner node of the tree: the axis along which the box is halved."""

PRECISIONS = range(53, 257)
"""The working precisions, in bits, that a cover may ask for."""

Box = tuple[tuple[Symbol, Rational, Rational], ...]
"""A product of closed intervals: a symbol with the two ends of its interval, for each axis."""


class CoverError(ValueError):
    """A cover that does not prove what it is asked for; the message says why."""


@dataclass(frozen=True)
class Cover:
    """How a box is divided so that an expression is seen to be positive on each part.

    Attributes:
        expression: what is positive, as text.
        box: the axes in order, each a name and the two ends of an interval, as text.
        precision: the working precision in bits.
        tree: the nodes in preorder, one character each, the lower half of a box before the upper.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(-1, 2), Rational(3)),)
        >>> cover = Cover.of(mu + 1, box, 64, "0nm")
        >>> cover.leaves
        2
        >>> Cover.from_json(cover.to_json()) == cover
        True
    """

    expression: str
    box: tuple[tuple[str, str, str], ...]
    precision: int
    tree: str

    @classmethod
    def of(cls, expression: Expr, box: Box, precision: int, tree: str) -> "Cover":
        """The cover with a tree."""
        return cls(str(expression), written(box), precision, tree)

    def states(self, expression: Expr, box: Box) -> bool:
        """Whether it is about this expression on this box."""
        return self.expression == str(expression) and self.box == written(box)

    @property
    def leaves(self) -> int:
        """The number of parts."""
        return self.tree.count(NATURAL) + self.tree.count(CENTRED)

    def to_json(self) -> str:
        """The cover as text; the same bytes for the same cover."""
        return json.dumps(vars(self) | {"leaves": self.leaves}, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Cover":
        """Read a cover.

        Raises:
            CoverError: if the text is none.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            leaves = data.pop("leaves")
            box = tuple((name, lower, upper) for name, lower, upper in data.pop("box"))
            cover = cls(box=box, **data)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CoverError(f"this is no cover: {error}") from error
        if not isinstance(cover.tree, str) or leaves != cover.leaves:
            raise CoverError(f"the tree has not the {leaves} leaves that are stated")
        if cover.precision not in PRECISIONS:
            raise CoverError(f"the precision is {cover.precision!r}, not 53 to 256")
        return cover


def written(box: Box) -> tuple[tuple[str, str, str], ...]:
    """The axes of a box as text."""
    return tuple((str(symbol), str(lower), str(upper)) for symbol, lower, upper in box)


def read(name: str, folder: Path = FOLDER) -> Cover:
    """A stored cover.

    Raises:
        CoverError: if there is none of this name, or the file is no cover.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        raise CoverError(f"there is no cover {name}; python -m elu_sym.claims.covers writes it")
    return Cover.from_json(path.read_text(encoding="utf-8"))


class Recheck(NamedTuple):
    """What a cover that proves its inequality consists of.

    Attributes:
        natural: the number of boxes on which the natural interval extension shows it.
        centred: the number of those on which the mean value form does.
        enclosures: how often the expression was enclosed.
    """

    natural: int
    centred: int
    enclosures: int


def recheck(cover: Cover, expression: Expr, box: Box) -> Recheck:
    """Check that a cover proves an expression to be positive on a box.

    Nothing is believed but the places at which boxes are halved, and these need no belief.

    Raises:
        CoverError: if it is about something else, is no tree, or a leaf is not proved.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(-1), Rational(3)),)
        >>> recheck(Cover.of(mu**2 + 1, box, 64, "n"), mu**2 + 1, box)
        Recheck(natural=1, centred=0, enclosures=1)
        >>> recheck(Cover.of(mu**2 - 1, box, 64, "0nn"), mu**2 - 1, box)
        Traceback (most recent call last):
        elu_sym.claims.covers.cover.CoverError: leaf 1 is not proved, on mu in [-1, 1]
    """
    if not cover.states(expression, box):
        raise CoverError("it is about another expression or box")
    function = BoxFunction(expression, [symbol for symbol, _, _ in box], cover.precision)
    counts = {NATURAL: 0, CENTRED: 0}
    open_boxes = [intervals(box)]
    with working_precision(cover.precision):
        for mark in cover.tree:
            if not open_boxes:
                raise CoverError("its tree goes on after the last box")
            part = open_boxes.pop()
            axis = AXES.find(mark)
            if axis >= 0:
                if axis >= len(box):
                    raise CoverError(f"its tree halves axis {axis}, the box has {len(box)}")
                open_boxes += reversed(halved(part, axis))
                continue
            if mark not in counts:
                raise CoverError(f"its tree has an unknown mark {mark!r}")
            bound = function.natural(part) if mark == NATURAL else function.centred(part).lower
            counts[mark] += 1
            # A bound that is no number fulfils no comparison, so it proves nothing.
            if not bound > 0:
                place = place_of(box, part)
                raise CoverError(f"leaf {sum(counts.values())} is not proved, on {place}")
    if open_boxes:
        raise CoverError(f"its tree leaves {len(open_boxes)} boxes open")
    return Recheck(counts[NATURAL], counts[CENTRED], function.enclosures)


def intervals(box: Box) -> tuple[Interval, ...]:
    """The intervals of a box, in Arb's exact numbers.

    Raises:
        ValueError: if it is no box, or goes beyond what the symbols assume, naming the symbol.
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
    return tuple((exact(lower), exact(upper)) for _, lower, upper in box)


def halved(
    part: tuple[Interval, ...], axis: int
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """The lower and the upper half of a box along an axis."""
    lower, upper = part[axis]
    middle = (lower + upper) / 2
    before, after = part[:axis], part[axis + 1 :]
    return (*before, (lower, middle), *after), (*before, (middle, upper), *after)


def place_of(box: Box, part: tuple[Interval, ...]) -> str:
    """A part of a box in words."""
    return ", ".join(
        f"{symbol} in [{lower}, {upper}]"
        for (symbol, _, _), (lower, upper) in zip(box, part, strict=True)
    )
