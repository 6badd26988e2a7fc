"""How code printers call the hooks of a function, and the rewriting to expm1."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Function, Piecewise, Symbol, exp, lambdify, latex
from sympy.codegen.cfunctions import expm1
from sympy.codegen.numpy_nodes import maximum, minimum
from sympy.codegen.rewriting import expm1_opt, optimize
from sympy.printing.numpy import JaxPrinter, NumPyPrinter, SciPyPrinter
from sympy.printing.pycode import MpmathPrinter, PythonCodePrinter, SymPyPrinter

from elu_sym.symbols import alpha, x


class Hooked(Function):
    """A function that prints the name of the hook that was called."""

    nargs = 1

    def _numpycode(self, printer: Any) -> str:
        return "numpy hook"

    def _scipycode(self, printer: Any) -> str:
        return "scipy hook"

    def _jaxcode(self, printer: Any) -> str:
        return "jax hook"

    def _pythoncode(self, printer: Any) -> str:
        return "python hook"

    def _mpmathcode(self, printer: Any) -> str:
        return "mpmath hook"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return f"latex hook with exponent {exp}"


@pytest.mark.parametrize(
    ("printer", "hook"),
    [
        (NumPyPrinter, "numpy hook"),
        (SciPyPrinter, "numpy hook"),
        (JaxPrinter, "jax hook"),
        (PythonCodePrinter, "python hook"),
        (MpmathPrinter, "mpmath hook"),
    ],
)
def test_each_printer_calls_its_hook(printer, hook):
    """`KinkedFunction` prints branch-safe code by these; SciPy's printer has no hook of its own."""
    assert printer().doprint(Hooked(x)) == hook


def test_the_printer_of_sympy_code_calls_the_hook_of_python():
    """`KinkedFunction._scalar_code` tells the two apart by the type of the printer."""
    assert SymPyPrinter().doprint(Hooked(x)) == "python hook"


def test_a_power_reaches_the_latex_hook_as_an_exponent():
    """`KinkedFunction._latex` takes the exponent and sets the parentheses itself."""
    assert latex(Hooked(x)) == "latex hook with exponent None"
    assert latex(Hooked(x) ** 2) == "latex hook with exponent 2"


@pytest.mark.parametrize(
    ("printer", "module"),
    [(NumPyPrinter, "numpy"), (SciPyPrinter, "numpy"), (JaxPrinter, "jax.numpy")],
)
def test_array_printers_know_their_module_and_the_clipping_nodes(printer, module):
    """`KinkedFunction._array_code` writes `where`, `minimum` and `maximum` by these."""
    prints = printer()
    assert prints._module == module
    assert prints._module_format(f"{module}.where") == f"{module}.where"
    assert f"{module}.minimum" in prints.doprint(minimum(x, 0))
    assert f"{module}.maximum" in prints.doprint(maximum(x, 0))


def test_expm1_is_found_in_the_pieces_of_elu_and_celu():
    """The left pieces print without cancellation at 0 because of this."""
    assert optimize(alpha * (exp(x) - 1), [expm1_opt]) == alpha * expm1(x)
    assert optimize(alpha * (exp(x / alpha) - 1), [expm1_opt]) == alpha * expm1(x / alpha)
    assert optimize(alpha * exp(x), [expm1_opt]) == alpha * exp(x)
    assert optimize(x, [expm1_opt]) == x


def test_expm1_prints_for_every_module():
    """Without a printed `expm1`, code for a backend would fail when it is called."""
    value = math.expm1(1e-12)
    for module in ("numpy", "scipy", "math"):
        assert lambdify(x, expm1(x), module)(1e-12) == value
    with mpmath.workdps(30):
        found = lambdify(x, expm1(x), "mpmath")(mpmath.mpf("1e-12"))
        assert abs(found - mpmath.expm1(mpmath.mpf("1e-12"))) < mpmath.mpf("1e-40")


def test_a_piecewise_of_numpy_evaluates_the_branch_not_taken():
    """`KinkedFunction` clips its argument because of this: the branch not taken overflows."""
    function = lambdify(x, Piecewise((x, x >= 0), (exp(x) - 1, True)), "numpy")
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        function(np.array([1000.0]))


def test_names_that_are_no_identifiers_of_python_are_replaced():
    """The parameter of SELU is called lambda, which is a keyword."""
    assert lambdify(Symbol("lambda"), Symbol("lambda") ** 2)(3) == 9
