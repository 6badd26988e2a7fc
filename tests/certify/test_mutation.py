import pytest
from sympy import Rational, erfc
from textbook import ELU, MEAN, SECOND_MOMENT, VARIANCE

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.certify.compound import variance_of
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.mutation import integral_test, mutation_certificate, mutation_score
from elu_sym.symbols import mu, sigma, x


@pytest.mark.parametrize(
    ("expression", "quantity"),
    [
        (MEAN, ELU),
        (MEAN.rewrite(erfc), ELU),
        (SECOND_MOMENT, ELU**2),
        (VARIANCE, variance_of(ELU)),
    ],
    ids=["mean", "mean in erfc", "second moment", "variance"],
)
def test_the_score_is_complete(expression, quantity):
    witness = mutation_certificate(expression, quantity)
    assert witness.passed, witness.detail
    assert witness.detail.startswith("score 100 %")


def test_heat_equation_and_integral_each_kill_every_mutant_of_the_mean_alone():
    score = mutation_score(
        MEAN,
        {"heat": lambda form: heat_certificate(form, ELU), "arb": integral_test(ELU)},
        exhaustive=True,
    )
    assert score.score == 1
    assert score.killed == {"heat": score.kills, "arb": score.kills}
    assert [mutant.change for mutant in score.equivalent] == ["mu/sigma -> -mu/sigma"]
    assert score.kills + len(score.equivalent) == score.mutants


def test_a_blind_certificate_leaves_survivors():
    score = mutation_score(MEAN, {"blind": lambda form: True})
    assert score.score == 0
    witness = score.witness()
    assert not witness.passed
    assert "survives: " in witness.detail


def test_a_certificate_that_sees_only_one_symbol_leaves_the_others():
    score = mutation_score(mu + sigma, {"deaf": lambda form: form.has(mu)})
    assert 0 < score.score < 1
    assert all(mutant.expression.has(mu) for mutant in score.survivors)


def test_an_equivalent_mutant_is_proved_and_not_counted():
    score = mutation_score(NormalCdf(0 * x) * NormalPdf(mu / sigma), {"blind": lambda form: True})
    assert [mutant.change for mutant in score.equivalent] == ["mu/sigma -> -mu/sigma"]
    assert score.mutants == 1 + len(score.survivors)


def test_a_certificate_that_rejects_the_formula_itself_counts_for_nothing():
    with pytest.raises(ValueError, match="rejects the formula itself"):
        mutation_score(MEAN, {"wrong": lambda form: heat_certificate(form, ELU**2)})


def test_the_integral_test_refutes_only_by_disjoint_balls():
    overlaps = integral_test(ELU)
    assert overlaps(MEAN)
    assert not overlaps(MEAN * (1 + Rational(1, 10**15)))
