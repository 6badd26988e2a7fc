"""The functions of the normal law print as code, and the code has the values of the law."""

import subprocess
from shutil import which

import numpy as np
import pytest
import sympy
from scipy import stats
from sympy import Symbol, exp, lambdify

from elu_sym import FORMULAS
from elu_sym.algebra.special_functions import MillsRatio, NormalCdf, NormalPdf

t = Symbol("t", real=True)
PLACES = [-30.0, -3.25, 0.0, 0.5, 6.0]
TRUE = {
    NormalCdf(t): stats.norm.cdf,
    NormalPdf(t): stats.norm.pdf,
    MillsRatio(t): lambda t: np.exp(stats.norm.logsf(t) - stats.norm.logpdf(t)),
    # What the code is embedded in must not come apart.
    NormalCdf(t) ** 2: lambda t: stats.norm.cdf(t) ** 2,
    1 / (2 - NormalCdf(-t)) ** 2: lambda t: (2 - stats.norm.sf(t)) ** -2,
}
EVERY_FUNCTION = pytest.mark.parametrize("function", TRUE, ids=str)
# t**2 units are lost where the square is rounded before the exponential.
TOLERANCE = 1e-12


@EVERY_FUNCTION
@pytest.mark.parametrize("modules", ["math", "mpmath", "scipy", "numpy"])
def test_the_code_of_python(function, modules):
    code = lambdify(t, function, modules)
    values = [float(code(place)) for place in PLACES]
    np.testing.assert_allclose(values, TRUE[function](np.array(PLACES)), rtol=TOLERANCE)


@EVERY_FUNCTION
def test_the_code_of_scipy_takes_arrays(function):
    values = lambdify(t, function, "scipy")(np.array(PLACES))
    np.testing.assert_allclose(values, TRUE[function](np.array(PLACES)), rtol=TOLERANCE)


@EVERY_FUNCTION
def test_the_code_of_pytorch(function):
    torch = pytest.importorskip("torch")
    code = lambdify(t, function, "torch")
    places = torch.tensor(PLACES, dtype=torch.float64, requires_grad=True)
    values = code(places)
    np.testing.assert_allclose(
        values.detach().numpy(), TRUE[function](np.array(PLACES)), rtol=TOLERANCE
    )
    values.sum().backward()
    slopes = lambdify(t, function.diff(t), "torch")(places.detach())
    # The tail over the density has an intermediate slope that overflows at -30.
    np.testing.assert_allclose(places.grad.numpy()[1:], slopes.numpy()[1:], rtol=1e-9)


@EVERY_FUNCTION
def test_the_code_of_jax(function):
    jax = pytest.importorskip("jax")
    code = jax.jit(lambdify(t, function, "jax"))
    for place in (-3.25, 0.0, 0.5, 6.0):  # in single precision
        np.testing.assert_allclose(float(code(place)), TRUE[function](place), rtol=1e-4)


@EVERY_FUNCTION
def test_the_code_of_c(function, tmp_path):
    compiler = which("cc") or which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, program = tmp_path / "value.c", tmp_path / "value"
    places = ", ".join(map(repr, PLACES))
    source.write_text(
        "#define _GNU_SOURCE\n#include <math.h>\n#include <stdio.h>\nint main(void) {\n"
        f"double places[] = {{{places}}};\n"
        f"for (int i = 0; i < {len(PLACES)}; i++) {{ double t = places[i];"
        f' printf("%.17g\\n", {sympy.ccode(function)}); }}\nreturn 0; }}\n'
    )
    subprocess.run([compiler, str(source), "-o", str(program), "-lm"], check=True)
    run = subprocess.run([str(program)], check=True, capture_output=True, text=True)
    values = list(map(float, run.stdout.split()))
    np.testing.assert_allclose(values, TRUE[function](np.array(PLACES)), rtol=TOLERANCE)


@pytest.mark.parametrize(
    ("language", "call"),
    [
        (sympy.cxxcode, "std::erfc("),
        (sympy.fcode, "erfc("),
        (sympy.glsl_code, "erfc("),
        (sympy.jscode, "erfc("),
        (sympy.julia_code, "erfc("),
        (sympy.maple_code, "erfc("),
        (sympy.mathematica_code, "Erfc["),
        (sympy.octave_code, "erfc("),
        (sympy.pycode, "math.erfc("),
        (sympy.rcode, "pnorm("),
        (sympy.rust_code, "libm::erfc("),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_every_language_calls_what_keeps_the_tail(language, call):
    code = language(exp(t) * NormalCdf(t))
    assert call in code
    assert "1 - " not in code
    assert "NormalCdf" not in code


def test_every_closed_form_is_code():
    for name, formula in FORMULAS.items():
        assert "Normal" not in sympy.ccode(formula.closed_form), name
    point = {"mu": 0.3, "sigma": 1.2, "alpha": 1.5}
    mean = FORMULAS["mean"]
    for modules in ("math", "mpmath", "scipy"):
        code = lambdify(mean.symbols, mean.closed_form, modules)
        np.testing.assert_allclose(float(code(*point.values())), mean(**point), rtol=1e-13)
