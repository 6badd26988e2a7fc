"""The definition has teeth: another character in it, and named claims are no longer proved."""

from pathlib import Path

import pytest
from mutants import DEFINITION, generated_code_in, mutated_copy, run_in, verdicts_in

from elu_sym import mean
from elu_sym.claims.chapters import CHAPTERS, CLAIMS
from elu_sym.generate import codegen

NAMES = (
    UNIQUE := "construction.unique",
    CONTINUOUS := "regularity.continuous",
    JUMP := "regularity.derivative_jump",
    C1 := "regularity.c1_iff_alpha_1",
    NEVER_C2 := "regularity.never_c2",
    MONOTONE := "regularity.monotone",
    RANGE := "regularity.range",
    POSITIVE := "derivative.positive",
    SELF := "derivative.self_expression",
)
"""Claims that read nothing but the definition; the others rest on them or on the formulas."""

# A joint that is not continuous leaves no one-sided derivative from the left and nothing that
# needs one; the second derivative from the left is still not that from the right.
BROKEN_JOINT = {UNIQUE, CONTINUOUS, JUMP, C1, MONOTONE, RANGE, POSITIVE, SELF}

TURNED_OVER = {
    "alpha*(exp(x) + 1)": BROKEN_JOINT,
    "alpha*(exp(x) - 2)": BROKEN_JOINT,
    "alpha*(exp(x) - 0)": BROKEN_JOINT,
    "alpha*(exp(x) * 1)": BROKEN_JOINT,
    "alpha+(exp(x) - 1)": BROKEN_JOINT,
    "alpha-(exp(x) - 1)": BROKEN_JOINT,
    # A pole at the joint.
    "alpha/(exp(x) - 1)": set(NAMES),
    # 1 at the joint from the left, hence still not C^2.
    "alpha**(exp(x) - 1)": BROKEN_JOINT,
    # Continuous, but decreasing for x < 0.
    "alpha*(exp(-x) - 1)": BROKEN_JOINT - {CONTINUOUS},
    "-alpha*(exp(x) - 1)": BROKEN_JOINT - {CONTINUOUS},
    # Continuous and increasing, with another slope at 0 and the same floor, or another floor.
    "alpha*(exp(2*x) - 1)": {UNIQUE, JUMP, C1, SELF},
    "2*alpha*(exp(x) - 1)": {UNIQUE, JUMP, C1, RANGE, SELF},
    # The same function in other words.
    "alpha*exp(x) - alpha": set(),
    DEFINITION: set(),
}


@pytest.mark.parametrize("definition", TURNED_OVER)
def test_claims_turn_over(definition: str, tmp_path: Path) -> None:
    verdicts = verdicts_in(mutated_copy(tmp_path, definition), NAMES)
    assert tuple(verdicts) == NAMES
    turned_over = {name for name, verdict in verdicts.items() if verdict != "PROVED"}
    assert turned_over == TURNED_OVER[definition]


MOVED = {
    # Still a combination of the primitives, another one.
    "alpha*(exp(x) + 1)": "2*lower_exponential_moment(1, law, alpha)",
    "alpha*(exp(x) - 2)": "- lower_exponential_moment(1, law, alpha)",
    "2*alpha*(exp(x) - 1)": "alpha, 1)\n        - lower_partial_moment(1, law, alpha)",
    # None any more: the textbook form is printed, and says that it is unstable.
    "alpha*(exp(2*x) - 1)": "the textbook form, unstable in floating point",
    "alpha*(exp(-x) - 1)": "the textbook form, unstable in floating point",
}


@pytest.mark.parametrize("definition", MOVED)
def test_the_generated_code_moves(definition: str, tmp_path: Path) -> None:
    moved = generated_code_in(mutated_copy(tmp_path, definition))
    assert MOVED[definition] in moved
    assert MOVED[definition] not in codegen._function(mean)


USE_NUMBERS = """
import warnings
warnings.simplefilter("error")
from elu_sym.generate import codegen
codegen.generated_gradient_source = lambda: ""  # for which nothing here asks
codegen.write()
from elu_sym import mean, moments, relu
exact = mean.lambdify("mpmath")(0.3, 1.2, 1.5)
assert abs(mean(0.3, 1.2, 1.5) - float(exact)) < 1e-12
assert abs(moments([0.3], 1.2, 1.5).mean[0] - float(exact)) < 1e-12
# What the textbook form cannot do is NaN, as its documentation says, and no error.
assert not mean(0.3, 40.0, 1.0) < float("inf")
assert mean(0.0, 0.0, 1.0) != mean(0.0, 0.0, 1.0)
assert relu.mean(1.0, 0.0) == 1.0
"""


@pytest.mark.deep
def test_a_definition_beyond_the_primitives_computes_by_the_textbook_form(tmp_path: Path) -> None:
    run_in(mutated_copy(tmp_path, "alpha*(exp(2*x) - 1)"), USE_NUMBERS)


def test_the_same_definition_in_other_words_generates_the_same_code(tmp_path: Path) -> None:
    unmoved = generated_code_in(mutated_copy(tmp_path, "alpha*exp(x) - alpha"))
    assert unmoved.strip() == codegen._function(mean).strip()


# In the order of the chapters.
ONE_OF_EACH_CHAPTER = [
    UNIQUE,
    C1,
    "shape.lipschitz",
    "relations.celu",
    SELF,
    "sparsity.gaussian_excess",
    "floating_point.derivative_zero",
    "smooth_ride.atom",
    "centering.closer_gaussian",
    "moments.variance_contracts",
    "options.mean_portfolio",
    "rate.positive_for_small_alpha",
    "initialization.gains",
    "self_normalization.variance_shrinks",
    "meanfield.lecun_decay",
]


def test_twice_the_left_piece_turns_claims_over_in_every_chapter(tmp_path: Path) -> None:
    names = ONE_OF_EACH_CHAPTER
    assert [CLAIMS[name].chapter for name in names] == list(CHAPTERS)
    verdicts = verdicts_in(mutated_copy(tmp_path, "2*alpha*(exp(x) - 1)"), names)
    # What is left without a proof is UNKNOWN; nobody looked for one of the opposite.
    assert verdicts == dict.fromkeys(names, "UNKNOWN")


THEIR_WORDS_ARE_FALSE = (
    "floating_point.derivative_from_value",
    "smooth_ride.derivative_lipschitz",
    "centering.zero_mean",
    "options.greeks",
    "initialization.agree_at_centering_alpha",
    "self_normalization.parameters_quadratic",
)
"""Under another floor and under a jump, though what they are made of would still hold."""


@pytest.mark.parametrize("definition", ["alpha*(exp(x) - 2)", "2*alpha*(exp(x) - 1)"])
def test_what_is_false_under_another_definition_is_not_proved(
    definition: str, tmp_path: Path
) -> None:
    verdicts = verdicts_in(mutated_copy(tmp_path, definition), THEIR_WORDS_ARE_FALSE)
    assert "PROVED" not in verdicts.values(), verdicts


def test_other_words_turn_no_chapter_over(tmp_path: Path) -> None:
    names = ONE_OF_EACH_CHAPTER
    verdicts = verdicts_in(mutated_copy(tmp_path, "alpha*exp(x) - alpha"), names)
    assert verdicts == {name: CLAIMS[name].expected.value for name in names}


@pytest.mark.deep
def test_other_words_turn_no_claim_over(tmp_path: Path) -> None:
    verdicts = verdicts_in(mutated_copy(tmp_path, "alpha*exp(x) - alpha"))
    assert verdicts == {name: claim.expected.value for name, claim in CLAIMS.items()}
