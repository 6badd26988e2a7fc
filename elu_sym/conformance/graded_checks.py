"""What is checked of ELU in a library: where it is evaluated, and what is asked of the results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import frexp, inf, isfinite, isnan, log

import numpy as np
from numpy.typing import NDArray

from elu_sym.conformance.evaluation_points import SPECIAL
from elu_sym.conformance.exact_values import (
    Doubles,
    ExactValues,
    exact_at_points,
    exact_values,
    parameters,
    shown,
)
from elu_sym.conformance.grades import Finding, Grade, grade_of
from elu_sym.conformance.implementations import Call
from elu_sym.experiments.library_functions import Evaluate

NEAR_ZERO = 2.0**-4
"""Below 0 and closer to it than this, ``exp(x) - 1`` cancels."""

LARGE = 8.0
"""Above this, what is computed of an untaken branch may overflow: in float16 from 11 on."""

TINY = 4.0
"""Times the least normal number: below that, half of a number or a product may be subnormal."""

REPEATS = 64
"""How often the special values are evaluated: as many as any vector instruction takes at once."""

SMALL = np.array([-4.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 4.0])
"""Where ``alpha <= 0`` is tried."""

SAMPLES = tuple(
    np.array(points, dtype=np.float32).astype(np.float64)
    for points in (-(10.0 ** -np.arange(11)), [-1, -2, -5, -8, -10, -12, -15, -16, -18, -20, -40])
)
"""Where the value and the derivative in float32 are kept one by one."""


MEANINGS = {
    "rounding": "the largest error at all places that belong to no other check",
    "near 0": "the largest error of the value for -1/16 <= x < 0, where exp(x) - 1 cancels; or the"
    " first x, from -1/16 on, at which it is 0",
    "tail": "the largest error of a derivative where it is below 2^-p; or the first x, from above,"
    " at which it is 0",
    "large x": "the largest error for x > 8, where exp(x) of an untaken branch overflows",
    "subnormal": "the largest error where x or the exact value is below 4 times the least normal"
    " number: it, or what is computed on the way, is subnormal and may be flushed to 0",
    "zero": "at 0 and -0: the value with its sign; a derivative between the one-sided ones",
    "NaN": "NaN in, NaN out",
    "infinity": "the limits at both infinities",
    "alpha <= 0": "the largest error for alpha = 0 and -1, at 8 points between -4 and 4",
    "sample": "the error at one argument; no check, and not counted as one",
}
"""The checks: what each reports."""


@dataclass(frozen=True)
class Evaluated:
    """A function of a library with the exact one, at the points and at the special values."""

    call: Call
    exact: ExactValues
    computed: Doubles
    special: Doubles

    @classmethod
    def of(cls, function: Evaluate, call: Call, stride: int = 1) -> "Evaluated":
        """Evaluate a function of a library: in one array, as it is called in a network."""
        exact = exact_at_points(call, stride)
        found = function(np.concatenate([exact.points, np.tile(SPECIAL, REPEATS)]))
        count = len(exact.points)
        return cls(call, exact, found[:count], found[count : count + len(SPECIAL)])

    @classmethod
    def at_few(cls, function: Evaluate, call: Call, points: Doubles) -> "Evaluated":
        """Evaluate it at a few points, many times each, and at no special values."""
        computed = function(np.tile(points, REPEATS))[: len(points)]
        return cls(call, exact_values(call, points), computed, np.full(len(SPECIAL), np.nan))

    def worst(self, check: str, where: NDArray[np.bool_]) -> Finding:
        """The largest error among points, graded."""
        errors = self.exact.errors(self.computed)[where]
        return self.at(check, where, int(np.argmax(errors)))

    def at(self, check: str, where: NDArray[np.bool_], place: int) -> Finding:
        """The error at one of the points that a check looks at, graded."""
        error = float(self.exact.errors(self.computed)[where][place])
        point, found = float(self.exact.points[where][place]), float(self.computed[where][place])
        grade = grade_of(error, self.call.number_format)
        exact = shown(self.call, point)
        return Finding(check, int(where.sum()), error, point, found, exact, grade)


FIRST_ZERO = {"near 0": 0, "tail": -1}
"""Where there are zeros in place of numbers, the lowest and the highest argument says most."""

Check = Callable[[Evaluated], Iterator[Finding]]
"""What is found of a function; nothing where there is nothing to ask."""


def _regions(evaluated: Evaluated) -> dict[str, NDArray[np.bool_]]:
    """Where each check of errors looks. Points whose exact value overflows belong to none."""
    call, exact = evaluated.call, evaluated.exact
    points, numbers = exact.points, call.number_format
    size = np.abs(np.ldexp(exact.units, exact.exponent))
    least = TINY * float(numbers.least_normal)
    normal = (np.abs(points) >= least) & ((size >= least) | (exact.units == 0.0))
    finite = size <= float(numbers.greatest)
    inner = float(parameters(call.function, call.alpha).inner)
    near = (points < 0) & (points >= -NEAR_ZERO) & (call.order == 0)
    tail = (points < -numbers.precision * log(2) * inner) & (call.order > 0)
    large = points > LARGE
    return {
        "rounding": normal & ~near & ~tail & ~large,
        "near 0": normal & near,
        "tail": normal & tail & (exact.units != 0.0),
        "large x": normal & large & finite,
        "subnormal": ~normal,
    }


def errors_in_regions(evaluated: Evaluated) -> Iterator[Finding]:
    """The largest error in each region."""
    for check, where in _regions(evaluated).items():
        if not where.any():
            continue
        finding = evaluated.worst(check, where)
        dead = np.flatnonzero(evaluated.computed[where] == 0.0)
        if check in FIRST_ZERO and dead.size:
            finding = evaluated.at(check, where, int(dead[FIRST_ZERO[check]]))
        if check == "subnormal" and finding.grade is Grade.WRONG and _is_flush(evaluated, where):
            finding = finding._replace(grade=Grade.DEGRADED)
        yield finding


def _is_flush(evaluated: Evaluated, where: NDArray[np.bool_]) -> bool:
    """Whether every result is one that results from taking subnormal numbers for 0."""
    call, exact = evaluated.call, evaluated.exact
    near = np.abs(exact.points) <= TINY * float(call.number_format.least_normal)
    at_0 = limits_at_zero(call)
    value, unit = np.ldexp(exact.units, exact.exponent), np.ldexp(2.0, exact.exponent)
    with np.errstate(over="ignore"):  # beside the largest number
        low = np.minimum(value, np.where(near, min(at_0), 0.0)) - unit
        high = np.maximum(value, np.where(near, max(at_0), 0.0)) + unit
    return bool(((low <= evaluated.computed) & (evaluated.computed <= high))[where].all())


def limits_at_zero(call: Call) -> tuple[float, float]:
    """The limits from below and from above.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> [limits_at_zero(Call("celu", 2.0, order, FLOAT32)) for order in range(3)]
        [(0.0, 0.0), (1.0, 1.0), (0.5, 0.0)]
    """
    given = parameters(call.function, call.alpha)
    if call.order == 0:
        return 0.0, 0.0
    outer = given.outer if call.order == 1 else 0
    return float(given.factor / given.inner**call.order), float(outer)


def at_zero(evaluated: Evaluated) -> Iterator[Finding]:
    """The value at 0 and -0 with its sign, or a derivative, which may be any of the two slopes."""
    call, found = evaluated.call, evaluated.special[:2]
    if call.order == 0:
        for point, value in zip((0.0, -0.0), found.tolist(), strict=True):
            signed = np.signbit(value) == np.signbit(point)
            right = Grade.EXACT if signed else Grade.DEGRADED
            grade = right if value == 0.0 else Grade.WRONG
            yield Finding("zero", 1, abs(value), point, value, repr(point), grade)
    elif call.order == 1:
        low, high = sorted(limits_at_zero(call))
        exact = f"{low:.9g}" if low == high else f"{low:.9g} to {high:.9g}"
        for point, value in zip((0.0, -0.0), found.tolist(), strict=True):
            outside = max(low - value, value - high, 0.0) if isfinite(value) else inf
            error = outside / _unit(high, call)
            # The limits themselves are rounded.
            grade = Grade.EXACT if error <= 1.0 else grade_of(error, call.number_format)
            yield Finding("zero", 1, error, point, value, exact, grade)


def _unit(limit: float, call: Call) -> float:
    """The last place of a limit, which is small or moderate, in the format."""
    return 2.0 ** (frexp(limit)[1] - call.number_format.precision)


def not_a_number(evaluated: Evaluated) -> Iterator[Finding]:
    """NaN stays NaN; a derivative that has lost it is degraded, since the value has it."""
    value, order = float(evaluated.special[2]), evaluated.call.order
    lost = Grade.DEGRADED if order else Grade.WRONG
    if order < 2:
        grade = Grade.EXACT if isnan(value) else lost
        error = 0.0 if isnan(value) else inf
        yield Finding("NaN", 1, error, np.nan, value, "nan", grade)


def at_infinity(evaluated: Evaluated) -> Iterator[Finding]:
    """The limits: infinity and the floor, and of the derivative the slope and 0."""
    call = evaluated.call
    given = parameters(call.function, call.alpha)
    limits = [(inf, -float(given.factor)), (float(given.outer), 0.0)]
    if call.order < 2:
        rows = zip((inf, -inf), evaluated.special[3:].tolist(), limits[call.order], strict=True)
        for point, value, limit in rows:
            off = abs(value - limit) / _unit(limit, call) if isfinite(limit + value) else inf
            error = 0.0 if value == limit else off
            grade = Grade.EXACT if error <= 1.0 else grade_of(error, call.number_format)
            yield Finding("infinity", 1, error, point, value, repr(limit), grade)


CHECKS: tuple[Check, ...] = (errors_in_regions, at_zero, not_a_number, at_infinity)
"""All that is asked of an evaluated function."""


def findings(function: Evaluate, call: Call, stride: int = 1) -> list[Finding]:
    """What all checks find of a function of a library.

    Args:
        function: takes and gives doubles.
        call: what it should compute.
        stride: of the points, every how many are measured.

    Returns:
        One finding or more a check; with ``alpha <= 0`` a single one.

    Raises:
        ModuleNotFoundError: if python-flint is not installed.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> def typed(x):
        ...     x = x.astype(np.float32)
        ...     return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1).astype(np.float64)
        >>> found = findings(typed, Call("elu", 1.0, 0, FLOAT32))
        >>> {finding.check: str(finding.grade) for finding in found if finding.grade == "wrong"}
        {'near 0': 'wrong'}
    """
    if call.alpha is not None and call.alpha <= 0.0:
        small, everywhere = Evaluated.at_few(function, call, SMALL), np.full(len(SMALL), True)
        finding = small.worst("alpha <= 0", everywhere)
        if call.function == "celu" and call.alpha == 0.0 and isnan(finding.found):
            finding = finding._replace(grade=Grade.REFUSED)  # it divides by alpha
        return [finding]
    evaluated = Evaluated.of(function, call, stride)
    return [finding for check in CHECKS for finding in check(evaluated)]


def samples(function: Evaluate, call: Call, stride: int = 1) -> list[Finding]:
    """What a function of a library gives at a few arguments, each a finding.

    Args:
        function: takes and gives doubles.
        call: what it should compute, a value or a first derivative.
        stride: is not needed; there are few.

    Examples:
        >>> from elu_sym.algebra.rounding import FLOAT32
        >>> for each in samples(lambda x: np.exp(x) - 1, Call("elu", 1.0, 0, FLOAT32))[6:9]:
        ...     print(f"{each.where:.0e}", each.exact, each.grade)
        -1e-06 -9.9999949747541190e-7 exact
        -1e-07 -9.9999996168609792e-8 exact
        -1e-08 -9.9999998892252911e-9 exact
    """
    points = SAMPLES[call.order]
    few, everywhere = Evaluated.at_few(function, call, points), np.full(len(points), True)
    return [few.at("sample", everywhere, place) for place in range(len(points))]
