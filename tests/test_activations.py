"""ELU and its relatives behave as SymPy's own functions do, and keep the atom at the kink."""

import math
import pickle
import shutil
import subprocess
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings, strategies as st
from sympy import (
    DiracDelta,
    Expr,
    I,
    Piecewise,
    Rational,
    S,
    Symbol,
    ccode,
    diff,
    exp,
    fcode,
    glsl_code,
    integrate,
    jscode,
    julia_code,
    lambdify,
    latex,
    log,
    nan,
    octave_code,
    oo,
    pi,
    plot,
    rust_code,
    solve,
    solveset,
)
from sympy.core.function import ArgumentIndexError
from sympy.printing.rcode import rcode
from sympy.stats import Exponential, Normal, density

from elu_sym import activations
from elu_sym.activations import (
    Celu,
    CeluDerivative,
    Elu,
    EluDerivative,
    KinkedFunction,
    LeakyRelu,
    LeakyReluDerivative,
    Relu,
    ReluDerivative,
    Selu,
    SeluDerivative,
)
from elu_sym.algebra.enclosure import enclose
from elu_sym.algebra.normal_form import is_zero
from elu_sym.symbols import alpha, distance, mu, scale, sigma, slope, x

APPLIED = [
    Elu(x, alpha),
    Relu(x),
    LeakyRelu(x, slope),
    Selu(x, alpha, scale),
    Celu(x, alpha),
]
DERIVATIVES = [
    EluDerivative(x, alpha),
    ReluDerivative(x),
    LeakyReluDerivative(x, slope),
    SeluDerivative(x, alpha, scale),
    CeluDerivative(x, alpha),
]
VALUES = {alpha: 1.7, slope: 0.2, scale: 1.1}
INVERTIBLE = [function for function in APPLIED if function != Relu(x)]


def formula(function: KinkedFunction, t: float, a: float, s: float, factor: float) -> float:
    """The five functions and their derivatives once more, written from the papers."""
    below = t < 0
    return {
        Elu: a * math.expm1(t) if below else t,
        Relu: 0.0 if below else t,
        LeakyRelu: s * t if below else t,
        Selu: factor * (a * math.expm1(t) if below else t),
        Celu: a * math.expm1(t / a) if below else t,
        EluDerivative: a * math.exp(t) if below else 1.0,
        ReluDerivative: 0.0 if below else 1.0,
        LeakyReluDerivative: s if below else 1.0,
        SeluDerivative: factor * (a * math.exp(t) if below else 1.0),
        CeluDerivative: math.exp(t / a) if below else 1.0,
    }[type(function)]


def value_and_slope(code: Callable[[Any], Any], t: float, library: str) -> tuple[float, float]:
    if library == "jax":
        import jax

        with jax.enable_x64(True):
            return float(code(t)), float(jax.grad(lambda t: code(t) + 0.0 * t)(t))
    import torch

    at = torch.tensor(t, dtype=torch.float64, requires_grad=True)
    value = code(at) + 0.0 * at
    value.backward()
    return value.item(), at.grad.item()


LANGUAGES = {
    "c": (
        ccode,
        "double f{}(double x) {{ return {}; }}",
        'printf("%.17g\\n", f{}({!r}));',
        "#include <math.h>\n#include <stdio.h>\n{}\nint main(void) {{\n{}\nreturn 0;\n}}",
        "gcc program.c -lm -o program && ./program",
    ),
    "js": (jscode, "const f{} = x => {};", "console.log(f{}({!r}));", "{}\n{}", "node program.js"),
    "rs": (
        rust_code,
        "fn f{}(x: f64) -> f64 {{ {} }}",
        'println!("{{:e}}", f{}({!r}));',
        "{}\nfn main() {{\n{}\n}}",
        "rustc -A warnings program.rs && ./program",
    ),
}
"""A printer of SymPy, how a function is written, how it is called, the program, what runs it."""


class TestEvaluation:
    def test_where_the_sign_is_known(self) -> None:
        assert Elu(distance, alpha) == distance
        assert Elu(-distance, alpha) == alpha * (exp(-distance) - 1)
        assert Elu(Symbol("n", nonnegative=True), alpha) == Symbol("n", nonnegative=True)
        assert Elu(0, alpha) == 0
        assert EluDerivative(0, alpha) == 1
        assert EluDerivative(-1, alpha) == alpha * exp(-1)
        assert Relu(-distance) == 0
        assert LeakyRelu(-2, slope) == -2 * slope
        assert Selu(-1, alpha, scale) == scale * alpha * (exp(-1) - 1)
        assert Celu(-alpha, alpha) == alpha * (exp(-1) - 1)

    def test_where_it_is_not(self) -> None:
        assert isinstance(Elu(x, alpha), Elu)
        assert isinstance(Elu(x - 1, alpha), Elu)

    def test_at_the_infinities(self) -> None:
        assert Elu(oo, alpha) == oo
        assert Elu(-oo, alpha) == -alpha
        assert EluDerivative(oo, alpha) == 1
        assert EluDerivative(-oo, alpha) == 0
        assert Elu(nan, alpha) is nan

    def test_substitution_evaluates(self) -> None:
        assert Elu(x, alpha).subs(x, -2) == alpha * (exp(-2) - 1)
        assert Elu(x, alpha).xreplace({x: -distance}) == alpha * (exp(-distance) - 1)

    def test_number_of_arguments(self) -> None:
        with pytest.raises(TypeError, match="exactly 2 arguments"):
            Elu(x)

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    def test_text_is_an_error_and_never_run(self, function: KinkedFunction, tmp_path: Path) -> None:
        """SymPy would read it as a program."""
        mark = tmp_path / "mark"
        program = f"__import__('pathlib').Path({str(mark)!r}).touch()"
        for position in range(len(function.args)):
            arguments = list(function.args)
            arguments[position] = program
            with pytest.raises(TypeError, match="is of type str; give a SymPy expression or a num"):
                function.func(*arguments)
        assert not mark.exists()

    def test_arrays_are_named(self) -> None:
        with pytest.raises(TypeError, match=r"x = array\(\[ 1., -1.\]\) is of type ndarray"):
            Elu(np.array([1.0, -1.0]), 1.0)

    def test_the_base_class_is_no_function(self) -> None:
        with pytest.raises(TypeError, match="left and a right piece"):
            KinkedFunction.left(x)
        with pytest.raises(TypeError, match="left and a right piece"):
            KinkedFunction.right(x)

    def test_digits(self) -> None:
        assert str(Elu(Rational(-1, 10**40), 1).n(20)) == "-1.0000000000000000000e-40"
        assert abs(Elu(pi - 4, Rational(1, 3)).n(40) - (exp(pi - 4) - 1) / 3).n(40) < 1e-38
        # The sign shows only numerically.
        assert abs((Elu(exp(-1) - log(2) / 2, 2) - exp(-1) + log(2) / 2).n(30)) < 1e-28

    @pytest.mark.parametrize("t", [-1e-20, -1e-300, -0.3, 2.5])
    def test_floats_keep_their_digits(self, t: float) -> None:
        """1 less exp of it, rounded, would be 0."""
        for function in (*APPLIED, *DERIVATIVES):
            at = function.subs(x, t).subs(VALUES)
            assert float(at) == pytest.approx(formula(function, t, 1.7, 0.2, 1.1), rel=1e-14, abs=0)
        assert Elu(x, 1).subs(x, -1e-20) == -1e-20
        assert Elu(x, alpha).subs(x, -1e-20) == -1e-20 * alpha

    def test_what_has_no_number_stays(self) -> None:
        assert Elu(x, alpha).n() == Elu(x, alpha)
        assert Elu(x, 2).n() == Elu(x, 2)
        assert Elu(I, 2).n() == Elu(I, 2)


class TestAssumptions:
    def test_real(self) -> None:
        for function in (*APPLIED, *DERIVATIVES):
            assert function.is_real
            assert function.is_finite

    def test_signs(self) -> None:
        assert EluDerivative(x, alpha).is_positive
        assert CeluDerivative(x, alpha).is_positive
        assert ReluDerivative(x).is_nonnegative
        assert Relu(x).is_nonnegative
        assert Elu(x, alpha).is_positive is None
        assert Elu(x, alpha).is_nonnegative is None
        assert Relu(x).is_positive is None

    def test_nothing_is_said_where_an_infinity_is_possible(self) -> None:
        extended = Symbol("t", extended_real=True)
        assert Elu(extended, alpha).is_finite is None
        assert EluDerivative(extended, alpha).is_positive is None

    def test_nothing_is_said_of_one_piece_for_the_other(self) -> None:
        assert Elu(x, I).is_real is None
        assert Elu(x, Symbol("a")).is_real is None
        assert Elu(Symbol("w"), alpha).is_real is None


class TestRewriting:
    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    def test_piecewise_has_the_two_pieces(self, function: KinkedFunction) -> None:
        (right, condition), (left, otherwise) = function.rewrite(Piecewise).args
        assert (right, left) == tuple(p(*function.args) for p in (function.right, function.left))
        assert condition == (x >= 0)
        assert otherwise == S.true

    def test_inside_an_expression(self) -> None:
        square = (Elu(x, alpha) ** 2 + 1).rewrite(Piecewise)
        assert not square.has(Elu)
        assert integrate(Elu(x, 1).rewrite(Piecewise), (x, -1, 1)) == S.Half - exp(-1)


class TestIntegrals:
    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    def test_definite(self, function: KinkedFunction) -> None:
        function = function.subs(VALUES)
        with mpmath.workdps(25):
            expected = mpmath.quad(
                lambda t: formula(function, float(t), 1.7, 0.2, 1.1), [-1, 0, Rational(3, 2)]
            )
        found = integrate(function, (x, -1, Rational(3, 2)))
        assert float(found) == pytest.approx(float(expected), rel=1e-12)

    def test_indefinite(self) -> None:
        antiderivative = integrate(Elu(x, alpha), x)
        for side in (-distance, distance):
            slope_there = antiderivative.subs(x, side).diff(distance)
            assert is_zero(slope_there - Elu(side, alpha) * side.diff(distance))


class TestDerivatives:
    @pytest.mark.parametrize("function", APPLIED)
    def test_of_the_function(self, function: KinkedFunction) -> None:
        derivative = function.diff(x)
        assert derivative == DERIVATIVES[APPLIED.index(function)]
        for piece in ("left", "right"):
            expected = diff(getattr(function, piece)(*function.args), x)
            assert is_zero(getattr(derivative, piece)(*function.args) - expected)

    def test_chain_rule(self) -> None:
        assert Elu(3 * x, alpha).diff(x) == 3 * EluDerivative(3 * x, alpha)
        assert Elu(mu + sigma * x, alpha).diff(sigma) == x * EluDerivative(mu + sigma * x, alpha)

    @pytest.mark.parametrize(
        ("derivative", "jump"),
        [
            (EluDerivative(x, alpha), 1 - alpha),
            (EluDerivative(x, S.One), S.Zero),
            (ReluDerivative(x), S.One),
            (LeakyReluDerivative(x, slope), 1 - slope),
            (SeluDerivative(x, alpha, scale), scale - scale * alpha),
            (CeluDerivative(x, alpha), S.Zero),
        ],
    )
    def test_second_derivative_carries_the_atom(self, derivative: Expr, jump: Expr) -> None:
        assert is_zero(derivative.jump() - jump)
        atom = derivative.diff(x).coeff(DiracDelta(x))
        regular = derivative.diff(x).subs(DiracDelta(x), 0)
        assert is_zero(atom - jump)
        assert not regular.has(DiracDelta)
        for side, piece in ((-distance, derivative.left), (distance, derivative.right)):
            slope_there = diff(piece(*derivative.args), x).subs(x, side)
            assert is_zero(regular.subs(x, side) - slope_there)

    def test_atom_makes_the_fundamental_theorem_hold(self) -> None:
        second = Elu(x, 3).diff(x, 2)
        regular = integrate(second.subs(DiracDelta(x), 0), (x, -1, 1))
        total = regular + second.coeff(DiracDelta(x))
        assert is_zero(total - (EluDerivative(1, 3) - EluDerivative(-1, 3)))

    def test_in_the_parameters(self) -> None:
        assert Elu(x, alpha).diff(alpha) == Piecewise((0, x >= 0), (exp(x) - 1, True))
        assert EluDerivative(x, alpha).diff(alpha) == Piecewise((0, x >= 0), (exp(x), True))
        assert LeakyRelu(x, slope).diff(slope) == Piecewise((0, x >= 0), (x, True))
        difference = Selu(-distance, alpha, scale).diff(scale) - Elu(-distance, alpha)
        assert is_zero(difference)
        celu = Celu(x, alpha).diff(alpha).subs(x, -distance)
        assert is_zero(celu - diff(alpha * (exp(-distance / alpha) - 1), alpha))

    def test_both_arguments_at_once(self) -> None:
        total = Elu(x, x**2).diff(x).subs(x, -distance)
        assert is_zero(total + diff(distance**2 * (exp(-distance) - 1), distance))

    def test_argument_out_of_range(self) -> None:
        for index in (0, 3):
            with pytest.raises(ArgumentIndexError):
                Elu(x, alpha).fdiff(index)
            with pytest.raises(ArgumentIndexError):
                EluDerivative(x, alpha).fdiff(index)


class TestInverse:
    @settings(max_examples=30)  # each solves for the inverse again
    @given(
        st.fractions(-20, 20, max_denominator=1000),
        st.fractions("1/10", 10, max_denominator=1000),
        st.sampled_from(INVERTIBLE),
    )
    def test_undoes_the_function(self, t: Fraction, a: Fraction, function: KinkedFunction) -> None:
        point, value = (Rational(q.numerator, q.denominator) for q in (t, a))
        applied = function.subs(dict.fromkeys(function.free_symbols - {x}, value))
        back = applied.inverse(1)(applied.subs(x, point))
        with ctx.workprec(256):
            assert abs(enclose(back - point, {}, 1024)) < arb(2) ** -200

    @pytest.mark.parametrize("function", APPLIED)
    def test_solve_is_refused_and_what_to_use_instead_is_right(
        self, function: KinkedFunction
    ) -> None:
        """solve takes x for positive, where no equation is negative or both pieces agree."""
        function = function.subs(VALUES)
        level = formula(function, -0.5, 1.7, 0.2, 1.1)
        with pytest.raises(NotImplementedError, match=r"use solveset\(equation, x, S.Reals\)"):
            solve(function - level, x)
        if function == Relu(x):
            assert solveset(function + 1, x, S.Reals) is S.EmptySet
            level, expected = 0.5, 0.5
        else:
            expected = -0.5
        (solution,) = solveset(function - Rational(level), x, S.Reals)
        assert float(solution) == pytest.approx(expected, rel=1e-12)
        (solution,) = solve((function - Rational(level)).rewrite(Piecewise), x)
        assert float(solution) == pytest.approx(expected, rel=1e-12)

    def test_closed_form(self) -> None:
        assert Elu(x, alpha).inverse(1)(-alpha / 2) == -log(2)
        assert Elu(x, alpha).inverse(1)(distance) == distance

    def test_constant_piece_has_none(self) -> None:
        with pytest.raises(ArgumentIndexError):
            Relu(x).inverse(1)

    def test_only_in_x(self) -> None:
        with pytest.raises(ArgumentIndexError):
            Elu(x, alpha).inverse(2)


class TestLatex:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            (Elu(x, alpha), r"\operatorname{ELU}_{\alpha}\left(x\right)"),
            (Elu(x, alpha) ** 2, r"\left(\operatorname{ELU}_{\alpha}\left(x\right)\right)^{2}"),
            (EluDerivative(x, alpha), r"\operatorname{ELU}'_{\alpha}\left(x\right)"),
            (Relu(x), r"\operatorname{ReLU}\left(x\right)"),
            (ReluDerivative(x), r"\operatorname{ReLU}'\left(x\right)"),
            (Selu(x, alpha, scale), r"\operatorname{SELU}_{\alpha, \lambda}\left(x\right)"),
        ],
    )
    def test_latex(self, expression: Expr, expected: str) -> None:
        assert latex(expression) == expected


class TestCode:
    grid = np.array([-1e4, -745.2, -30.0, -1.5, -1e-12, -0.0, 0.0, 1e-300, 0.7, 20.0, 1e4])

    def call(self, function: KinkedFunction, t: object, modules: str) -> object:
        parameters = function.args[1:]
        code = lambdify((x, *parameters), function, modules)
        return code(t, *(VALUES[parameter] for parameter in parameters))

    def expected(self, function: KinkedFunction) -> list[float]:
        return [formula(function, t, 1.7, 0.2, 1.1) for t in self.grid]

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    @pytest.mark.parametrize("modules", ["numpy", "scipy"])
    def test_arrays(self, function: KinkedFunction, modules: str) -> None:
        with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
            warnings.simplefilter("error")
            computed = self.call(function, self.grid, modules)
        np.testing.assert_allclose(computed, self.expected(function), rtol=4e-16)

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    def test_scalars(self, function: KinkedFunction) -> None:
        computed = [self.call(function, float(t), "math") for t in self.grid]
        np.testing.assert_allclose(computed, self.expected(function), rtol=4e-16)

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    def test_any_precision(self, function: KinkedFunction) -> None:
        with mpmath.workdps(40):
            computed = [self.call(function, mpmath.mpf(float(t)), "mpmath") for t in self.grid]
        # The doubles they are compared with lose some digits where exp(t/alpha) is tiny.
        numbers = [float(value) for value in computed]
        np.testing.assert_allclose(numbers, self.expected(function), rtol=1e-12, atol=1e-300)

    def test_small_arguments_keep_their_digits_at_any_precision(self) -> None:
        code = lambdify((x, alpha), Elu(x, alpha), "mpmath")
        with mpmath.workdps(40):
            t = -(mpmath.mpf(10) ** -30)
            relative = abs(code(t, 1) / (t + t**2 / 2) - 1)
        assert relative < mpmath.mpf(10) ** -38

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    @pytest.mark.parametrize("library", ["jax", "torch"])
    def test_value_and_derivative_are_right_where_it_is_differentiated(
        self, function: KinkedFunction, library: str
    ) -> None:
        """Also at the kink, where a minimum has half a derivative, and below -37, where expm1 + 1
        is 0."""
        pytest.importorskip(library, reason=f"needs the extra {library}")
        applied = function.subs(VALUES)
        slopes = lambdify(x, applied.diff(x).subs(DiracDelta(x), 0), "math")
        code = lambdify(x, applied, library)
        for t in (-1e4, -700.0, -40.0, -1.5, -1e-12, 0.0, 0.7, 1e4):
            value, slope_there = value_and_slope(code, t, library)
            expected = formula(function, t, 1.7, 0.2, 1.1)
            assert value == pytest.approx(expected, rel=1e-13, abs=0), t
            assert slope_there == pytest.approx(slopes(t), rel=1e-13, abs=0), t

    def test_the_derivative_by_expm1_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("torch", reason="needs the extra torch")
        names = activations._ExponentialMinusOne.names
        monkeypatch.setitem(names, "_torchcode", "torch.expm1({})")
        with pytest.raises(AssertionError):
            self.test_value_and_derivative_are_right_where_it_is_differentiated(APPLIED[0], "torch")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_languages(self, language: str, tmp_path: Path) -> None:
        code, function, printed, main, command = LANGUAGES[language]
        if not shutil.which(command.split()[0]):
            pytest.skip(f"{command.split()[0]} is not installed")
        functions = [function.subs(VALUES) for function in (*APPLIED, *DERIVATIVES)]
        functions.append(x + functions[0])
        lines = [function.format(n, code(each)) for n, each in enumerate(functions)]
        calls = [printed.format(n, float(t)) for n in range(len(functions)) for t in self.grid]
        program = main.format("\n".join(lines), "\n".join(calls))
        (tmp_path / f"program.{language}").write_text(program, encoding="utf-8")
        output = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert output.returncode == 0, output.stderr
        found = np.array(output.stdout.split(), float).reshape(len(functions), -1)
        expected = [self.expected(function) for function in (*APPLIED, *DERIVATIVES)]
        expected.append([t + value for t, value in zip(self.grid, expected[0], strict=True)])
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-320)

    @pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
    @pytest.mark.parametrize(
        "printer", [octave_code, julia_code, rcode, partial(fcode, standard=95), glsl_code]
    )
    def test_other_languages_are_written(
        self, function: KinkedFunction, printer: Callable[[Expr], str]
    ) -> None:
        code = printer(function)
        assert "Not supported" not in code
        assert "exp(x) - 1" not in code

    def test_is_drawn_without_a_warning(self) -> None:
        pytest.importorskip("matplotlib", reason="needs the extra notebooks")
        (line,) = plot(Elu(x, 1), (x, -5, 5), show=False)
        points = np.array(line.get_points())
        expected = [formula(Elu(x, 1), t, 1, 0, 0) for t in points[0]]
        np.testing.assert_allclose(points[1], expected, rtol=1e-12)

    def test_uses_expm1(self) -> None:
        for modules in ("numpy", "scipy", "math", "mpmath"):
            assert "expm1" in lambdify((x, alpha), Elu(x, alpha), modules).__doc__

    def test_sympy_code_gives_the_function_again(self) -> None:
        code = lambdify((x, alpha), Elu(x, alpha), "sympy")
        assert code(x, alpha) == Elu(x, alpha)
        assert code(-distance, alpha) == alpha * (exp(-distance) - 1)

    @pytest.mark.parametrize(
        "function", [*APPLIED, EluDerivative(x, alpha), CeluDerivative(x, alpha)]
    )
    @pytest.mark.parametrize("modules", ["numpy", "math", "mpmath"])
    def test_nan_stays_nan(self, function: KinkedFunction, modules: str) -> None:
        assert math.isnan(float(self.call(function, math.nan, modules)))

    def test_compound_argument(self) -> None:
        code = lambdify((x, alpha), 2 * Elu(1 - 2 * x, alpha) - 1)
        expected = [2 * formula(Elu(x, alpha), 1 - 2 * t, 1.7, 0, 0) - 1 for t in self.grid]
        np.testing.assert_allclose(code(self.grid, 1.7), expected, rtol=1e-15)

    def test_broadcasts(self) -> None:
        alphas = np.array([[0.5], [1.0], [2.0]])
        code = lambdify((x, alpha), Elu(x, alpha))
        expected = np.where(self.grid > 0, self.grid, alphas * np.expm1(np.minimum(self.grid, 0)))
        np.testing.assert_array_equal(code(self.grid, alphas), expected)


class TestRandomSymbols:
    X = Normal("X", mu, sigma)

    def test_normal(self) -> None:
        function = Elu(self.X, alpha)
        assert isinstance(function, Elu)
        assert function.is_real
        assert function.diff(self.X) == EluDerivative(self.X, alpha)
        assert function.rewrite(Piecewise).args[0] == (self.X, self.X >= 0)
        assert (function**2).subs(self.X, -1) == alpha**2 * (exp(-1) - 1) ** 2

    def test_another_law(self) -> None:
        waiting_time = Exponential("T", 1)
        assert Elu(waiting_time - 1, alpha).has(waiting_time)

    def test_density_by_the_inverse(self) -> None:
        y = Symbol("y", negative=True)
        inverse = Elu(x, S.One).inverse(1)(y)
        image = density(Normal("Z", 0, 1))(inverse) * diff(inverse, y)
        assert image.subs(y, -S.Half).n() > 0


@pytest.mark.parametrize("function", [*APPLIED, *DERIVATIVES])
def test_survives_copying(function: KinkedFunction) -> None:
    assert function.func(*function.args) == function
    assert pickle.loads(pickle.dumps(function)) == function
