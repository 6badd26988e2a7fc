import pytest
from sympy import Rational, erfc, exp, sqrt, symbols
from textbook import ELU, MEAN, SECOND_MOMENT, VARIANCE

from elu_sym.algebra.special_functions import NormalCdf, NormalPdf
from elu_sym.certify import mutation
from elu_sym.certify.compound import Compound
from elu_sym.certify.heat import heat_certificate
from elu_sym.certify.mutation import (
    integral_test,
    mutants,
    mutation_certificate,
    mutation_score,
)
from elu_sym.symbols import alpha, mu, sigma, x

FIRST, SECOND = symbols("first second")
t = mu / sigma


def forms(expression, kind):
    return {mutant.expression for mutant in mutants(expression) if mutant.kind == kind}


@pytest.mark.parametrize(
    ("kind", "expression", "mutant"),
    [
        ("sign", mu + alpha * sigma, mu - alpha * sigma),
        ("sign", exp(mu + sigma), exp(mu - sigma)),
        ("sign", exp(mu * sigma), exp(-mu * sigma)),
        ("integer", mu**2, mu**3),
        ("integer", 3 * mu, 2 * mu),
        ("integer", mu / 2, mu / 3),
        ("integer", Rational(3, 2) * mu, 2 * mu),
        ("factor", mu + alpha, mu + 2 * alpha),
        ("factor", exp(mu * sigma), exp(2 * mu * sigma)),
        ("symbol", mu * exp(alpha), mu * exp(mu)),
        ("dropped term", mu + alpha + sigma, mu + sigma),
        ("square", mu * sigma, mu * sigma**2),
        ("square", mu * sigma**2, mu * sigma),
        ("square", NormalCdf(t), NormalCdf(mu / sigma**2)),
        ("complement", mu * NormalCdf(t), mu * (1 - NormalCdf(t))),
        ("complement", mu * erfc(t), mu * (2 - erfc(t))),
        ("shift", NormalCdf(t), NormalCdf(t + sigma)),
        ("shift", exp(mu), exp(mu + 1)),
    ],
)
def test_every_kind_of_change_is_made(kind, expression, mutant):
    assert mutant in forms(expression, kind)


def test_one_occurrence_changes_at_a_time():
    expression = mu * exp(mu)
    assert forms(expression + alpha, "symbol") >= {
        alpha * exp(mu) + alpha,
        mu * exp(alpha) + alpha,
    }
    assert alpha * exp(alpha) + alpha not in forms(expression + alpha, "symbol")


def test_no_mutant_is_the_original_and_none_comes_twice():
    found = [mutant.expression for mutant in mutants(MEAN)]
    assert MEAN not in found
    assert len(found) == len(set(found)) > 80


def test_all_kinds_occur_in_the_mean():
    kinds = {mutant.kind for mutant in mutants(MEAN)}
    assert kinds == {
        "sign",
        "integer",
        "factor",
        "symbol",
        "dropped term",
        "square",
        "complement",
        "shift",
    }


def test_what_is_not_finite_is_left_out():
    for mutant in mutants(sqrt(2) * mu / (sigma - 1)):
        assert mutant.expression.is_finite is not False


def test_the_change_is_told():
    (change,) = [m.change for m in mutants(mu + sigma) if m.expression == mu + sigma**2]
    assert change == "sigma -> sigma**2"


@pytest.mark.parametrize(
    ("expression", "quantity"),
    [
        (MEAN, ELU),
        (MEAN.rewrite(erfc), ELU),
        (SECOND_MOMENT, ELU**2),
        (VARIANCE, Compound(SECOND - FIRST**2, {FIRST: ELU, SECOND: ELU**2})),
    ],
    ids=["mean", "mean in erfc", "second moment", "variance"],
)
def test_the_score_is_complete(expression, quantity):
    witness = mutation_certificate(expression, quantity)
    assert witness.passed, witness.detail
    assert witness.detail.startswith("score 100 %")


@pytest.mark.parametrize(
    "certificate",
    [lambda form: heat_certificate(form, ELU), integral_test(ELU)],
    ids=["heat", "arb"],
)
def test_heat_equation_and_integral_each_kill_every_mutant_of_the_mean_alone(certificate):
    score = mutation_score(MEAN, {"alone": certificate})
    assert score.score == 1
    assert score.killed == {"alone": score.kills}
    assert [mutant.change for mutant in score.equivalent] == ["mu/sigma -> -mu/sigma"]
    assert score.kills + len(score.equivalent) == score.mutants


def test_a_blind_certificate_leaves_survivors():
    score = mutation_score(MEAN, {"blind": lambda form: True})
    assert score.score == 0
    assert "survives: " in str(score)


def test_a_survivor_fails_the_witness(monkeypatch):
    monkeypatch.setattr(mutation, "integral_test", lambda *_: lambda form: True)
    monkeypatch.setattr(mutation, "heat_certificate", lambda *_: True)
    witness = mutation_certificate(MEAN, ELU)
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
