"""The moments of the named activations at mu = 0, sigma = 1, to 30 digits, each certified.

``python -m elu_sym.networks.tabulated_moments`` computes them anew and writes them beside this
file; reading them needs neither SymPy nor Arb. Before a moment is written, Stein's identity has to
confirm the derivative, and with it that the pieces meet at their breakpoints.
"""

import csv
from collections.abc import Mapping
from decimal import Context, Decimal
from pathlib import Path

from elu_sym.generate.exit_codes import exit_code
from elu_sym.generate.whole_files import write_whole

__all__ = ["CONTEXT", "DIGITS", "FILE", "MOMENTS", "table"]

FILE = Path(__file__).with_suffix(".csv")

DIGITS = 30
"""The digits of a moment, all of which Arb knows."""

CONTEXT = Context(prec=DIGITS)
"""Computes with all of them, whatever the precision of decimal numbers is set to elsewhere."""


def table() -> str:
    """The table, computed anew, as comma-separated values.

    Raises:
        UncertifiedError: if a value cannot be enclosed, or Stein's identity does not hold.
        ModuleNotFoundError: if python-flint is missing.
    """
    from typing import get_args

    from sympy import Rational

    from elu_sym.certify.gaussian_quadrature import UncertifiedError, derivative, stein_gap
    from elu_sym.certify.integrand import Integrand
    from elu_sym.certify.logistic import with_logistic
    from elu_sym.networks.certified_activation import CertifiedActivation, Moment
    from elu_sym.networks.named_activations import NAMED_ACTIVATIONS

    moments = get_args(Moment)
    lines = [",".join(("activation", *moments))]
    for name, (define, _, jumps) in NAMED_ACTIVATIONS.items():
        activation = CertifiedActivation(define)
        pieces = Integrand.split(with_logistic(activation.expression))
        gap = stein_gap(pieces, derivative(pieces), Rational(1, 3), Rational(2), 128)
        if gap.contains(0) == jumps:
            raise UncertifiedError(f"Stein's identity is off by {gap.str(5)} for {name}")
        balls = [activation.enclosure(moment, 0, 1, 4 * DIGITS) for moment in moments]
        lines.append(",".join((name, *(ball.str(DIGITS, radius=False) for ball in balls))))
    return "\n".join((*lines, ""))


def _read() -> Mapping[str, Mapping[str, Decimal]]:
    if not FILE.exists():  # it is being written for the first time
        return {}
    with FILE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        row.pop("activation"): {name: Decimal(value) for name, value in row.items()} for row in rows
    }


MOMENTS = _read()
"""The moments by activation and name."""


def main() -> int:
    """Write the table."""
    write_whole(FILE, table())
    return 0


if __name__ == "__main__":
    raise SystemExit(exit_code("python -m elu_sym.networks.tabulated_moments", main))
