"""The polynomials that stand for the Mills ratio, derived to the last digit.

    python -m elu_sym.generate.mills_polynomials

writes ``mills_table.py``.  What is tabulated is

    G(r) = (x + 4) M(x),   r = 1/(x + 4),   x >= -2,

which is 1 at r = 0 (x = infinity), positive, increasing and convex, so that none of what is formed
of it (``mills``) cancels.  Two tables of polynomials in z = slope r - shift, which runs through
[-1, 1] over the interval of a piece:

- ``FINE``: 128 pieces of one width, z = 512 r - 2 piece - 1, for values and derivatives at a point;
- ``WIDE``: pieces by the least x of several points, each reaching down to ``RATIO`` times its r,
  for divided differences.  The last piece reaches from x = 2 to infinity.

A piece is the Chebyshev interpolant of G, computed with ``DIGITS`` decimal digits by mpmath,
written in powers of z and rounded once (N. J. Higham, *Accuracy and Stability of Numerical
Algorithms*, section 5.2: Horner's rule is as good as its condition number, which is near 1 here).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from numpy.polynomial.chebyshev import cheb2poly

from elu_sym.generate.whole_files import write_whole

DIGITS = 50
OFFSET = 4
FINE_PIECES = 128
FINE_DEGREES = {0: 6, 2: 9, 4: 11}
WIDE_DEGREES = {1: 22, 2: 26, 4: 33}
"""By the highest order of the differences that are taken: what is negligible in a value is not in
its derivatives."""
WIDE_PIECES = [(-2 + 0.5 * k, 1 / 2.0 if k < 4 else 1 / 2.5) for k in range(8)]
"""For each wide piece but the last: its least x, and how far down its r may go."""

LAST_LEAST = 2.0
LAST_RATIO = 2.0**-40

_PYTHON = '''"""Polynomials of (x + 4) M(x), M the Mills ratio, in r = 1/(x + 4); do not edit.

Written by ``python -m elu_sym.generate.mills_polynomials``, where the derivation is.
"""

'''


def _scaled_mills_ratio(r: mpmath.mpf) -> mpmath.mpf:
    """Return G(r) by a function of mpmath's that works at any size."""
    if r == 0:
        return mpmath.mpf(1)
    x = 1 / r - OFFSET
    if x < 20:
        ratio = mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(x * x / 2) * mpmath.erfc(x / mpmath.sqrt(2))
    else:
        ratio = mpmath.hyperu(0.5, 0.5, x * x / 2) / mpmath.sqrt(2)
    return ratio / r


def _interpolant(low: mpmath.mpf, high: mpmath.mpf, degree: int) -> list[mpmath.mpf]:
    """Return the coefficients in z of the Chebyshev interpolant of G on [low, high]."""
    count = degree + 1
    angles = [mpmath.pi * (k + mpmath.mpf(0.5)) / count for k in range(count)]
    middle, half = (low + high) / 2, (high - low) / 2
    values = [_scaled_mills_ratio(middle + half * mpmath.cos(angle)) for angle in angles]
    chebyshev = [
        mpmath.fsum(v * mpmath.cos(k * a) for v, a in zip(values, angles, strict=True)) * 2 / count
        for k in range(count)
    ]
    chebyshev[0] /= 2
    return list(cheb2poly(np.array(chebyshev)))


def tables() -> dict[str, list[float] | list[list[float]]]:
    """Return every table by name, computed now; coefficients by piece, lowest power first."""
    with mpmath.workdps(DIGITS):
        step = mpmath.mpf(1) / (2 * FINE_PIECES)
        fine = [(k * step, (k + 1) * step) for k in range(FINE_PIECES)]
        wide = [
            (ratio / (OFFSET + mpmath.mpf(least) + 0.5), 1 / (OFFSET + mpmath.mpf(least)))
            for least, ratio in WIDE_PIECES
        ]
        wide.append((mpmath.mpf(0), 1 / (OFFSET + mpmath.mpf(LAST_LEAST))))
        found: dict[str, Any] = {
            "WIDE_RATIO": [*(ratio for _, ratio in WIDE_PIECES), LAST_RATIO],
            "WIDE_SLOPE": [float(2 / (high - low)) for low, high in wide],
            "WIDE_SHIFT": [float((high + low) / (high - low)) for low, high in wide],
        }
        for name, degrees, intervals in (
            ("FINE", FINE_DEGREES, fine),
            ("WIDE", WIDE_DEGREES, wide),
        ):
            for order, degree in degrees.items():
                found[f"{name}_{order}"] = [
                    [float(c) for c in _interpolant(low, high, degree)] for low, high in intervals
                ]
    return found


def source() -> str:
    """Return the text of the file."""
    written = (f"{name} = {_written(rows, '')}\n" for name, rows in tables().items())
    return _PYTHON + "".join(written)


def _written(value: object, indent: str) -> str:
    """Return a number, or a tuple with one number a line."""
    if not isinstance(value, list):
        return repr(value)
    lines = [f"{indent}    {_written(each, indent + '    ')},\n" for each in value]
    return f"(\n{''.join(lines)}{indent})"


def write(path: Path) -> None:
    """Write the tables, by rename so that an interruption leaves the old file."""
    write_whole(path, source())


if __name__ == "__main__":
    write(Path(__file__).parents[1] / "numeric" / "mills_table.py")
