"""Gaussian quadrature rules for Laplace integrals, derived to the last digit from their moments.

    python -m elu_sym.numeric.rule_source

writes ``gauss_rules.py``.  Each rule is the n-point Gauss rule of a weight

    w(s) = exp(-c s - s^2 / 2),   s >= 0,

so that ``sum(w_i g(s_i))`` equals the integral of ``w g`` for polynomials g below degree 2 n, with
positive weights: a sum of positive terms is never worse than its terms.  The moments obey

    m_0 = M(c),   m_1 = 1 - c m_0,   m_{k+1} = -c m_k + k m_{k-1}

(M the Mills ratio); Chebyshev's algorithm takes them to the recurrence coefficients of the
orthogonal polynomials, Newton's iteration to the nodes and the Christoffel function to the weights
(W. Gautschi, *Orthogonal Polynomials: Computation and Approximation*, 2004, sections 2.1 and 3.1).
Both steps lose digits exponentially in n, so everything is done with ``DIGITS`` decimal digits of
the standard library's ``decimal`` and rounded once, at the end.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import pairwise
from pathlib import Path

DIGITS = 160
RULES = {"HALF_RANGE": (0, 24), "DECAY": (10, 28)}
"""Name of each rule: the decay c of its weight and its number of nodes."""

_HEADER = '''"""Gauss rules of the weights exp(-c s - s^2/2) on s >= 0; do not edit.

Written by ``python -m elu_sym.numeric.rule_source``, where the derivation is.
"""

from __future__ import annotations
'''


def _arctangent_of_inverse(n: int) -> Decimal:
    """Return arctan(1/n) by its Taylor series."""
    power, total, k = Decimal(1) / n, Decimal(0), 0
    while abs(power) > Decimal(10) ** (-DIGITS - 5):
        total += power / (2 * k + 1)
        power /= -n * n
        k += 1
    return total


def _pi() -> Decimal:
    """Return pi by Machin's formula."""
    return 16 * _arctangent_of_inverse(5) - 4 * _arctangent_of_inverse(239)


def _mills_ratio(c: int) -> Decimal:
    """Return M(c) = sqrt(pi/2) exp(c^2/2) - sum of c^(2k+1) / (2k+1)!!, for c >= 0."""
    term, total, k = Decimal(c), Decimal(0), 0
    while abs(term) > Decimal(10) ** (-DIGITS - 5):
        total += term
        k += 1
        term *= Decimal(c * c) / (2 * k + 1)
    return (_pi() / 2).sqrt() * (Decimal(c * c) / 2).exp() - total


def _moments(c: int, count: int) -> list[Decimal]:
    """Return the first moments of the weight exp(-c s - s^2/2)."""
    moments = [_mills_ratio(c)]
    moments.append(1 - c * moments[0])
    for k in range(1, count - 1):
        moments.append(-c * moments[k] + k * moments[k - 1])
    return moments


def _recurrence(moments: list[Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    """Return a, b of p_{k+1} = (s - a_k) p_k - b_k p_{k-1} by Chebyshev's algorithm."""
    count = len(moments) // 2
    before, now = [Decimal(0)] * len(moments), moments
    a, b = [moments[1] / moments[0]], [moments[0]]
    for k in range(1, count):
        after = [Decimal(0)] * len(moments)
        for j in range(k, 2 * count - k):
            after[j] = now[j + 1] - a[-1] * now[j] - b[-1] * before[j]
        a.append(after[k + 1] / after[k] - now[k] / now[k - 1])
        b.append(after[k] / now[k - 1])
        before, now = now, after
    return a, b


def _polynomials(s: Decimal, a: list[Decimal], b: list[Decimal]) -> list[Decimal]:
    """Return p_0(s), ..., p_n(s)."""
    values = [Decimal(1)]
    for k in range(len(a)):
        previous = b[k] * values[k - 1] if k else Decimal(0)
        values.append((s - a[k]) * values[k] - previous)
    return values


def _sign_changes(values: list[Decimal]) -> int:
    """Return how many zeros of the last polynomial lie to the right (Sturm's theorem)."""
    return sum((x > 0) != (y > 0) for x, y in pairwise(values))


def _node(rank: int, a: list[Decimal], b: list[Decimal]) -> Decimal:
    """Return the zero of p_n that has ``rank`` zeros to its right: bisection, then secants."""
    low, high = Decimal(0), Decimal(4 * len(a))
    for _ in range(60):
        middle = (low + high) / 2
        if _sign_changes(_polynomials(middle, a, b)) > rank:
            low = middle
        else:
            high = middle
    left, right = _polynomials(low, a, b)[-1], _polynomials(high, a, b)[-1]
    while high != low and right != left:
        low, high = high, high - right * (high - low) / (right - left)
        if abs(high - low) < Decimal(10) ** (-DIGITS // 3):
            break
        left, right = right, _polynomials(high, a, b)[-1]
    return high


def gauss_rule(c: int, count: int) -> tuple[list[float], list[float]]:
    """Return the nodes, ascending, and the weights of the Gauss rule of exp(-c s - s^2/2).

    Args:
        c: The decay of the weight, not negative.
        count: The number of nodes.

    Returns:
        Nodes and weights, each the double nearest to its exact value.

    >>> nodes, weights = gauss_rule(0, 2)
    >>> abs(sum(weights) - 1.2533141373155003) < 1e-15  # sqrt(pi/2)
    True
    """
    with localcontext() as context:
        context.prec = DIGITS
        a, b = _recurrence(_moments(c, 2 * count))
        nodes, weights = [], []
        for rank in reversed(range(count)):
            node = _node(rank, a, b)
            norm, total = Decimal(1), Decimal(0)
            for k, value in enumerate(_polynomials(node, a, b)[:-1]):
                norm *= b[k]
                total += value * value / norm
            nodes.append(float(node))
            weights.append(float(1 / total))
    return nodes, weights


def source() -> str:
    """Return the text of ``gauss_rules.py``."""
    parts = [_HEADER]
    for name, (c, count) in RULES.items():
        for kind, values in zip(("NODES", "WEIGHTS"), gauss_rule(c, count), strict=True):
            lines = "".join(f"    {value!r},\n" for value in values)
            parts.append(f"\n{name}_{kind} = (\n{lines})\n")
        parts.append(f"{name}_CONSTANT = {float(c)!r}\n")
    return "".join(parts)


def write(path: Path) -> None:
    """Write the rules to ``path``, by rename so that an interruption leaves the old file."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(source(), encoding="utf-8", newline="\n")
    temporary.replace(path)


if __name__ == "__main__":
    write(Path(__file__).with_name("gauss_rules.py"))
