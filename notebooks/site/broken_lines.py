"""Displays of long formulas, a few terms a line: a telephone shows some thirty signs in a line."""

import re
from collections.abc import Iterator
from typing import Any

from sympy import Add, Expr, Mul, Piecewise, Pow, S, latex

from elu_sym.symbols import level, slope

__all__ = ["display", "in_tex", "printed_width"]

WIDTH = 26
"""How many signs a line has, unless one term has more."""

WORDS = {word: rf"\text{{{word}}}" for word in (level, slope)}
"""Symbols that are words."""

_COMMAND = re.compile(r"\\(?!frac)[a-zA-Z]+")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_GROUP = re.compile(r"(?<=[\^_x])\{([^{}]*)\}")


def in_tex(expression: Any) -> str:
    """LaTeX, the words in it upright."""
    tex: str = latex(expression, symbol_names=WORDS)
    return tex


def display(expression: Expr, before: str = "") -> str:
    r"""A formula as a display in dollar signs.

    Args:
        expression: the formula.
        before: LaTeX that stands before it, on a line of its own unless it is one sign.

    Examples:
        >>> from sympy.abc import x
        >>> print(display(x**2, "f(x) ="))
        $$
        \begin{align*}
        & f(x) = \\
        & x^{2}
        \end{align*}
        $$
    """
    first, *others = _lines(expression)
    lines = [before, first] if len(before) > 1 else [f"{before} {first}".strip()]
    lines += others
    body = " \\\\\n".join(f"& {line}" for line in lines)
    return f"$$\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n$$"


def printed_width(tex: str) -> int:
    r"""How many signs wide LaTeX is, about; a fraction is as wide as its wider half.

    Examples:
        >>> printed_width(r"\frac{\mu}{\sigma} + 12345")
        7
    """
    tex = _COMMAND.sub("x", re.sub(r"\\(?:left|right)\b|\\[^a-zA-Z]|\s", "", tex))
    previous = None
    while tex != previous:
        previous = tex
        tex = _FRACTION.sub(lambda found: max(found[1], found[2], key=len), tex)
        tex = _GROUP.sub(r"\1", tex)
    return len(re.sub(r"[{}^_]", "", tex))


def _lines(expression: Expr) -> Iterator[str]:
    """The lines of a display."""
    if isinstance(expression, Piecewise):
        for value, condition in expression.args:
            yield from _lines(value)
            where = r"\text{else}" if condition == S.true else rf"\text{{if }} {in_tex(condition)}"
            yield rf"\qquad {where}"
        return
    line = ""
    for term in expression.as_ordered_terms():
        tex = _term(term)
        signed = tex if not line or tex.startswith("-") else f"+ {tex}"
        if line and printed_width(line + signed) > WIDTH:
            yield line
            line = signed if tex.startswith("-") else f"+ {tex}"
        else:
            line = f"{line} {signed}".strip()
    yield line


def _term(term: Any) -> str:
    """A term; the root or the power of a long sum in lines of its own."""
    sign, power = ("- ", -term) if term.could_extract_minus_sign() else ("", term)
    if isinstance(power, Pow) and isinstance(power.base, Add) and power.exp in (S.Half, 2):
        inner = " \\\\ ".join(_lines(power.base))
        if printed_width(inner) > WIDTH:
            block = rf"\begin{{array}}{{l}} {inner} \end{{array}}"
            root = rf"\sqrt{{{block}}}"
            return sign + (root if power.exp == S.Half else rf"\left({block}\right)^{{2}}")
    if isinstance(power, Mul) and printed_width(in_tex(power)) > WIDTH:
        sums = [each for each in power.args if isinstance(each, Add)]
        others = Mul(*(each for each in power.args if each not in sums))
        lines = list(_lines(sums[0])) if len(sums) == 1 else []
        if len(lines) > 1 and others != 1:
            block = " \\\\ ".join(lines)
            return (
                rf"{sign}{in_tex(others)} \left(\begin{{array}}{{l}} {block} \end{{array}}\right)"
            )
    return sign + in_tex(power) if sign else in_tex(term)
