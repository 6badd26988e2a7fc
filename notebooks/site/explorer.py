"""The explorer, one page without a network: ELU of a normal variable, computed in the browser.

The formulas are followed through the primitives and printed as C, as for Python's own module, and
compiled to WebAssembly; what C has not, the function itself and the density of its values, SymPy
prints as JavaScript from the definition in ``elu_sym/activations.py``.  So a changed definition
moves the explorer, too.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

from sympy import (
    Abs,
    And,
    Expr,
    Min,
    Piecewise,
    Symbol,
    UnevaluatedExpr,
    diff,
    exp,
    expand,
    log,
    nan,
    pi,
    solve,
    sqrt,
)
from sympy.codegen.cfunctions import log1p
from sympy.printing.jscode import JavascriptCodePrinter

from elu_sym import elu
from elu_sym.activations import EluDerivative
from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.book.formula import FORMULAS
from elu_sym.book.joint_function import LAW_DOMAINS
from elu_sym.book.primitives import UpperPartialMoment
from elu_sym.generate.compiled_sources import in_c, tables_source
from elu_sym.numeric import _generated, joint_expectations
from elu_sym.numeric.arguments import domain_of
from elu_sym.numeric.law import Law
from elu_sym.numeric.operations import Array
from elu_sym.numeric.upper_moments import upper_partial_moment

__all__ = ["GROUPS", "c_sources", "compiled", "javascript", "page", "write"]

HERE = Path(__file__).parent
HEADERS = Path(joint_expectations.__file__).with_name("compiled")

ARGUMENTS = {
    "alpha": ("α", "where ELU saturates, −α", 0.05, 3.0, 0.05, 1.0),
    "mu": ("μ", "the mean of X", -4.0, 4.0, 0.05, 0.0),
    "sigma": ("σ", "the standard deviation of X", 0.0, 4.0, 0.05, 1.0),
    "rho": ("ρ", "the correlation of X and Y", -1.0, 1.0, 0.01, 0.5),
    "level": ("c", "the level of f′", 0.05, 2.0, 0.05, 0.5),
}
"""The symbol of each, what it is, the ends and the step of its slider, and where that begins."""

GROUPS = {
    "Values": {
        "mean": "E f(X)",
        "absolute_mean": "E |f(X)|",
        "second_moment": "E f(X)²",
        "third_moment": "E f(X)³",
        "fourth_moment": "E f(X)⁴",
        "variance": "Var f(X)",
        "std": "std f(X)",
        "covariance": "Cov(X, f(X))",
        "negative_mean": "E[f(X) | X < 0]",
    },
    "Slopes and sparsity": {
        "derivative_mean": "E f′(X)",
        "derivative_second_moment": "E f′(X)²",
        "derivative_below": "P[f′(X) < c]",
        "negative_probability": "P[X < 0]",
    },
    "Gains": {
        "second_moment_gain": "σ / √E f(X)²",
        "variance_gain": "σ / std f(X)",
        "gradient_gain": "1 / √E f′(X)²",
    },
    "Two inputs": {
        "kernel": "E f(X) f(Y)",
        "derivative_kernel": "E f′(X) f′(Y)",
        "cross_kernel": "E f(X) f′(Y)",
        "joint_covariance": "Cov(f(X), f(Y))",
        "correlation": "Corr(f(X), f(Y))",
        "distance": "E (f(X) − f(Y))²",
    },
}
"""What is shown, in the notation of the page, by the names of the formulas."""

OF_TWO_INPUTS = {
    name: name if name == "joint_covariance" else f"joint_{name}"
    for name in GROUPS["Two inputs"]
    if name != "correlation"
}
"""What the functions of two inputs are called in C."""


def negative_probability(law: Law) -> Array:
    """Compute the probability that X < 0."""
    return upper_partial_moment(0, law.reflected())


def _of_one_input() -> dict[str, Any]:
    """What is compiled, by name."""
    names = [name for group in GROUPS.values() for name in group]
    generated = {
        name: getattr(_generated, name)
        for name in names
        if name in FORMULAS and not FORMULAS[name].quantity.by_cases
    }
    return generated | {"negative_probability": negative_probability}


def c_sources() -> dict[str, str]:
    """Return the text of the files that are written for ``explorer.c``, by name."""
    shown = [in_c(name, function) for name, function in _of_one_input().items()]
    parts = [in_c(each.__name__, each) for each in joint_expectations.OF_ONE_INPUT]
    listed = [
        f' \\\n    X({each.name}, {len(each.arguments)}, {each.results}, "{each.documentation}")'
        for each in shown
    ]
    texts = [*(each.limit for each in shown), *(each.interior for each in (*shown, *parts))]
    most = max(len(each.arguments) for each in shown)
    return {
        "mills_table.h": tables_source(),
        "formulas.h": f'#pragma once\n#include "mills.h"\n{"".join(texts)}',
        "formula_list.h": f"#define MOST {most}\n#define FORMULAS(X){''.join(listed)}\n",
    }


def compiled(sources: dict[str, str]) -> bytes:
    """Compile them to WebAssembly, by the compiler of the package ``ziglang``.

    Args:
        sources: what ``c_sources`` returns.

    Raises:
        subprocess.CalledProcessError: if it is not installed, or finds a mistake.
    """
    # Where vectors stand beside it nothing is inlined or unrolled by force: a quarter less.
    flags = ["-Os", "-g0", "-DHAS_VECTORS", "-ffp-contract=off", "-fno-sanitize=all"]
    target = ["-target", "wasm32-wasi", "-mexec-model=reactor", "-Wl,--no-entry,--strip-all"]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        program = Path(folder, "explorer.wasm")
        includes = [f"-I{folder}", f"-I{HEADERS}"]
        command = [*target, *flags, *includes, str(HERE / "explorer.c"), "-o", str(program)]
        subprocess.run([sys.executable, "-m", "ziglang", "cc", *command], check=True)
        return program.read_bytes()


class _Printer(JavascriptCodePrinter):
    """Prints what the page calls by the names that it has there."""

    def __init__(self) -> None:
        super().__init__({"user_functions": {"log1p": "Math.log1p"}})

    def _print_NaN(self, _: Expr) -> str:
        return "NaN"

    def _print_UpperPartialMoment(self, moment: UpperPartialMoment) -> str:
        order, mean, deviation = moment.args
        assert order == 0, "the page knows probabilities of half-lines and no other moments"
        return f"program.negative_probability({self._print(-mean)}, {self._print(deviation)})"


def _density_at(piece: Expr, x: Symbol, y: Symbol) -> Expr:
    """The density of a piece of f at its value y, X being normal."""
    (inverse,) = solve(piece - y, x)
    stable = inverse.replace(log, lambda argument: log1p(expand(argument - 1)))
    return _normal_density(stable) * Abs(diff(inverse, y))


def _normal_density(x: Expr) -> Expr:
    mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)
    standardized = UnevaluatedExpr((x - mu) / sigma)  # the square of sigma may be no double
    return exp(-(standardized**2) / 2) / (sigma * sqrt(2 * pi))


def javascript() -> str:
    """Return the functions that SymPy prints: each of all that is known, by name."""
    x, y = Symbol("x", real=True), Symbol("y", real=True)
    parameters = [Symbol(name, positive=True) for name in elu.parameters]
    sigma, moment, variance = map(Symbol, ("sigma", "second_moment", "variance"))
    slopes = Symbol("derivative_second_moment")
    plain = {each: Symbol(each.name) for each in FORMULAS["derivative_below"].symbols}
    cases = [
        (Min(case.over_primitives(), 1), case.condition)
        for case in FORMULAS["derivative_below"].cases
    ]
    pieces = activation_pieces(elu, tuple(parameters))
    functions = {
        "value": elu.function(x, *parameters),
        "slope": EluDerivative(x, *parameters),
        "normal": _normal_density(x),
        "densityBelow": _density_at(elu.function.left(x, *parameters), x, y),
        "densityAbove": _density_at(elu.function.right(x, *parameters), x, y),
        "factor": pieces.factor,
        "ratio": pieces.ratio,
        "rate": pieces.rate,
        "derivative_below": Piecewise(*cases[:-1], (cases[-1][0], True)).xreplace(plain),
        "second_moment_gain": _where_double(sigma / sqrt(moment), moment),
        "variance_gain": _where_double(sigma / sqrt(variance), variance),
        "gradient_gain": _where_double(1 / sqrt(slopes), slopes),
        "correlation": Symbol("joint_covariance") / variance,
    }
    return "\n".join(f"  {name}: {_function(each)}," for name, each in functions.items())


def _where_double(gain: Expr, moment: Symbol) -> Expr:
    """A gain, and nothing where the moment has left the range of doubles, or would soon."""
    return Piecewise((gain, And(moment > 1e-280, moment < 1e280)), (nan, True))


def _function(expression: Any) -> str:
    """What is printed, as a function of all that is known."""
    printed = _Printer().doprint(expression)
    names = sorted(each.name for each in getattr(expression, "free_symbols", ()))
    return f"({{{', '.join(names)}}}) => {' '.join(printed.split())}"


def page(program: bytes) -> str:
    """Return the text of the page.

    Args:
        program: what is compiled.
    """
    domains = {name: LAW_DOMAINS.get(name) or domain_of(name) for name in ARGUMENTS}
    embedded = {
        "program": base64.b64encode(zlib.compress(program, 9)).decode("ascii"),
        "arguments": {
            name: dict(
                zip(("symbol", "about", "least", "most", "step", "initial"), each, strict=True)
            )
            | {"advice": domains[name].advice}
            for name, each in ARGUMENTS.items()
        },
        "parameters": elu.parameters,
        "groups": GROUPS,
        "ofOneInput": list(_of_one_input()),
        "ofTwoInputs": OF_TWO_INPUTS,
    }
    script = "\n".join(
        [
            f"const embedded = {json.dumps(embedded, ensure_ascii=False)};",
            f"const printed = {{\n{javascript()}\n}};",
            (HERE / "explorer.js").read_text(encoding="utf-8"),
        ]
    )
    text = (HERE / "explorer.html").read_text(encoding="utf-8")
    for place, inlined in (
        ("/* explorer.css */", (HERE / "explorer.css").read_text(encoding="utf-8")),
        ("/* explorer.js */", script),
    ):
        text = text.replace(place, inlined)
    return text


def write(path: Path) -> None:
    """Write the page.

    Args:
        path: where to; it is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(compiled(c_sources())), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
