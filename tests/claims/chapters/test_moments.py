"""Moments on boxes of parameters: what is enclosed is what the definition makes of it."""

from pathlib import Path

import pytest
from mutants import mutated_copy, run_in
from sympy import S, diff

from elu_sym import variance
from elu_sym.algebra.normal_form import is_zero
from elu_sym.claims.chapters.moments.box_inequalities import WIDELY
from elu_sym.symbols import alpha, sigma

CHECK_CONTRACTION = """
from elu_sym.claims.chapters import CLAIMS
print(CLAIMS["moments.variance_contracts"].check().verdict.value)
"""


@pytest.mark.parametrize("definition", ["2*alpha*(exp(x) - 1)", "alpha*(exp(x) + 1)"])
def test_another_definition_has_other_bounds(definition: str, tmp_path: Path) -> None:
    found = run_in(mutated_copy(tmp_path, definition), CHECK_CONTRACTION)
    assert found.split() == ["UNKNOWN"]


def test_the_slope_that_is_enclosed_is_the_one_of_the_book() -> None:
    slope = diff(variance.closed_form, sigma).xreplace({alpha: S.One})
    assert is_zero(2 * sigma * WIDELY.upper - slope)
