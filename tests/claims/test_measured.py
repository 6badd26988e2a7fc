"""Atoms about records: how they are written, how they read, and what says nothing is refused."""

import pytest
from sympy import Rational, S

from elu_sym.algebra.rounding import FLOAT32, FLOAT64
from elu_sym.claims.formulas import both, for_all, less
from elu_sym.claims.kernel.language import implies
from elu_sym.claims.kernel.measured_thresholds import Reference
from elu_sym.claims.measured import (
    Sample,
    in_every_run,
    recorded_in,
    share_of_seeds,
    thresholds_within,
)
from elu_sym.claims.printing import in_latex, in_words
from elu_sym.symbols import x


def runs(activation, measure="overshoot", rates=("0.1", "1.0")):
    chosen = ("problem", ("sine",)), ("activation", (activation,)), ("learning_rate", rates)
    return Sample("smooth_ride", measure, chosen)


PAIR = runs("ELU(1)"), runs("ReLU")
WHERE = "problem sine; learning_rate 0.1, 1.0;"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (
            share_of_seeds(*PAIR, S.Half, 2, more_than=Rational(3, 4)),
            f"1/2 < total rise of the loss, ELU(1) / ReLU < 2; {WHERE} for more than 3/4 of all"
            " seeds",
        ),
        (
            share_of_seeds(*PAIR, 1, None, more_than=S.Half, differing=True),
            f"1 < total rise of the loss, ELU(1) / ReLU; {WHERE} for more than 1/2 of all seeds"
            " for which the two differ",
        ),
        (
            in_every_run(runs("ReLU", "diverged", ("0.1",)), 1, None, S.Half),
            "fraction of diverged runs / 1 < 1/2; problem sine; activation ReLU; learning_rate"
            " 0.1; in every run",
        ),
        (
            thresholds_within(
                "jax",
                ("exp", "elu"),
                (FLOAT64,),
                Reference.EPSILON,
                least=-1,
                greatest=2,
                cases=3,
                elements=1,
            ),
            "in all 3 cases of jax (exp, elu; float64; 1 at a time) the threshold lies -1 to 2"
            " floats above the largest float at which e^x is at most 2^-p",
        ),
        (
            thresholds_within(
                "jax", ("exp",), (FLOAT32,), Reference.SUBNORMAL, least=0, greatest=0, cases=1
            ),
            "in all 1 cases of jax (exp; float32; 4096 at a time) the threshold lies 0 floats"
            " above the largest float at which e^x is subnormal or 0",
        ),
    ],
)
def test_sentences_say_what_is_compared(formula, text) -> None:
    assert in_words(formula) == text
    assert in_words(("not", formula)) == f"not {text}"


def test_numbers_are_mathematics_and_words_are_not() -> None:
    assert in_latex(share_of_seeds(*PAIR, S.Half, 2, more_than=Rational(3, 4))) == (
        r"\frac{1}{2} < \text{ total rise of the loss, ELU(1) / ReLU } < 2"
        r" \text{; problem sine; learning\_rate 0.1, 1.0; } \text{ for more than } \frac{3}{4}"
        r" \text{ of all seeds }"
    )


def test_the_atoms_of_a_formula_are_found_wherever_they_are() -> None:
    one, other = (in_every_run(*PAIR, None, high) for high in (1, 2))
    formula = both(one, for_all(x, implies(less(x, 1), ("not", other), less(0, 1))))
    assert list(recorded_in(formula)) == [one, other]
    assert list(recorded_in(less(x, 1))) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*PAIR, None, None), "without a bound"),
        ((runs("ReLU", "speed"), 1, None, 1), "measure = 'speed'; the measures are velocity_sign"),
        ((runs("ReLU", "diverged"), PAIR[0], 1, None), "give the same measure of other runs"),
    ],
)
def test_what_says_nothing_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        in_every_run(*arguments)
    with pytest.raises(ValueError, match=message):
        share_of_seeds(*arguments, more_than=S.Half)
