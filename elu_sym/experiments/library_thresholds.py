"""Where NumPy, PyTorch and JAX round ELU away, beside the theorems about correct rounding.

    python -m elu_sym.experiments.library_thresholds    # half a minute

For each library, format and function the largest float at which the function has reached its limit
is found by bisection over all the floats below 0, in the library's own arrays. The neighbours of
what was found are then all evaluated: whether they agree is kept, and a threshold is the largest
float among them. The rows of a library that is not installed stay as they are, with a message.

The reference thresholds beside them are those of :mod:`elu_sym.algebra.rounding`, with every
operation rounded and with one rounding of the whole. Distances count floats of the format; a
negative one says that the library reaches the limit only below the theorem's threshold.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sympy import Integer, Rational

from elu_sym.algebra import rounding
from elu_sym.algebra.rounding import FORMATS, QUANTITIES, SELU_ALPHA, FloatingPointFormat
from elu_sym.experiments import tables
from elu_sym.experiments.library_functions import LIBRARIES, Evaluate, instruction_set, version
from elu_sym.generate.exit_codes import exit_code

RESULTS = Path(__file__).with_name("library_thresholds.csv")
"""The measurements on which the claims rest."""

ELEMENTS = 4096
"""How many floats a library gets in one call, a multiple of every vector length."""

HEIGHTS = (Rational(1, 2), Integer(1), SELU_ALPHA)
"""The values of ``alpha`` that are measured, before a format rounds them."""

ALONE = {"torch": ("elu",)}
"""What a library computes in another way for single numbers and the rest of an array."""


class Measurement(NamedTuple):
    """One row of the table, as text.

    Attributes:
        library: ``numpy``, ``torch`` or ``jax``.
        version: the version of the library.
        instruction_set: the processor family, and the vector instructions that the library says to
            use, if it says so.
        format: the name of the format.
        function: ``exp``, ``expm1``, ``elu`` or ``elu_derivative``.
        alpha: the value of ``alpha``; empty for a function without it.
        threshold: the largest float at which the library's function has its limit.
        elements: how many floats the library got in one call.
        neighbours: how many floats around the threshold were evaluated.
        monotone: ``yes`` if among them exactly those up to the threshold have the limit.
        each_rounded: the threshold of the theorem with every operation correctly rounded.
        steps_from_each_rounded: how many floats the threshold lies above that one.
        rounded_once: the threshold of the theorem with one rounding of the whole.
        steps_from_rounded_once: how many floats the threshold lies above that one.
    """

    library: str
    version: str
    instruction_set: str
    format: str
    function: str
    alpha: str
    threshold: str
    elements: str
    neighbours: str
    monotone: str
    each_rounded: str
    steps_from_each_rounded: str
    rounded_once: str
    steps_from_rounded_once: str


def threshold(
    evaluate: Evaluate, limit: Rational, number_format: FloatingPointFormat
) -> tuple[int, int, bool]:
    """The largest float at which a function has its limit, by bisection and a look around.

    Args:
        evaluate: the function.
        limit: its limit as x -> -oo.
        number_format: the format of its arguments and results.

    Returns:
        The rank of the float, how many floats around it were evaluated, and whether among them
        exactly those up to it have the limit.

    Raises:
        ValueError: if the function does not have its limit at the first float, or has it at 0.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT16
        >>> rank, _, monotone = threshold(lambda points: points.clip(-2), Integer(-2), FLOAT16)
        >>> FLOAT16.at(rank), monotone
        (-2, True)
    """

    def is_reached(ranks: Iterable[int]) -> list[bool]:
        points = np.array([number_format.double_at(rank) for rank in ranks])
        return (evaluate(points) == float(limit)).tolist()

    first = number_format.rank(-number_format.greatest)
    low, high = first, 0
    ends = is_reached([low, high])
    if ends != [True, False]:
        where = number_format.double_at(high if ends[0] else low)
        raise ValueError(f"the function has{' not' * (not ends[0])} the value {limit} at {where}")
    while high - low > 1:
        ranks = [low + (high - low) * part // (ELEMENTS - 1) for part in range(ELEMENTS)]
        reached = is_reached(ranks)
        last = max(place for place, flag in enumerate(reached) if flag)
        low, high = ranks[last], min(rank for rank in ranks[last + 1 :] if rank > ranks[last])
    around = range(max(low - ELEMENTS // 2, first), min(low + ELEMENTS // 2, 1))
    reached = is_reached(around)
    last = max(place for place, flag in enumerate(reached) if flag)
    return around[last], len(around), all(reached[: last + 1])


def one_at_a_time(evaluate: Evaluate) -> Evaluate:
    """A function that hands a library its points singly.

    Examples:
        >>> one_at_a_time(lambda points: points + len(points))(np.array([2.0, 3.0])).tolist()
        [3.0, 4.0]
    """
    return lambda points: np.concatenate([evaluate(point[None]) for point in points])


def measurements(
    library: str, formats: Iterable[FloatingPointFormat] = FORMATS
) -> Iterator[Measurement]:
    """The rows of one library.

    Args:
        library: ``"numpy"``, ``"torch"`` or ``"jax"``.
        formats: the formats to measure.

    Raises:
        ModuleNotFoundError: if the library is not installed.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT16
        >>> rows = measurements("numpy", [FLOAT16])
        >>> [(row.function, row.steps_from_each_rounded) for row in rows]
        [('exp', '0'), ('expm1', '0')]
    """
    for number_format, (name, quantity) in product(formats, QUANTITIES.items()):
        for height in HEIGHTS if quantity.has_alpha else (None,):
            given = None if height is None else number_format.round(height)
            functions = LIBRARIES[library](number_format, given or Integer(1))
            if name not in functions:
                continue
            calls = {ELEMENTS: functions[name]}
            if name in ALONE.get(library, ()):
                calls[1] = one_at_a_time(functions[name])
            limit = quantity.limit(given)
            each, once = (
                rounding.largest_at_most(computation, number_format, limit, given)
                for computation in (quantity.each_rounded, quantity.rounded_once)
            )
            for elements, function in calls.items():
                rank, neighbours, monotone = threshold(function, limit, number_format)
                yield Measurement(
                    library=library,
                    version=version(library),
                    instruction_set=instruction_set(library),
                    format=number_format.name,
                    function=name,
                    alpha="" if given is None else str(given),
                    threshold=str(number_format.at(rank)),
                    elements=str(elements),
                    neighbours=str(neighbours),
                    monotone="yes" if monotone else "no",
                    each_rounded=str(each),
                    steps_from_each_rounded=str(rank - number_format.rank(each)),
                    rounded_once=str(once),
                    steps_from_rounded_once=str(rank - number_format.rank(once)),
                )


def read(path: Path = RESULTS) -> list[Measurement]:
    """The rows of a table."""
    return tables.read(path, Measurement)


def main(arguments: list[str] | None = None) -> int:
    """Measure every library that is installed and write the table.

    The rows of a library that is not installed stay as they are in the table.
    """
    what = "Measure where the libraries round ELU away and write one row a threshold."
    parser = ArgumentParser("python -m elu_sym.experiments.library_thresholds", description=what)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the table to write")
    options = parser.parse_args(arguments)
    kept = read(options.output) if options.output.exists() else []
    rows: list[Measurement] = []
    for library in LIBRARIES:
        try:
            found = list(measurements(library))
        except ModuleNotFoundError as error:
            rows += [row for row in kept if row.library == library]
            print(f"{library} is not measured: {error}; its rows are kept", file=sys.stderr)
            continue
        print(f"{library} {version(library)}: {len(found)} thresholds")
        rows += found
    tables.write(rows, Measurement, options.output)
    print(f"wrote {len(rows)} rows into {options.output.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(exit_code("python -m elu_sym.experiments.library_thresholds", main))
